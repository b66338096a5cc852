"""The conditions of the rule language. Each declares its schema, says what it costs, and answers from facts alone.

`Text` is the exception: it only says what to search for, since reading content is the engine's business. A new
condition is a class here and a field in `match.Match`; the reference in docs/rules.md is checked against both.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, RootModel, StrictBool, model_validator

from scanner.rulebook.facts import Facts
from scanner.rulebook.globs import GlobSet, folded
from scanner.rulebook.kinds import contradicts
from scanner.rulebook.pattern import compiled
from scanner.rulebook.values import (
    MOST_PATTERNS,
    Digests,
    Extensions,
    Globs,
    NameGlobs,
    OneOrMore,
    PathGlobs,
    Regex,
    WrittenRange,
    at_most,
    size_bounds,
)
from scanner.settings.units import Size, size_between

_T = TypeVar("_T")


class Cost(IntEnum):
    """Cheap conditions decide first."""

    LOOKUP = 1
    """A comparison or two."""
    GLOB = 2
    """A regular expression over a name."""
    SEARCH = 9
    """The content is read."""


class Condition(RootModel[_T]):
    """What all have in common."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    cost: ClassVar[Cost]

    def holds(self, facts: Facts) -> bool:
        raise NotImplementedError


class Globbing(Condition[Globs]):
    """Any of some globs."""

    cost = Cost.GLOB

    @model_validator(mode="after")
    def _fit_together(self) -> Globbing:
        _ = self.globs
        return self

    @cached_property
    def globs(self) -> GlobSet:
        return GlobSet(self.root)


class Path(Globbing):
    """The whole path, name included."""

    root: PathGlobs

    def holds(self, facts: Facts) -> bool:
        return self.globs.matches(facts.path)


class Folder(Globbing):
    """A folder the file is in, or any folder above it."""

    root: PathGlobs

    @cached_property
    def globs(self) -> GlobSet:
        return GlobSet([glob.rstrip("/") for glob in self.root], below=True)

    def holds(self, facts: Facts) -> bool:
        return self.globs.matches(facts.folder)


class Name(Globbing):
    """The name without its folder."""

    root: NameGlobs

    def holds(self, facts: Facts) -> bool:
        return self.globs.matches(facts.name)


class Extension(Condition[Extensions]):
    """How the name ends after a dot; dots and spaces at its end, which Windows drops, do not hide it."""

    cost = Cost.LOOKUP

    @cached_property
    def endings(self) -> tuple[str, ...]:
        return tuple(f".{folded(extension)}" for extension in self.root)

    def holds(self, facts: Facts) -> bool:
        return facts.name.rstrip(". ").endswith(self.endings)


class Mime(Globbing):
    """The type that libmagic finds in the content."""

    def holds(self, facts: Facts) -> bool:
        return self.globs.matches(facts.mime)


class DeclaredMime(Globbing):
    """The type that the extension declares."""

    def holds(self, facts: Facts) -> bool:
        return facts.declared_mime is not None and self.globs.matches(facts.declared_mime)


class Mismatch(Condition[StrictBool]):
    """Whether the extension declares a family of content other than the one found."""

    cost = Cost.LOOKUP

    def holds(self, facts: Facts) -> bool:
        return contradicts(facts.declared_mime, facts.mime) is self.root


class SizeRange(Condition[WrittenRange]):
    """The content's size: `> 10MiB`, `<= 4KiB`, `1KiB..10MiB` (both included), or exactly `0B`."""

    cost = Cost.LOOKUP

    @cached_property
    def bounds(self) -> tuple[int, int | None]:
        return size_bounds(self.root)

    def holds(self, facts: Facts) -> bool:
        lowest, highest = self.bounds
        return lowest <= facts.size and (highest is None or facts.size <= highest)


class Sha256(Condition[Digests]):
    """The content's digest."""

    cost = Cost.LOOKUP

    @cached_property
    def digests(self) -> frozenset[str]:
        return frozenset(self.root)

    def holds(self, facts: Facts) -> bool:
        return facts.sha256 in self.digests


class Signature(Globbing):
    """The name of a signature that ClamAV found in the content."""

    def holds(self, facts: Facts) -> bool:
        return any(self.globs.matches(signature) for signature in facts.signatures)


class Uploader(Globbing):
    """The user name of whoever brought this version; one that nobody knows matches no glob."""

    def holds(self, facts: Facts) -> bool:
        return facts.uploader is not None and self.globs.matches(facts.uploader)


class Event(Condition[OneOrMore[Literal["create", "copy", "move", "restore", "listing"]]]):
    """What brought this version: an event's action, or a listing of the folder."""

    cost = Cost.LOOKUP

    def holds(self, facts: Facts) -> bool:
        return facts.event in self.root


class Pattern(BaseModel):
    """One regular expression, and where to look for it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    regex: Regex
    """In RE2's syntax, over the raw bytes."""
    ignore_case: StrictBool = False
    within: Annotated[Size, size_between("1B", "256MiB")] | None = None
    """Look only at so many bytes from the beginning; None is the whole content."""

    @model_validator(mode="after")
    def _compiles(self) -> Pattern:
        # Ignoring case makes it larger: it must not be refused in the middle of an inspection.
        _ = self.compiled
        return self

    @cached_property
    def compiled(self) -> Any:
        return compiled(self.regex, self.ignore_case)


def _patterns(written: object) -> object:
    each = written if isinstance(written, list) else [written]
    return [{"regex": one} if isinstance(one, str) else one for one in each]


class Text(Condition[Annotated[tuple[Pattern, ...], BeforeValidator(_patterns), at_most(MOST_PATTERNS)]]):
    """A regular expression that is found in the content."""

    cost = Cost.SEARCH
