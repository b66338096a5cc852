"""The values that conditions are written with, checked one by one: a refusal says what is wrong with which of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scanner.rulebook.globs import checked
from scanner.rulebook.pattern import compiled
from scanner.rulebook.schema_hints import ONE_OR_MORE, OR_NUMBER
from scanner.settings.units import SIZE, shown, size

MOST_VALUES = 10_000
"""Values of one condition."""
MOST_GLOBS = 1_000
MOST_PATTERNS = 100


_T = TypeVar("_T")


def _listed(written: object) -> object:
    return written if isinstance(written, list) else [written]


@dataclass(frozen=True, slots=True)
class AtMost(AfterValidator):
    """A check on the length of a list, which its JSON schema tells as well."""

    limit: int = MOST_VALUES

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        return {**schema, "minItems": 1, "maxItems": self.limit} if "items" in schema else schema


def at_most(limit: int) -> AtMost:
    """For a list; runs after its items, so that a wrong item is not also reported as a missing one."""

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not 1 <= len(values) <= limit:
            raise ValueError(f"must have 1 to {limit} values" if values else "must not be empty")
        return values

    return AtMost(check, limit)


OneOrMore = Annotated[tuple[_T, ...], BeforeValidator(_listed), at_most(MOST_VALUES), ONE_OR_MORE]
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


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of numbers."""

    lowest: float = 0
    highest: float = inf
    without_lowest: bool = False
    without_highest: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.lowest if self.without_lowest else value >= self.lowest
        return above and (value < self.highest if self.without_highest else value <= self.highest)

    def settled_by(self, at_least: float) -> bool | None:
        """Whether a number lies in it of which only this much is certain."""
        if at_least in self:
            return True if self.highest == inf else None
        return None if at_least <= self.lowest else False


_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,6})?"


def number_bounds(written: str) -> Bounds:
    """Of `> 7.5`, `<= 4`, `2..5` (both included) or `3`."""
    compared = re.fullmatch(rf"(>=|<=|>|<) ?({_NUMBER})", written)
    if compared:
        bound = float(compared[2])
        if compared[1].startswith(">"):
            return Bounds(lowest=bound, without_lowest=compared[1] == ">")
        return Bounds(highest=bound, without_highest=compared[1] == "<")
    limits = re.fullmatch(rf"({_NUMBER})(?: ?\.\. ?({_NUMBER}))?", written)
    if limits is None:
        raise ValueError(f'{shown(written)} is no range of numbers; write "> 5", "<= 5", 2..5 or 3')
    lowest, highest = float(limits[1]), float(limits[2] or limits[1])
    if lowest > highest:
        raise ValueError(f"{shown(written)} is a range the wrong way round")
    return Bounds(lowest, highest)


def _number_written(written: object) -> object:
    return str(written) if isinstance(written, int | float) and not isinstance(written, bool) else written


def _number_range(written: str) -> str:
    bounds = number_bounds(written)
    if bounds.without_highest and bounds.highest == 0:
        raise ValueError("can never hold: the number is never below 0")
    return written


def _count_range(written: str) -> str:
    bounds = number_bounds(written)
    if any(end != inf and end != int(end) for end in (bounds.lowest, bounds.highest)):
        raise ValueError(f"{shown(written)} has a fraction, which no count has")
    return written


WrittenNumbers = Annotated[str, BeforeValidator(_number_written), AfterValidator(_number_range), OR_NUMBER]
WrittenCount = Annotated[WrittenNumbers, AfterValidator(_count_range)]


def _digest(written: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", written):
        raise ValueError(f"{shown(written)} is no SHA-256; write its 64 hexadecimal digits")
    return written.lower()


Digests = OneOrMore[Annotated[str, AfterValidator(_digest)]]


def _regex(written: str) -> str:
    compiled(written, False)
    return written


Regex = Annotated[str, AfterValidator(_regex)]
