"""By what documents are known, wherever their marks may stand."""

from __future__ import annotations

import io
import re

import pytest

from scanner.files.kind import mime_of
from scanner.inspection.marks import FARTHEST, RTF, begins_as_pdf, end_of, is_pdf
from scanner.inspection.nature import nature_of
from scanner.inspection.plain import is_plain
from scanner.inspection.rehearsal import memory_content
from scanner.inspection.selftest.formats import Format, formats_of
from scanner.inspection.selftest.samples.documents import pdf, rtf, shortcut_with
from scanner.inspection.unpack.openers.pdf import open_pdf
from scanner.inspection.unpack.openers.registry import openers_for
from scanner.inspection.unpack.openers.rtf import open_rtf
from scanner.inspection.unpack.openers.shortcut import open_shortcut
from scanner.inspection.unpack.opening import Opener, Source

HEAD = b"%%%s-1." % b"PDF"
END = b"\nstartxref\n12\n%%EOF\n"


@pytest.mark.parametrize(
    ("head", "end", "expected"),
    [
        (HEAD, b"", True),
        (b"%" + b"PDF-x", b"", True),
        (b"x" * FARTHEST + HEAD, b"", True),
        (b"x" * (FARTHEST + 1) + HEAD, b"", False),
        (b"%!PS-Adobe-3.0 PDF-1.7", b"", True),
        (b"%!PS-Adobe-3.0 EPSF-3.0", b"", False),
        (b"% PDF", END, True),
        (b"hello", b"startxref" + b"\0 \r\n" * 9 + b"7", True),
        (b"hello", b"startxref\n%d", False),
        (b"hello", b"12\n%%EOF", False),
        (b"", b"", False),
    ],
)
def test_a_pdf_is_known_by_its_beginning_or_its_end(head: bytes, end: bytes, expected: bool) -> None:
    assert is_pdf(head, "text/plain", end) is expected
    assert begins_as_pdf(head, "text/plain") is (expected and not end)
    assert is_pdf(head, "application/pdf", end)


@pytest.mark.parametrize("size", [0, 1, FARTHEST, FARTHEST + 1, 9999])
def test_the_end_of_a_content_is_no_longer_than_asked_for(size: int) -> None:
    assert len(bytes(size)[end_of(size) :]) == min(size, FARTHEST)


def test_any_number_of_blanks_before_an_rtf_is_passed_over_in_one_go() -> None:
    assert re.match(RTF, b"\0\t\v\f\r\n " * 9000 + b"{\\rt")
    assert not re.match(RTF, bytes(2_000_000))


@pytest.mark.parametrize(
    ("data", "kind", "opener"),
    [
        *((before + rtf(b"x"), Format.RTF, open_rtf) for before in (b"", b" " * 80, b"\0", b"\r\n" * 2000, b"\v")),
        (pdf(b"x"), Format.PDF, open_pdf),
        (b"junk\n" + pdf(b"x"), Format.PDF, open_pdf),
        (b"% some\n" * 300 + pdf(b"x"), Format.PDF, open_pdf),
        (pdf(b"x").replace(HEAD, b"% other"), Format.PDF, open_pdf),
        (pdf(b"x").replace(HEAD, b"%!PS-Adobe-3.0 PDF-1."), Format.PDF, open_pdf),
        (pdf(b"x").replace(HEAD, b"%" + b"PDF-x."), Format.PDF, open_pdf),
        (shortcut_with(b"x"), Format.SHORTCUT, open_shortcut),
    ],
)
def test_whoever_asks_what_a_document_is_hears_the_same(data: bytes, kind: Format, opener: Opener) -> None:
    content = memory_content(data, mime_of)
    source = Source("a.bin", content.facts.mime, content.head, len(data), io.BytesIO(data))

    assert kind in formats_of(content)
    assert not is_plain(content)
    assert nature_of(content, "a.bin").wrapped
    assert opener in openers_for(source)
