"""Who looks at what."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.samples import docx, eicar, png, windows_program, zip_of
from scanner.inspection.selftest.samples import SAMPLES, rars
from scanner.inspection.selftest.samples.documents import odt, pdf, rtf
from scanner.inspection.selftest.samples.mails import eml, mbox, tnef
from scanner.inspection.selftest.samples.ole import msg, ole
from scanner.inspection.unpack.openers.registry import ROWS, openers_for
from scanner.inspection.unpack.opening import Source
from tests.inspection import cms
from tests.inspection.test_within import WITHIN
from tests.inspection.unpack.openers.recording import source_of

FLAT = b'<?xml version="1.0"?>\n<o:document version="1" xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
SHORTCUT = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(56)


def names(content: bytes, name: str = "") -> list[str]:
    return [opener.__name__ for opener in openers_for(source_of(content, name))]


@pytest.mark.parametrize(
    ("content", "name", "openers"),
    [
        (b"hello", "a.txt", []),
        (b"", "", []),
        (png(), "a.png", []),
        (zip_of({"a": b"x"}), "", ["open_archive"]),
        (b"PK\x05\x06" + bytes(18), "", ["open_archive"]),
        (docx("hello"), "", ["open_ooxml", "open_archive"]),
        (odt(b"x"), "", ["open_odf", "open_archive"]),
        (FLAT, "", ["open_odf"]),
        (FLAT.decode().encode("utf-16"), "", ["open_odf", "open_text"]),
        (b'<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>', "", ["open_flat_word"]),
        (b"begin 644 a\n#0V%T\nend\n", "a.txt", ["open_coded"]),
        (cms.signed(b"x"), "", ["open_cms"]),
        (b"ActiveMime" + bytes(60), "", ["open_active_mime"]),
        (b"NAMESPACE = '" + FLAT[-47:] + b"'", "a.py", []),
        (windows_program(), "", ["open_program"]),
        (png() + zip_of({"a": b"x"}), "", ["open_program"]),
        (png() + rars.rar5(b"x"), "", ["open_behind"]),
        (pdf(b"x") + zip_of({"a": b"x"}), "", ["open_program", "open_pdf"]),
        (ole(b"x"), "", ["open_ole"]),
        (msg(b"x"), "", ["open_ole", "open_msg"]),
        (b"\n" * 900 + pdf(b"x"), "", ["open_pdf"]),
        (rtf(b"x"), "", ["open_rtf"]),
        (b"\0\n\t {\\rt", "", ["open_rtf"]),
        (eml(b"x"), "", ["open_mail"]),
        (mbox(b"x"), "", ["open_mail"]),
        (pdf(b"x") + b"\nMIME-Version: 1\nContent-Type: multipart/a\n\n", "", ["open_pdf", "open_mail_behind"]),
        (b"hello", "a.EML", ["open_mail"]),
        (b"\xef\xbb\xbf\nTo: a\nSubject: b\n\nhello", "", ["open_mail"]),
        (b"From: a\n\n" + rars.rar5(b"x"), "", ["open_behind", "open_mail"]),
        (b"<!DOCTYPE html><p>hello", "", ["open_html"]),
        (b"var a;", "a.hta", ["open_html"]),
        (tnef(b"x"), "winmail.dat", ["open_tnef"]),
        (SHORTCUT, "", ["open_shortcut"]),
        ("hello".encode("utf-16"), "", ["open_text"]),
        (b"hsqs" + bytes(90), "", ["open_nothing"]),
    ],
)
def test_each_content_is_looked_at_by_whoever_knows_it(content, name, openers):
    assert names(content, name) == openers


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_container_of_the_self_test_is_taken_for_something_with_nothing_inside(sample):
    assert names(sample.build(eicar())) != []


def test_an_ooxml_document_is_known_by_its_parts_whatever_comes_first():
    content = zip_of({**{f"{n}.bin": bytes([n]) * 9000 for n in range(20)}, "[CONTENT_types].xml": b"<Types/>"})

    assert names(content) == ["open_ooxml", "open_archive"]


def test_every_row_says_what_speaks_for_it():
    assert [row.opener.__name__ for row in ROWS if not (row.heads or row.types or row.suffixes or row.sight)] == []


@given(st.binary(max_size=300), st.text(max_size=20), st.sampled_from(["", "application/zip", "text/html"]))
def test_choosing_never_fails(content, name, mime):
    marks = (b"", b"PK\x03\x04", b"MZ", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x05\x06", b"From ", b"a: ")
    for mark in marks:
        head = mark + content
        openers_for(Source(name, mime, head, len(head), io.BytesIO(head)))


@given(st.lists(st.sampled_from([png(), *WITHIN]), max_size=6).map(b"".join))
def test_what_is_known_by_a_word_within_is_seen_by_it_first(content: bytes) -> None:
    source = source_of(content)
    seen = [row.opener for row in ROWS if row.within and row.sight is not None and row.sight(source)]
    assert [opener for opener in openers_for(source) if opener in seen] == seen
