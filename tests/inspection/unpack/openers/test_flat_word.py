"""Word documents in one file of XML, and Office's file for macros beside it."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspection.unpack.openers import flat_word
from scanner.inspection.unpack.openers.flat_word import open_active_mime, open_flat_word
from scanner.inspection.unpack.opening import TooMuch
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from tests.inspection.unpack.openers.recording import Record, survives, told_of

NAMES = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
PARTS = 'xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"'


def word(inside: str, encoding: str = "utf-8") -> bytes:
    return f'<?xml version="1.0"?><w:wordDocument {NAMES}>{inside}</w:wordDocument>'.encode(encoding)


def embedded(name: str, content: bytes) -> str:
    coded = base64.encodebytes(content).decode()
    return f'<w:docSuppData><w:binData w:name="{name}">{coded}</w:binData></w:docSuppData>'


def part(name: str, inside: str) -> str:
    return f'<pkg:part pkg:name="{name}">{inside}</pkg:part>'


def active_mime(content: bytes, before: int = 50) -> bytes:
    return b"ActiveMime".ljust(before, b"\1") + zlib.compress(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text_is_told_and_what_is_embedded_handed_on(encoding):
    text = "<w:p><w:t>Hello</w:t></w:p>"
    told = told_of(open_flat_word, word(text + embedded("wordml://1.jpg", b"MZ" * 60), encoding))
    assert told == Record(members=[("wordml://1.jpg", b"MZ" * 60)], texts=["Hello\n"])


def test_a_project_of_macros_is_told_by_its_name():
    told = told_of(open_flat_word, word(embedded("editdata.mso", active_mime(b"x"))))
    assert (told.members, told.traits) == ([("editdata.mso", active_mime(b"x"))], {Trait.MACRO})


def test_the_parts_of_a_document_in_one_file_are_handed_on_by_name():
    coded = base64.b64encode(b"MZ").decode()
    inside = part("/word/document.xml", "<pkg:xmlData><p>Hi</p></pkg:xmlData>")
    inside += part("/word/embeddings/a.bin", f"<pkg:binaryData>{coded}</pkg:binaryData>")
    told = told_of(open_flat_word, f"<pkg:package {PARTS}>{inside}</pkg:package>".encode())
    assert told == Record(members=[("/word/embeddings/a.bin", b"MZ")], texts=["Hi\n"])


def test_what_is_no_base64_is_told_and_the_next_handed_on():
    told = told_of(open_flat_word, word('<w:binData w:name="a">AAAAA</w:binData>' + embedded("b", b"x")))
    assert (told.members, told.gaps) == ([("b", b"x")], [Unscannable.CORRUPT])


@pytest.mark.parametrize("before", [50, 12, 200])
def test_what_is_deflated_in_an_active_mime_file_is_handed_on(before):
    assert told_of(open_active_mime, active_mime(b"project", before)).members == [("oledata.mso", b"project")]


def test_an_active_mime_file_with_nothing_in_it_is_damaged():
    with pytest.raises(ValueError, match="nothing is deflated"):
        told_of(open_active_mime, b"ActiveMime" + bytes(300))


def test_what_is_too_large_is_a_limit(monkeypatch):
    monkeypatch.setattr(flat_word, "MAX_SIZE", 100)
    for opener, content in (
        (open_flat_word, word("x" * 100)),
        (open_active_mime, active_mime(b"x", 120)),
        (open_active_mime, active_mime(bytes(200))),
    ):
        with pytest.raises(TooMuch):
            told_of(opener, content)


@given(st.data())
def test_no_damage_leads_to_anything_else_than_a_gap(data):
    for opener, sound in (
        (open_flat_word, word("<w:p>a</w:p>" + embedded("editdata.mso", b"x" * 40))),
        (open_active_mime, active_mime(b"project")),
    ):
        content = bytearray(sound)
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        survives(opener, bytes(content))
