"""Contents that hold no other: each becomes what its words say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from scanner.rulebook.samples import pdf, word
from scanner.rulebook.samples.kind import Kind
from scanner.rulebook.samples.plain import (
    Docx,
    DocxWithExternalTemplate,
    DocxWithMacro,
    Lnk,
    Pdf,
    PdfWithJavascript,
    PdfWithLaunch,
    Utf16,
)
from scanner.rulebook.samples.shortcuts import shortcut


@pytest.mark.parametrize(
    ("kind", "written", "content"),
    [
        (Utf16, "a", b"\xff\xfea\0"),
        (Docx, "a", word.docx("a")),
        (DocxWithMacro, {"source": "Beep"}, word.docx_with_macro("Beep", True)),
        (DocxWithMacro, {"source": "Beep", "auto_exec": False}, word.docx_with_macro("Beep", False)),
        (DocxWithExternalTemplate, "https://e.org/a", word.docx_with_external_template("https://e.org/a")),
        (Pdf, "a", pdf.pdf("a")),
        (PdfWithJavascript, "a()", pdf.pdf_with_javascript("a()")),
        (PdfWithLaunch, "cmd.exe", pdf.pdf_with_launch("cmd.exe")),
        (Lnk, {"target": "a.exe"}, shortcut("a.exe", "")),
        (Lnk, {"target": "a.exe", "arguments": "/c"}, shortcut("a.exe", "/c")),
    ],
)
def test_it_is_made_of_what_is_written(kind: type[Kind[object]], written: object, content: bytes) -> None:
    assert kind.model_validate(written).build() == content


@pytest.mark.parametrize("written", [{}, {"source": 1}, {"source": "Beep", "auto_exec": "yes"}, {"sorce": "Beep"}])
def test_a_macro_of_another_form_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        DocxWithMacro.model_validate(written)
