"""How contents are written in examples, and what is made of them.

Each kind is a class that says how it is written, how large it can become, and how it is made; a new one is a class here
or, where it holds no other content, in `plain`, and a field in `Sample`. The table in docs/rules.md is made from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

from scanner.rulebook.match import Written
from scanner.rulebook.samples import plain
from scanner.rulebook.samples.archives import gzip_of, seven_zip_of, tar_of, zip_of
from scanner.rulebook.samples.disk_image import iso_of
from scanner.rulebook.samples.kind import (
    KIB,
    LARGEST,
    LARGEST_BY_HAND,
    MOST_PARTS,
    Kind,
    Line,
    Prose,
    Sized,
    content_of_text,
    in_ascii,
    named,
    on_a_disk,
)
from scanner.rulebook.samples.mails import eml_of
from scanner.rulebook.samples.pages import html_smuggling
from scanner.rulebook.samples.pdf import pdf_with_embedded_files
from scanner.rulebook.samples.pkware import encrypted_zip_of
from scanner.rulebook.samples.programs import elf, pe
from scanner.rulebook.samples.rtf import rtf_with_objects
from scanner.rulebook.samples.word import docx_with_packages
from scanner.rulebook.schema_hints import OR_TEXT
from scanner.rulebook.values import at_most

Inner = Annotated["Sample", BeforeValidator(content_of_text), OR_TEXT]
"""A text, or a content like any other."""
Members = Annotated[dict[str, Inner], AfterValidator(named)]


class _OfMembers(Kind[Members]):
    frame = KIB

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return self.root.items()

    @property
    def members(self) -> dict[str, bytes]:
        return {name: content.build() for name, content in self.root.items()}


class _OfContent(Kind[Inner]):
    frame = 2 * KIB

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return (("", self.root),)


class Parts(Kind[Annotated[tuple[Inner, ...], at_most(MOST_PARTS)]]):
    """Contents that are joined. So no rule file holds what an antivirus or a secret scanner looks for."""

    per_member = 0

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return (("", part) for part in self.root)

    def build(self) -> bytes:
        return b"".join(part.build() for part in self.root)


class Zip(_OfMembers):
    """A zip, deflated."""

    def build(self) -> bytes:
        return zip_of(self.members)


class WithPassword(BaseModel):
    """Members under a password."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    password: Line
    members: Members


class EncryptedZip(Kind[WithPassword]):
    """A zip whose members need a password (traditional PKWARE encryption); their names do not."""

    frame, largest = KIB, LARGEST_BY_HAND

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return self.root.members.items()

    def build(self) -> bytes:
        members = {name: content.build() for name, content in self.root.members.items()}
        return encrypted_zip_of(members, self.root.password.encode())


class Tar(_OfMembers):
    """A tar."""

    frame, per_member = 20 * KIB, 4 * KIB

    def build(self) -> bytes:
        return tar_of(self.members)


class Gzip(_OfContent):
    """One content, packed by gzip."""

    def build(self) -> bytes:
        return gzip_of(self.root.build())


class SevenZip(_OfMembers):
    """A 7z; names in ASCII."""

    root: Annotated[Members, AfterValidator(in_ascii)]

    def build(self) -> bytes:
        return seven_zip_of(self.members)


class Iso(_OfMembers):
    """A disk image (ISO 9660 with Joliet) of one folder."""

    frame, per_member = 64 * KIB, 4 * KIB
    root: Annotated[Members, AfterValidator(on_a_disk)]

    def build(self) -> bytes:
        return iso_of(self.members)


class MailParts(BaseModel):
    """What is in a mail."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    subject: Line = "Hello"
    text: Prose = ""
    attachments: Members = Field(default_factory=dict)
    """By their file names."""


class Mail(Kind[MailParts]):
    """A mail with attachments."""

    growth, frame = 6, 4 * KIB

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return self.root.attachments.items()

    def texts(self) -> Iterable[str]:
        return (self.root.subject, self.root.text)

    def build(self) -> bytes:
        attachments = {name: content.build() for name, content in self.root.attachments.items()}
        return eml_of(self.root.subject, self.root.text, attachments)


class OlePackage(_OfMembers):
    """A Word document with files in it as objects to be clicked."""

    frame, per_member, largest = 8 * KIB, 8 * KIB, LARGEST_BY_HAND

    def build(self) -> bytes:
        return docx_with_packages(self.members)


class PdfWithEmbeddedFile(_OfMembers):
    """A PDF with files embedded in it."""

    frame = 4 * KIB

    def build(self) -> bytes:
        return pdf_with_embedded_files(self.members)


class RtfWithObject(_OfMembers):
    """An RTF with files in it as objects to be clicked."""

    growth, per_member = 2, 4 * KIB

    def build(self) -> bytes:
        return rtf_with_objects(self.members)


class HandedOver(BaseModel):
    """A file that a page makes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Line
    content: Inner


