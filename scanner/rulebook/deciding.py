"""What conditions joined by `all`, `any` and `not` come to: yes, no, or not known yet. Pure.

Only what is still open when all that is cheaper has been asked is worth asking for; see questions.Cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from scanner.model import Gap
from scanner.rulebook.conditions import Condition
from scanner.rulebook.known import Known
from scanner.rulebook.questions import Cost, Question, cost_of
from scanner.rulebook.schema_hints import NEVER_NULL


def _not_null(written: object) -> object:
    if written is None:
        raise ValueError("has no value; write one or remove the key")
    return written


_T = TypeVar("_T")
Written = Annotated[_T | None, BeforeValidator(_not_null), NEVER_NULL]
"""May be left out, but not written without a value."""


class Tree(BaseModel):
    """Conditions of which every one must hold. Each key stands once; `all` and `any` make room for more of a kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="after")
    def _says_something(self) -> Tree:
        if not self.model_fields_set:
            raise ValueError("must hold at least one condition")
        return self

    @cached_property
    def by_key(self) -> dict[str, Part]:
        """What is written, by its keys, in the order of the language."""
        keys = {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}
        return {key: _part(key, value) for key, value in keys.items() if value is not None}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All that must hold, the cheap first."""
        return tuple(sorted(self.by_key.values(), key=cost))

    def reduced(self, known: Known) -> bool | Part:
        return _every_open(self.parts, known)


@dataclass(frozen=True, slots=True)
class Every:
    """All must hold."""

    parts: tuple[Part, ...]

    def reduced(self, known: Known) -> bool | Part:
        return _every_open(self.parts, known)


@dataclass(frozen=True, slots=True)
class Some:
    """At least one must hold."""

    parts: tuple[Part, ...]

    def reduced(self, known: Known) -> bool | Part:
        rest: list[Part] = []
        for part in self.parts:
            answer = part.reduced(known)
            if answer is True:
                return True
            if answer is not False:
                rest.append(answer)
        return False if not rest else rest[0] if len(rest) == 1 else Some(tuple(rest))


@dataclass(frozen=True, slots=True)
class No:
    """Must not hold."""

    part: Part

    def reduced(self, known: Known) -> bool | Part:
        inner = self.part.reduced(known)
        return not inner if isinstance(inner, bool) else No(inner)


def _every_open(parts: tuple[Part, ...], known: Known) -> bool | Part:
    # Written out: this runs for every rule and every member of a container.
    rest: list[Part] = []
    for part in parts:
        answer = part.reduced(known)
        if answer is False:
            return False
        if answer is not True:
            rest.append(answer)
    return True if not rest else rest[0] if len(rest) == 1 else Every(tuple(rest))


Part = Condition[Any] | Tree | Every | Some | No


def _part(key: str, value: Any) -> Part:
    if isinstance(value, tuple):
        return Some(value) if key == "any" else Every(tuple(sorted(value, key=cost)))
    return No(value) if key == "not" else value


def cost(part: Part) -> Cost:
    """That of the dearest condition in it."""
    return max(one.cost for one in conditions(part))


def conditions(part: Part) -> Iterator[Condition[Any]]:
    """All conditions in it, at any depth; but not those on members, which speak of something else."""
    if isinstance(part, Condition):
        yield part
        return
    for inner in (part.part,) if isinstance(part, No) else part.parts:
        yield from conditions(inner)


def decide(part: Part, known: Known) -> bool | None:
    """Whether it holds; None where that depends on what is not known."""
    rest = reduced(part, known)
    return rest if isinstance(rest, bool) else None


def reduced(part: Part, known: Known) -> bool | Part:
    """What it comes to; where that is not known, the part of it that is open. Answers only grow, so that deciding the
    rest later is deciding the whole."""
    return part.reduced(known)


def pending(part: Part, known: Known) -> tuple[Question, ...]:
    """What to ask next, for it to be decided; nothing where it is decided, or where no answer could decide it.

    Of parts that must all hold, only the one that is cheapest to go on with: mostly it does not hold, and the others
    need no asking.
    """
    rest = reduced(part, known)
    return () if isinstance(rest, bool) else pending_of_open(rest, known)


def pending_of_open(part: Part, known: Known) -> tuple[Question, ...]:
    """The same, where all of it is known to be open: as `reduced` gives it."""
    if isinstance(part, Condition):
        return tuple(part.pending(known))
    if isinstance(part, No):
        return pending_of_open(part.part, known)
    each = [wanted for wanted in (pending_of_open(one, known) for one in part.parts) if wanted]
    if isinstance(part, Some):
        return tuple(chain.from_iterable(each))
    return each[0] if len(each) == 1 else min(each, key=_dearest, default=())


def _dearest(wanted: tuple[Question, ...]) -> Cost:
    return max(map(cost_of, wanted))


def gaps(part: Part, known: Known) -> Iterator[Gap]:
    """Why it could not be decided: what stood in the way of each condition that is open."""
    rest = reduced(part, known)
    if not isinstance(rest, bool):
        for condition in conditions(rest):
            yield from condition.gaps(known)
