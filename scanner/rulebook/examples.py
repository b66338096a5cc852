"""Examples inside a rule: what it must hit and what it must miss.

They are written so that nothing bad stands in the file itself. An example is a version: a name or path, an event, an
uploader, and a content that is made when it is tried out (`samples.written`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from scanner.model import EntryId, FileVersion, Finding, GroupId, Person
from scanner.rulebook.match import Written
from scanner.rulebook.samples.written import Sample
from scanner.rulebook.values import at_most

MOST_EXAMPLES = 1_000
"""Of one kind in one rule."""
MOST_GROUPS = 1_000
MOST_SIGNATURES = 100
FOLDER = "/Shared/Example"
"""Where an example is that only has a name."""


def _absolute(path: str) -> str:
    if not path.startswith("/") or path.endswith("/"):
        raise ValueError("must be a whole path from the root, as in /Shared/Projects/plan.docx")
    return path


def _without_slash(name: str) -> str:
    if not name or "/" in name:
        raise ValueError("must be a name without a slash; use path for more")
    return name


def _in_a_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("must have a time zone, as in 2026-03-28T23:30:00Z")
    return moment


Moment = Annotated[datetime, AfterValidator(_in_a_zone)]


class Example(Sample):
    """A version to try a rule on: a content, and what the platform would say of it. Whatever is not written has a plain
    default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    name: Written[Annotated[str, AfterValidator(_without_slash)]] = Field(default=None, examples=["invoice.pdf.exe"])
    """In `/Shared/Example`; `example` where nothing is said."""
    path: Written[Annotated[str, AfterValidator(_absolute)]] = Field(default=None, examples=["/Shared/Finance/a.xlsx"])
    """The whole path, instead of a name."""
    event: Literal["create", "copy", "move", "restore", "listing"] = "create"
    """What brought it; `create` where nothing is said."""
    source: str = Field(default="", examples=["WebUI"])
    """Through what it came; unknown where nothing is said."""
    uploaded: Written[Moment] = Field(default=None, examples=["2026-03-28T23:30:00Z"])
    """The moment, with its time zone; unknown where nothing is said."""
    uploader: Written[str] = Field(default=None, examples=["jdoe"])
    """User name; nobody knows it where nothing is said."""
    user_type: Written[Literal["admin", "power", "standard"]] = Field(default=None, examples=["standard"])
    """Of the uploader."""
    groups: Annotated[tuple[str, ...], Field(max_length=MOST_GROUPS)] = Field(default=(), examples=[["Finance"]])
    """Of the uploader."""
    versions: Annotated[StrictInt, Field(ge=1)] = 1
    """How many the file has, this one included; it is a first upload where nothing is said."""
    public_link: StrictBool = False
    """Whether a link opens it without a login."""
    signatures: Annotated[tuple[str, ...], Field(max_length=MOST_SIGNATURES)] = Field(
        default=(), examples=[["Win.Trojan.Agent"]]
    )
    """Names that ClamAV is to have found."""

    @model_validator(mode="after")
    def _is_somewhere(self) -> Example:
        if self.name is not None and self.path is not None:
            raise ValueError("has both a name and a path; the path holds the name")
        if self.uploader is None and (self.user_type is not None or self.groups):
            raise ValueError("has a user_type or groups of nobody; add an uploader")
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
            self.source,
            uploaded_at=self.uploaded,
        )

    @property
    def person(self) -> Person | None:
        """Whoever brought it; None where nobody knows."""
        return None if self.uploader is None else Person(self.uploader, self.user_type or "", self.groups)

    @property
    def earlier(self) -> tuple[Finding, ...]:
        return tuple(Finding("clamd", name, malware=True) for name in self.signatures)


class Examples(BaseModel):
    """At least one of each: a rule that was never seen to hit, or to miss, is only a guess."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    hit: Annotated[tuple[Example, ...], at_most(MOST_EXAMPLES)]
    """What it must find."""
    miss: Annotated[tuple[Example, ...], at_most(MOST_EXAMPLES)]
    """What it must leave alone, the closer to a hit the better."""
