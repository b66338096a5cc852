"""Families: what is a contradiction between name and content, and what only looks like one."""

from __future__ import annotations

import pytest

from scanner.rulebook.kinds import MIME_BY_EXTENSION, Family, contradicts, declared_by, family_of


@pytest.mark.parametrize(
    ("name", "found", "contradiction"),
    [
        ("invoice.pdf", "application/x-dosexec", True),
        ("invoice.pdf", "application/vnd.microsoft.portable-executable", True),
        ("photo.jpg", "application/x-rar", True),
        ("notes.txt", "image/png", True),
        ("setup.exe", "application/x-dosexec", False),
        ("invoice.pdf", "application/pdf", False),
        ("letter.docx", "application/zip", False),
        ("letter.doc", "application/x-ole-storage", False),
        ("film.mp4", "audio/mpeg", False),
        ("logo.svg", "text/xml", False),
        ("photo.jpg", "image/png", False),
        ("invoice.pdf", "application/octet-stream", False),
        ("invoice.pdf", "application/x-empty", False),
        ("invoice", "application/x-dosexec", False),
        ("data.xyz", "application/x-dosexec", False),
    ],
)
def test_names_and_contents_contradict_by_family(name: str, found: str, contradiction: bool) -> None:
    assert contradicts(declared_by(name), found) is contradiction


@pytest.mark.parametrize("name", ["a.pdf", "a.b.pdf", "a.pdf. .", ".x.pdf"])
def test_the_last_extension_declares(name: str) -> None:
    assert declared_by(name) == "application/pdf"


@pytest.mark.parametrize("name", ["", "pdf", ".pdf", "a.", "a.pdf.x"])
def test_a_name_without_a_known_last_extension_declares_nothing(name: str) -> None:
    assert declared_by(name) is None


@pytest.mark.parametrize("extension", sorted(MIME_BY_EXTENSION))
def test_every_extension_declares_a_type_with_a_family(extension: str) -> None:
    assert family_of(MIME_BY_EXTENSION[extension]) in Family
