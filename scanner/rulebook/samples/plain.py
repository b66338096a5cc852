"""Contents that hold no other: texts, documents, shortcuts, the test file."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, WithJsonSchema

from scanner.rulebook.samples.kind import KIB, LARGEST_BY_HAND, Kind, Line, Prose, decoded
from scanner.rulebook.samples.known_bad import known_bad
from scanner.rulebook.samples.pdf import pdf, pdf_with_javascript, pdf_with_launch
from scanner.rulebook.samples.shortcuts import shortcut
from scanner.rulebook.samples.word import docx, docx_with_external_template, docx_with_macro


class _OfText(Kind[Prose]):
    def texts(self) -> Iterable[str]:
        return (self.root,)


class PlainText(Kind[str]):
    """A text, as UTF-8."""

    def texts(self) -> Iterable[str]:
        return (self.root,)

    def build(self) -> bytes:
        return self.root.encode("utf-8", "surrogatepass")


class Base64(Kind[Annotated[str, AfterValidator(decoded)]]):
    """Any bytes, in base64."""

    def texts(self) -> Iterable[str]:
        return (self.root,)

    def build(self) -> bytes:
        return base64.b64decode(self.root)


class Utf16(Kind[str]):
    """A text as Windows saves it: UTF-16 with a byte order mark."""

    growth, frame = 2, 2

    def texts(self) -> Iterable[str]:
        return (self.root,)

    def build(self) -> bytes:
        return b"\xff\xfe" + self.root.encode("utf-16-le", "surrogatepass")


class Docx(_OfText):
    """A Word document with this text and nothing else."""

    growth, frame = 6, 4 * KIB

    def build(self) -> bytes:
        return docx(self.root)


class MacroParts(BaseModel):
    """A macro."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    source: Prose
    """Statements in VBA; a `Sub` is put around them."""
    auto_exec: StrictBool = True
    """Whether they run as soon as the document is opened."""


class DocxWithMacro(Kind[MacroParts]):
    """A Word document with a macro."""

    growth, frame, largest = 4, 8 * KIB, LARGEST_BY_HAND

    def texts(self) -> Iterable[str]:
        return (self.root.source,)

    def build(self) -> bytes:
        return docx_with_macro(self.root.source, self.root.auto_exec)


class DocxWithExternalTemplate(Kind[Line]):
    """A Word document that loads its template from this address when it is opened."""

    growth, frame = 6, 8 * KIB

    def texts(self) -> Iterable[str]:
        return (self.root,)

    def build(self) -> bytes:
        return docx_with_external_template(self.root)


class Pdf(_OfText):
    """A PDF of one page with this line."""

    growth, frame = 4, 4 * KIB

    def build(self) -> bytes:
        return pdf(self.root)


class PdfWithJavascript(Pdf):
    """A PDF that runs this script when it is opened."""

    def build(self) -> bytes:
        return pdf_with_javascript(self.root)


class PdfWithLaunch(Pdf):
    """A PDF that starts this program when it is opened."""

    def build(self) -> bytes:
        return pdf_with_launch(self.root)


class Started(BaseModel):
    """What a shortcut starts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    target: Annotated[Line, Field(max_length=250)]
    arguments: Annotated[Prose, Field(max_length=30_000)] = ""


class Lnk(Kind[Started]):
    """A Windows shortcut."""

    growth, frame = 2, 2 * KIB

    def texts(self) -> Iterable[str]:
        return (self.root.target, self.root.arguments)

    def build(self) -> bytes:
        return shortcut(self.root.target, self.root.arguments)


def _true(written: bool) -> bool:
    if not written:
        raise ValueError("can only be true; leave it out otherwise")
    return written


Yes = Annotated[StrictBool, AfterValidator(_true), WithJsonSchema({"const": True})]


class Eicar(Kind[Yes]):
    """The harmless test file of the antivirus industry (`true`), put together when it is needed."""

    frame = 68

    def build(self) -> bytes:
        return known_bad()
