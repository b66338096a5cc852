"""The objects of a PDF, and an encrypted one written again in the clear."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter

from scanner.inspection.unpack.openers.pdf_objects import Walk, in_the_clear
from tests.inspection.unpack.openers.test_pdf import FILE, page, pdf_of, stream_of


def walk_of(content: bytes, password: str = "") -> Walk:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        reader.decrypt(password)
    return Walk(reader)


def encrypted(content: bytes, password: str) -> bytes:
    writer, out = PdfWriter(clone_from=io.BytesIO(content)), io.BytesIO()
    writer.add_attachment("a.exe", b"MZ")
    writer.encrypt(password, algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def test_what_nothing_leads_to_is_walked_through_as_well():
    walk = walk_of(pdf_of(b"[ << /S /Launch >> ]", FILE))
    kinds = [found.get("/Type") or found.get("/S") for found in walk.dictionaries()]
    assert kinds == ["/Catalog", "/Pages", "/Page", "/Launch", "/EmbeddedFile"]
    assert (walk.damaged, walk.cut, walk.limited) == (False, False, "")


def test_in_the_clear_it_reads_as_before_it_was_encrypted():
    walk = walk_of(encrypted(page("Hello, world"), "secret"), "secret")
    copy = PdfReader(io.BytesIO(b"".join(in_the_clear(walk))), strict=True)
    assert (copy.is_encrypted, copy.pages[0].extract_text()) == (False, "Hello, world")
    assert copy.attachments == {"a.exe": [b"MZ"]}
    assert not walk.damaged


def test_an_object_that_is_not_read_is_left_out_and_told():
    walk = walk_of(pdf_of(b"[" * 50_000 + b"]" * 50_000, stream_of(b"hello")))
    copy = b"".join(in_the_clear(walk))
    assert (walk.limited[:8], b"4 0 obj" in copy, b"5 0 obj" in copy) == ("object 4", False, True)
