"""Word documents: each has what its name says, to the unpacker, and nothing else."""

from __future__ import annotations

import pytest

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples import word
from tests.rulebook.samples.inside import inside

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("sample", "traits", "text"),
    [
        (word.docx("Größe <1> & \x00\ud800"), set(), "Größe <1> & \n"),
        (word.docx_with_macro('MsgBox "hello"', True), {Trait.MACRO, Trait.AUTO_EXEC_MACRO}, "Hello\n"),
        (word.docx_with_macro('MsgBox "hello"', False), {Trait.MACRO}, "Hello\n"),
        (word.docx_with_external_template("https://example.com/a?b&c"), {Trait.EXTERNAL_TEMPLATE}, "Hello\n"),
        (word.docx_with_packages({"a.exe": b"MZ", "b": b""}), {Trait.OLE_PACKAGE}, "Hello\n"),
    ],
    ids=["plain", "runs by itself", "waits", "template", "objects"],
)
def test_a_document_has_what_its_name_says(unpacker: Unpacker, sample: bytes, traits: set[Trait], text: str) -> None:
    found = inside(unpacker, sample)
    assert (found.mime, found.traits, found.text, found.gap) == (DOCX, traits, text, None)


def test_files_put_in_as_objects_come_out_as_they_were(unpacker: Unpacker) -> None:
    members = inside(unpacker, word.docx_with_packages({"a.exe": b"MZ" * 9000, "b": b"x"})).members
    assert members["word/embeddings/oleObject1.bin!a.exe"] == b"MZ" * 9000
    assert members["word/embeddings/oleObject2.bin!b"] == b"x"
