"""RTF documents."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import rtf
from scanner.inspection.unpack.openers.rtf import open_rtf, parsed
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples.compound import compound_file
from tests.inspection.unpack.openers.office import packed
from tests.inspection.unpack.openers.recording import Record, told_of


def named(text: str) -> bytes:
    return struct.pack("<I", len(text) + 1) + text.encode() + b"\0" if text else bytes(4)


def embedded(program: str, content: bytes) -> bytes:
    return struct.pack("<II", 0x501, 2) + named(program) + named("") * 2 + struct.pack("<I", len(content)) + content


def linked(target: str) -> bytes:
    return struct.pack("<II", 0x501, 1) + named("Word.Document.8") + named(target) + named("")


def document(*objects: bytes, text: str = "Hello") -> bytes:
    written = "".join("{\\object{\\*\\objdata " + data.hex() + "}}" for data in objects)
    return ("{\\rtf1\\ansi " + text + written + "}").encode()


def test_of_a_plain_document_only_its_text_is_told():
    assert told_of(open_rtf, document()) == Record(texts=["Hello"])


def test_a_file_put_in_as_an_object_is_a_package():
    told = told_of(open_rtf, document(embedded("Package", packed("run.exe", b"MZ")[4:])))

    assert (told.members, told.traits) == ([("run.exe", b"MZ")], {Trait.OLE_PACKAGE})


def test_other_objects_are_handed_on_as_they_are():
    inner = compound_file({"Contents": b"x"})

    told = told_of(open_rtf, document(embedded("Word.Document.8", inner), embedded("Package", b"odd")))

    assert (told.members, told.traits) == ([("object1.bin", inner), ("object2.bin", b"odd")], set())


def test_data_that_is_no_object_is_handed_on_from_where_a_compound_file_begins():
    inner = compound_file({"Contents": b"x"})

    told = told_of(open_rtf, document(b"\xff" * 20 + inner, b"\xff" * 20, b""))

    assert told.members == [("object1.bin", inner), ("object2.bin", b"\xff" * 20)]


@pytest.mark.parametrize(
    ("target", "expected"), [("http://example.org/a.hta", {Trait.EXTERNAL_TEMPLATE}), ("C:\\a.docx", set())]
)
def test_an_object_linked_to_elsewhere_is_loaded_from_there(target, expected):
    told = told_of(open_rtf, document(linked(target)))

    assert (told.traits, told.members) == (expected, [])
    assert target in told.all_text


@pytest.mark.parametrize(
    ("template", "expected"),
    [("http://example.org/t.dotx", {Trait.EXTERNAL_TEMPLATE}), ("C:\\\\Templates\\\\Letter.dotx", set())],
)
def test_a_template_from_elsewhere_is_external(template, expected):
    assert told_of(open_rtf, document(text="{\\*\\template " + template + "}")).traits == expected


def test_more_objects_than_any_document_has_are_a_limit(monkeypatch):
    monkeypatch.setattr(rtf, "MAX_OBJECTS", 1)

    told = told_of(open_rtf, document(b"\xff", b"\xff"))

    assert (len(told.members), told.gaps) == (1, [Unscannable.ARCHIVE_MEMBERS])


def test_a_document_larger_than_allowed_is_not_read(monkeypatch):
    monkeypatch.setattr(rtf, "MAX_SIZE", 10)

    assert told_of(open_rtf, document()).gaps == [Unscannable.LIMITS]


def test_other_contents_are_no_rtf():
    with pytest.raises(ValueError, match="no RTF"):
        told_of(open_rtf, b"Hello {\\rtf1}")


@given(st.binary(max_size=100))
def test_any_bytes_are_an_object_or_none(content):
    parsed(b"\1\5\0\0\2\0\0\0" + content)
    parsed(content)


@pytest.mark.parametrize("before", [b"\0\0", b"\r\n \t", b"\v", b" " * 5000])
def test_what_may_stand_before_it_is_passed_over(before):
    assert "".join(told_of(open_rtf, before + b"{\\rtf1 Hello}").texts).strip() == "Hello"
