"""Documents, opened by libraries of others."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import magic
import pypdf
import pytest
from oletools import rtfobj

from scanner.inspection.selftest.samples import documents

CONTENT = b"hidden" * 12


@pytest.mark.parametrize(
    ("build", "member", "mime"),
    [
        (documents.docx, "word/embeddings/oleObject1.bin", "openxmlformats-officedocument.wordprocessingml.document"),
        (documents.xlsx, "xl/embeddings/oleObject1.bin", "openxmlformats-officedocument.spreadsheetml.sheet"),
        (documents.odt, "Object 1", "oasis.opendocument.text"),
    ],
)
def test_a_zipped_document(build: Callable[[bytes], bytes], member: str, mime: str) -> None:
    data = build(CONTENT)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.read(member) == CONTENT
    assert magic.from_buffer(data, mime=True) == f"application/vnd.{mime}"


def test_the_file_in_a_pdf() -> None:
    reader = pypdf.PdfReader(io.BytesIO(documents.pdf(CONTENT)), strict=True)
    assert {name: list(files) for name, files in reader.attachments.items()} == {"payload.com": [CONTENT]}
    assert len(reader.pages) == 1


def test_the_file_in_an_encrypted_pdf_comes_out_without_a_password() -> None:
    reader = pypdf.PdfReader(io.BytesIO(documents.encrypted_pdf(CONTENT)), strict=True)
    assert (reader.is_encrypted, reader.attachments["other.com"]) == (True, [CONTENT])


def test_the_file_behind_a_shortcut() -> None:
    data = documents.shortcut_with(CONTENT)
    assert magic.from_buffer(data, mime=True) == "application/x-ms-shortcut"
    assert data.endswith(bytes(4) + CONTENT)


def test_the_package_in_an_rtf() -> None:
    parser = rtfobj.RtfObjParser(documents.rtf(CONTENT))
    parser.parse()
    assert [(one.filename, one.olepkgdata) for one in parser.objects] == [("payload.com", CONTENT)]
