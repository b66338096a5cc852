"""Examples inside a rule: what it must hit and what it must miss.

They are written so that nothing bad stands in the file itself. An example is a version: a name or path, an event, an
uploader, and a content that is built when it is tried out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

from scanner.model import EntryId, FileVersion, Finding, GroupId
from scanner.rulebook.values import at_most

LARGEST = 32 * 1024**2
"""Bytes of one example's content, and of anything inside it."""
MOST_PARTS = 100
"""Parts of a content, or members of a zip."""
MOST_EXAMPLES = 1_000
"""Of one kind in one rule."""
FOLDER = "/Shared/Example"
"""Where an example is that only has a name."""
_DATE = (2026, 1, 1, 0, 0, 0)


def _decoded(written: str) -> str:
    try:
        base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("is no base64") from error
    return written


def _content_of_text(written: object) -> object:
    return {"text": written} if isinstance(written, str) else written


Inner = Annotated["Sample", BeforeValidator(_content_of_text)]


class Sample(BaseModel):
    """A content: at most one of text, base64, parts and zip_of; without any of them it is empty."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    text: str | None = None
    """As UTF-8."""
    base64: Annotated[str, AfterValidator(_decoded)] | None = None
    parts: Annotated[tuple[Inner, ...], at_most(MOST_PARTS)] | None = None
    """Joined; so that no literal in a rule file upsets an antivirus. Each is a text or a content like this one."""
    zip_of: dict[str, Inner] | None = None
    """A zip with these members, deflated; each is a text or a content like this one."""
    times: Annotated[StrictInt, Field(ge=1, le=LARGEST)] = 1
    """How often the whole is repeated."""

    @model_validator(mode="after")
    def _can_be_built(self) -> Sample:
        given = [key for key in ("text", "base64", "parts", "zip_of") if getattr(self, key) is not None]
        if len(given) > 1:
            raise ValueError(f"has more than one content: {', '.join(given)}")
        if len(self.zip_of or ()) > MOST_PARTS:
            raise ValueError(f"zip_of has more than {MOST_PARTS} members")
        if self.unpacked > LARGEST:
            raise ValueError(f"is larger than {LARGEST // 1024**2}MiB")
        return self

    @cached_property
    def unpacked(self) -> int:
        """Bytes that go into building it."""
        inner = (*(self.parts or ()), *(self.zip_of or {}).values())
        return (len(self._literal()) + sum(part.unpacked for part in inner)) * self.times

    def _literal(self) -> bytes:
        if self.base64 is not None:
            return base64.b64decode(self.base64)
        return (self.text or "").encode("utf-8", "surrogatepass")

    def build(self) -> bytes:
        """The bytes; the same at every call."""
        if self.zip_of is not None:
            return _zipped(self.zip_of) * self.times
        return (self._literal() + b"".join(part.build() for part in self.parts or ())) * self.times


def _zipped(members: Mapping[str, Sample]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), member.build(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _absolute(path: str) -> str:
    if not path.startswith("/") or path.endswith("/"):
        raise ValueError("must be a whole path from the root, as in /Shared/Projects/plan.docx")
    return path


def _without_slash(name: str) -> str:
    if not name or "/" in name:
        raise ValueError("must be a name without a slash; use path for more")
    return name


class Example(Sample):
    """A version to try a rule on. Whatever is not written has a plain default."""

    name: Annotated[str, AfterValidator(_without_slash)] | None = None
    path: Annotated[str, AfterValidator(_absolute)] | None = None
    event: Literal["create", "copy", "move", "restore", "listing"] = "create"
    uploader: str | None = None
    signatures: tuple[str, ...] = ()
    """What ClamAV is to have found."""

    @model_validator(mode="after")
    def _is_somewhere(self) -> Example:
        if self.name is not None and self.path is not None:
            raise ValueError("has both a name and a path; the path holds the name")
        return self

    @property
    def version(self) -> FileVersion:
        path = self.path or f"{FOLDER}/{self.name or 'example'}"
        return FileVersion(
            "example",
            GroupId("example"),
            EntryId(hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()),
            path,
            self.event,
        )

    @property
    def earlier(self) -> tuple[Finding, ...]:
        return tuple(Finding("clamd", name, malware=True) for name in self.signatures)


class Examples(BaseModel):
    """At least one of each: a rule that was never seen to hit, or to miss, is only a guess."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    hit: Annotated[tuple[Example, ...], at_most(MOST_EXAMPLES)]
    miss: Annotated[tuple[Example, ...], at_most(MOST_EXAMPLES)]
