"""PDFs: each has what its name says, to pypdf and to the unpacker, and nothing else."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from scanner.inspection.unpack.unpacker import Unpacker
from scanner.rulebook.anatomy import Trait
from scanner.rulebook.samples import pdf
from tests.rulebook.samples.inside import inside


@pytest.mark.parametrize(
    ("sample", "traits"),
    [
        (pdf.pdf("A report"), set()),
        (pdf.pdf_with_javascript("app.alert(1)"), {Trait.PDF_JAVASCRIPT}),
        (pdf.pdf_with_launch("cmd.exe"), {Trait.PDF_LAUNCH}),
        (pdf.pdf_with_embedded_files({"a.txt": b"hello"}), {Trait.PDF_EMBEDDED_FILE}),
    ],
    ids=["plain", "script", "launch", "file"],
)
def test_a_pdf_has_what_its_name_says(unpacker: Unpacker, sample: bytes, traits: set[Trait]) -> None:
    found = inside(unpacker, sample)
    assert (found.mime, found.traits, found.gap) == ("application/pdf", traits, None)


def test_the_text_of_its_page_is_the_one_given() -> None:
    (page,) = PdfReader(io.BytesIO(pdf.pdf("A (small) report\\")), strict=True).pages
    assert page.extract_text() == "A (small) report\\"


def test_embedded_files_come_out_as_they_were() -> None:
    files = {"größe.bin": bytes(range(256)) * 99, "a.txt": b"", "漢": b"x"}
    found = PdfReader(io.BytesIO(pdf.pdf_with_embedded_files(files)), strict=True).attachments
    assert {name: content for name, (content,) in found.items()} == files