class HtmlSmuggling(Kind[HandedOver]):
    """A page that makes this file of data inside itself and hands it to the reader. Less than 1 KiB is filled up with
    zeros."""

    growth, frame = 2, 4 * KIB

    def inside(self) -> Iterable[tuple[str, Sized]]:
        return ((self.root.name, self.root.content),)

    def build(self) -> bytes:
        return html_smuggling(self.root.name, self.root.content.build())


class Pe(_OfContent):
    """A program for Windows that does nothing, with this in its only section; may be empty."""

    def build(self) -> bytes:
        return pe(self.root.build())


class Elf(_OfContent):
    """A program for Linux that does nothing, with this behind its headers; may be empty."""

    def build(self) -> bytes:
        return elf(self.root.build())


class Sample(BaseModel):
    """A content, written in one of these ways; in none of them, it is empty."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    text: Written[plain.PlainText] = Field(default=None, examples=["hello"])
    base64: Written[plain.Base64] = Field(default=None, examples=["AAEC"])
    utf16: Written[plain.Utf16] = Field(default=None, examples=["hello"])
    parts: Written[Parts] = Field(default=None, examples=[["pass", "word"]])
    zip_of: Written[Zip] = Field(
        default=None, examples=[{"a.txt": "hello", "in.zip": {"zip_of": {"b.exe": {"pe": ""}}}}]
    )
    encrypted_zip_of: Written[EncryptedZip] = Field(
        default=None, examples=[{"password": "1234", "members": {"a.txt": "hello"}}]
    )
    tar_of: Written[Tar] = Field(default=None, examples=[{"a.txt": "hello"}])
    gzip_of: Written[Gzip] = Field(default=None, examples=[{"tar_of": {"a.txt": "hello"}}])
    seven_zip_of: Written[SevenZip] = Field(default=None, examples=[{"a.txt": "hello"}])
    iso_of: Written[Iso] = Field(default=None, examples=[{"invoice.exe": {"pe": ""}}])
    eml_of: Written[Mail] = Field(
        default=None, examples=[{"subject": "Invoice", "text": "See below.", "attachments": {"a.txt": "hello"}}]
    )
    docx: Written[plain.Docx] = Field(default=None, examples=["A plan"])
    docx_with_macro: Written[plain.DocxWithMacro] = Field(
        default=None, examples=[{"source": 'MsgBox "hello"', "auto_exec": True}]
    )
    docx_with_external_template: Written[plain.DocxWithExternalTemplate] = Field(
        default=None, examples=["https://example.com/a.dotm"]
    )
    ole_package: Written[OlePackage] = Field(default=None, examples=[{"invoice.exe": {"pe": ""}}])
    pdf: Written[plain.Pdf] = Field(default=None, examples=["A report"])
    pdf_with_javascript: Written[plain.PdfWithJavascript] = Field(default=None, examples=["app.alert(1)"])
    pdf_with_launch: Written[plain.PdfWithLaunch] = Field(default=None, examples=["cmd.exe"])
    pdf_with_embedded_file: Written[PdfWithEmbeddedFile] = Field(default=None, examples=[{"a.exe": {"pe": ""}}])
    rtf_with_object: Written[RtfWithObject] = Field(default=None, examples=[{"invoice.exe": {"pe": ""}}])
    html_smuggling: Written[HtmlSmuggling] = Field(
        default=None, examples=[{"name": "a.iso", "content": {"iso_of": {"a.exe": {"pe": ""}}}}]
    )
    lnk: Written[plain.Lnk] = Field(default=None, examples=[{"target": "%ComSpec%", "arguments": "/c calc.exe"}])
    pe: Written[Pe] = Field(default=None, examples=[""])
    elf: Written[Elf] = Field(default=None, examples=[""])
    eicar: Written[plain.Eicar] = Field(default=None, examples=[True])
    times: Annotated[StrictInt, Field(ge=1, le=LARGEST)] = 1
    """How often the whole is repeated."""

    @model_validator(mode="after")
    def _can_be_built(self) -> Sample:
        given = [name for name, _ in self._written()]
        if len(given) > 1:
            raise ValueError(f"has more than one content: {', '.join(given)}")
        if self.most > LARGEST:
            raise ValueError(f"is larger than {LARGEST // 1024**2}MiB")
        return self

    def _written(self) -> Iterator[tuple[str, Kind[Any]]]:
        for name in Sample.model_fields:
            value = getattr(self, name)
            if isinstance(value, Kind):
                yield name, value

    @cached_property
    def most(self) -> int:
        """Bytes that it has at most."""
        return sum(kind.most for _, kind in self._written()) * self.times

    def build(self) -> bytes:
        """The bytes; the same at every call."""
        return b"".join(kind.build() for _, kind in self._written()) * self.times
