"""Files put into documents as objects, read by oletools."""

from __future__ import annotations

import olefile
from oletools.oleobj import OleNativeStream, OleObject

from scanner.rulebook.samples.objects import STREAM, embedded, package


def test_a_package_is_one_to_oletools() -> None:
    with olefile.OleFileIO(package("größe.exe", b"MZ" * 4000)) as file:
        found = OleNativeStream(file.openstream(STREAM).read())
    assert (found.filename, found.data) == ("größe.exe", b"MZ" * 4000)


def test_an_embedded_object_is_a_package_to_oletools() -> None:
    found = OleObject(embedded("a.exe", b"MZ"))
    assert found.class_name == b"Package"
    assert OleNativeStream(found.data, package=True).data == b"MZ"
