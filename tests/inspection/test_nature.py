"""Which contents are worth opening, told without opening them."""

from __future__ import annotations

import io
import zipfile

import pytest

from demo import samples
from scanner.files.kind import mime_of
from scanner.inspection.nature import nature_of
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.samples import SAMPLES, rars
from scanner.inspection.unpack.openers.registry import openers_for
from scanner.inspection.unpack.opening import Source
from scanner.rulebook.facts import Nature

HOLLOW, WRAPPED, PLAIN = Nature(hollow=True), Nature(wrapped=True), Nature()
DOCX = samples.docx("hello")
FLAT = b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
MAIL = b"From: a@example.com\r\nSubject: hello\r\n\r\nhello\r\n"


def late_parts() -> bytes:
    """A document whose parts stand behind more than libmagic looks at."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.bin", bytes(99_999))
        archive.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "nature"),
    [
        ("a.txt", b"hello", HOLLOW),
        ("a.txt", b"", HOLLOW),
        ("a.csv", b"a,b\n1,2\n" * 99, HOLLOW),
        ("a.png", samples.png(), HOLLOW),
        ("a.json", b'{"a": 1}', HOLLOW),
        ("a.txt", "hello".encode("utf-16"), WRAPPED),
        ("a.txt", "hello world, hello".encode("utf-16-le"), WRAPPED),
        ("a.docx", DOCX, WRAPPED),
        ("a.zip", late_parts(), WRAPPED),
        ("a.pdf", b"%PDF-1.4\n", WRAPPED),
        ("a", b"junk\n%PDF-1.4\n", WRAPPED),
        ("a.doc", b"{\\rtf1 hello}", WRAPPED),
        ("a.eml", MAIL, WRAPPED),
        ("a", MAIL, WRAPPED),
        ("a.mht", b"hello", WRAPPED),
        ("a", b"\xef\xbb\xbf\n" + MAIL, WRAPPED),
        ("a.HTML", b"hello", WRAPPED),
        ("a.fodt", FLAT, WRAPPED),
        ("a.zip", samples.zip_of({"a.txt": b"hello"}), PLAIN),
        ("a.zip", b"PK\3\4", PLAIN),
        ("a.exe", samples.windows_program(), PLAIN),
        ("a.png", samples.png() + samples.zip_of({"a.txt": b"hello"}), PLAIN),
        ("a.txt", b"hello" + samples.zip_of({"a.txt": b"hello"}) + b"the comment", PLAIN),
        ("a.mp3", b"ID3" + samples.zip_of({"a.txt": b"hello"}) + bytes(99_999), PLAIN),
        ("a.gif", b"GIF89a" + bytes(251) + b"ustar\0" + bytes(99), PLAIN),
        ("a.png", samples.png().ljust(32_769, b"\0") + b"CD001", PLAIN),
        ("a.png", samples.png() + rars.rar5(b"hello"), PLAIN),
        ("a.txt", b"hello\n" + rars.rar4(b"hello"), PLAIN),
        ("a.txt", b"hello\nbegin 644 a\n#0V%T\nend\n", PLAIN),
        ("a.png", samples.png() + b"\nMIME-Version: 1.0\nContent-Type: multipart/related\n", PLAIN),
        ("a.bin", b"\x01\x02\xfe\xff" * 99, PLAIN),
    ],
)
def test_what_opening_could_bring_shows_from_outside(name: str, data: bytes, nature: Nature) -> None:
    assert nature_of(memory_content(data, mime_of), name) == nature


def test_nothing_that_an_opener_would_open_is_hollow() -> None:
    taken_for_hollow = []
    for sample in SAMPLES:
        data = sample.build(b"innocent")
        content = memory_content(data, mime_of)
        source = Source("a.bin", content.facts.mime, content.head, len(data), io.BytesIO(data))
        if nature_of(content, "a.bin").hollow and openers_for(source):
            taken_for_hollow.append(sample.name)
    assert taken_for_hollow == []
