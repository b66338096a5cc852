"""What a rule's conditions say about a version: yes, no, or not before the content is searched. Pure.

Three-valued: None is "not known yet". Only what is still None when all facts are in is worth reading content for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from scanner.rulebook.conditions import (
    Condition,
    Cost,
    DeclaredMime,
    Event,
    Extension,
    Folder,
    Mime,
    Mismatch,
    Name,
    Path,
    Pattern,
    Sha256,
    Signature,
    SizeRange,
    Text,
    Uploader,
)
from scanner.rulebook.facts import Facts
from scanner.rulebook.values import MOST_VALUES, at_most

Found = Mapping[Pattern, int | None]
"""Where each pattern was found first (a byte offset), or that it is not there (None). Not in it: not searched yet."""


def _not_null(written: object) -> object:
    if written is None:
        raise ValueError("has no value; write one or remove the key")
    return written


_T = TypeVar("_T")
Written = Annotated[_T | None, BeforeValidator(_not_null)]
"""May be left out, but not written without a value."""


Parts = Annotated["tuple[Match, ...]", at_most(MOST_VALUES)]


class Match(BaseModel):
    """Conditions of which every one must hold. Each key stands once; `all` and `any` make room for more of a kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    path: Written[Path] = None
    folder: Written[Folder] = None
    name: Written[Name] = None
    extension: Written[Extension] = None
    mime: Written[Mime] = None
    declared_mime: Written[DeclaredMime] = None
    mismatch: Written[Mismatch] = None
    size: Written[SizeRange] = None
    sha256: Written[Sha256] = None
    signature: Written[Signature] = None
    uploader: Written[Uploader] = None
    event: Written[Event] = None
    text: Written[Text] = None
    every: Written[Parts] = Field(default=None, alias="all")
    some: Written[Parts] = Field(default=None, alias="any")
    no: Written[Match] = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _says_something(self) -> Match:
        if not self.model_fields_set:
            raise ValueError("must hold at least one condition")
        return self

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All that must hold, the cheap first."""
        written = [getattr(self, name) for name in type(self).model_fields]
        parts: list[Part] = [part for part in written if isinstance(part, Condition)]
        parts += self.every or ()
        parts += [] if self.some is None else [Some(self.some)]
        parts += [] if self.no is None else [No(self.no)]
        return tuple(sorted(parts, key=cost))


@dataclass(frozen=True, slots=True)
class Some:
    """At least one must hold."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class No:
    """Must not hold."""

    part: Match


Part = Condition[Any] | Match | Some | No


def cost(part: Part) -> Cost:
    """That of the dearest condition in it."""
    return max(one.cost for one in conditions(part))


def conditions(part: Part) -> Iterator[Condition[Any]]:
    """All conditions in it, at any depth."""
    if isinstance(part, Condition):
        yield part
        return
    for inner in (part.part,) if isinstance(part, No) else part.parts:
        yield from conditions(inner)


def decide(part: Part, facts: Facts, found: Found) -> bool | None:
    """Whether it holds; None where that depends on text not searched yet."""
    if isinstance(part, Text):
        return _searched(part, found)
    if isinstance(part, Condition):
        return part.holds(facts)
    if isinstance(part, No):
        inner = decide(part.part, facts, found)
        return None if inner is None else not inner
    settling = isinstance(part, Some)
    answers = []
    for inner_part in part.parts:
        answer = decide(inner_part, facts, found)
        if answer is settling:
            return settling
        answers.append(answer)
    return None if None in answers else not settling


def _searched(text: Text, found: Found) -> bool | None:
    answers = [found[pattern] is not None if pattern in found else None for pattern in text.root]
    if True in answers:
        return True
    return None if None in answers else False


def pending(part: Part, facts: Facts, found: Found, tried: Collection[Pattern] = ()) -> tuple[Pattern, ...]:
    """What to search for next, for it to be decided; nothing where it is decided already, or where only patterns could
    decide that were `tried` without an answer.

    Of conditions that must all hold, only the first that is open: mostly it does not, and the others need no search.
    """
    if decide(part, facts, found) is not None:
        return ()
    if isinstance(part, Condition):
        patterns = part.root if isinstance(part, Text) else ()
        return tuple(pattern for pattern in patterns if pattern not in found and pattern not in tried)
    if isinstance(part, No):
        return pending(part.part, facts, found, tried)
    each = (pending(inner, facts, found, tried) for inner in part.parts)
    if isinstance(part, Some):
        return tuple(chain.from_iterable(each))
    return next(filter(None, each), ())


def place(part: Part, found: Found) -> int | None:
    """The first byte of what text it rests on; None where it rests on none."""
    if isinstance(part, No):
        return None
    if isinstance(part, Text):
        offsets = (found.get(pattern) for pattern in part.root)
    else:
        offsets = (place(inner, found) for inner in (() if isinstance(part, Condition) else part.parts))
    return min((offset for offset in offsets if offset is not None), default=None)


def answers(match: Match, facts: Facts, found: Found) -> Iterator[tuple[str, bool | None]]:
    """What each key of a rule's `match` comes to, in the order of asking; for showing a rule at work."""
    for part in match.parts:
        yield _key(match, part), decide(part, facts, found)


def _key(match: Match, part: Part) -> str:
    if isinstance(part, Match):
        return "all"
    if isinstance(part, Some):
        return "any"
    if isinstance(part, No):
        return "not"
    return next(name for name in type(match).model_fields if getattr(match, name) is part)
