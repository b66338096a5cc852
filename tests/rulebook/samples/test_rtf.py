"""RTF, read by rtfobj of oletools."""

from __future__ import annotations

from oletools.rtfobj import RtfObjParser

from scanner.files.kind import mime_of
from scanner.rulebook.samples.rtf import rtf_with_objects


def test_the_files_in_it_come_out_as_they_were() -> None:
    files = {"a.exe": b"MZ" * 999, "b.txt": b"hello"}
    made = rtf_with_objects(files)
    parser = RtfObjParser(made)
    parser.parse()
    assert {one.filename: one.olepkgdata for one in parser.objects} == files
    assert mime_of(made) == "text/rtf"
