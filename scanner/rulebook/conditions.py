"""The conditions of the rule language. Each declares its schema, says what it costs, and answers from facts alone.

`Text` is the exception: it only says what to search for, since reading content is the engine's business. A new
condition is a class here and a field in `match.Match`; the reference in docs/rules.md is checked against both.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    RootModel,
    StrictBool,
    model_validator,
)

from scanner.rulebook.facts import Facts
from scanner.rulebook.globs import GlobSet, checked, folded
from scanner.rulebook.kinds import contradicts
from scanner.rulebook.pattern import compiled
from scanner.settings.units import SIZE, Size, shown, size, size_between

MOST_VALUES = 10_000
"""Values of one condition."""
MOST_GLOBS = 1_000
MOST_PATTERNS = 100


class Cost(IntEnum):
    """Cheap conditions decide first."""

    LOOKUP = 1
    """A comparison or two."""
    GLOB = 2
    """A regular expression over a name."""
    SEARCH = 9
    """The content is read."""


_T = TypeVar("_T")


def _listed(written: object) -> object:
    return written if isinstance(written, list) else [written]


def at_most(limit: int) -> AfterValidator:
    """For a list; runs after its items, so that a wrong item is not also reported as a missing one."""

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not 1 <= len(values) <= limit:
            raise ValueError(f"must have 1 to {limit} values" if values else "must not be empty")
        return values

    return AfterValidator(check)


OneOrMore = Annotated[tuple[_T, ...], BeforeValidator(_listed), at_most(MOST_VALUES)]
"""A value, or a list of which any may hold."""


def _from_root(glob: str) -> str:
    if not glob.startswith(("/", "**")):
        raise ValueError("must begin with / or **, since paths begin at the root, as in /Shared/Projects/**")
    return glob


def _single(glob: str) -> str:
    if "/" in glob:
        raise ValueError("has a slash, which no name has; use path instead")
    return glob


Glob = Annotated[str, AfterValidator(checked)]
Globs = Annotated[OneOrMore[Glob], at_most(MOST_GLOBS)]
PathGlobs = Annotated[OneOrMore[Annotated[Glob, AfterValidator(_from_root)]], at_most(MOST_GLOBS)]
NameGlobs = Annotated[OneOrMore[Annotated[Glob, AfterValidator(_single)]], at_most(MOST_GLOBS)]


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


def _extension(written: str) -> str:
    if len(written) > 100 or not re.fullmatch(r"[^\s./*?\[\]\\]+(\.[^\s./*?\[\]\\]+)*", written):
        raise ValueError(f"{shown(written)} is no extension; write it without a dot before it and without *, like exe")
    return written


class Extension(Condition[OneOrMore[Annotated[str, AfterValidator(_extension)]]]):
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


def _bounds(written: str) -> tuple[int, int | None]:
    """The lowest and the highest size, both included."""
    compared = re.fullmatch(rf"(>=|<=|>|<) ?({SIZE})", written)
    if compared:
        bound = size(compared[2])
        above, below = (bound + 1, None), (0, bound - 1)
        return {">": above, ">=": (bound, None), "<": below, "<=": (0, bound)}[compared[1]]
    limits = re.fullmatch(rf"({SIZE})(?: ?\.\. ?({SIZE}))?", written)
    if limits is None:
        raise ValueError(f'{shown(written)} is no size; write "> 10MiB", "<= 4KiB", 1KiB..10MiB or 0B')
    lowest, highest = size(limits[1]), size(limits[4] or limits[1])
    if lowest > highest:
        raise ValueError(f"{shown(written)} is a range the wrong way round")
    return lowest, highest


def _size_range(written: str) -> str:
    if _bounds(written)[1] == -1:
        raise ValueError("can never hold: no content has less than 0 bytes")
    return written


class SizeRange(Condition[Annotated[str, AfterValidator(_size_range)]]):
    """The content's size: `> 10MiB`, `<= 4KiB`, `1KiB..10MiB` (both included), or exactly `0B`."""

    cost = Cost.LOOKUP

    @cached_property
    def bounds(self) -> tuple[int, int | None]:
        return _bounds(self.root)

    def holds(self, facts: Facts) -> bool:
        lowest, highest = self.bounds
        return lowest <= facts.size and (highest is None or facts.size <= highest)


def _digest(written: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", written):
        raise ValueError(f"{shown(written)} is no SHA-256; write its 64 hexadecimal digits")
    return written.lower()


class Sha256(Condition[OneOrMore[Annotated[str, AfterValidator(_digest)]]]):
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


def _regex(written: str) -> str:
    compiled(written, False)
    return written


class Pattern(BaseModel):
    """One regular expression, and where to look for it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    regex: Annotated[str, AfterValidator(_regex)]
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
