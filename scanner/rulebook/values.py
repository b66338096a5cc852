"""The values that conditions are written with, checked one by one: a refusal says what is wrong with which of them."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator

from scanner.rulebook.globs import checked
from scanner.rulebook.pattern import compiled
from scanner.settings.units import SIZE, shown, size

MOST_VALUES = 10_000
"""Values of one condition."""
MOST_GLOBS = 1_000
MOST_PATTERNS = 100


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


def _extension(written: str) -> str:
    if len(written) > 100 or not re.fullmatch(r"[^\s./*?\[\]\\]+(\.[^\s./*?\[\]\\]+)*", written):
        raise ValueError(f"{shown(written)} is no extension; write it without a dot before it and without *, like exe")
    return written


Extensions = OneOrMore[Annotated[str, AfterValidator(_extension)]]


def size_bounds(written: str) -> tuple[int, int | None]:
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
    if size_bounds(written)[1] == -1:
        raise ValueError("can never hold: no content has less than 0 bytes")
    return written


WrittenRange = Annotated[str, AfterValidator(_size_range)]


def _digest(written: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", written):
        raise ValueError(f"{shown(written)} is no SHA-256; write its 64 hexadecimal digits")
    return written.lower()


Digests = OneOrMore[Annotated[str, AfterValidator(_digest)]]


def _regex(written: str) -> str:
    compiled(written, False)
    return written


Regex = Annotated[str, AfterValidator(_regex)]
