"""Values as JSON knows them, read without bending one kind into another. Pure. All raise NotKnown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scanner.rulebook.anatomy import Trait

_T = TypeVar("_T")


class NotKnown(ValueError):
    """Not what was written."""


def exactly(told: Any, kind: type[_T]) -> _T:
    """True is no number here, as it would be to Python."""
    if type(told) is not kind:
        raise NotKnown(f"not a {kind.__name__}")
    return told


def as_text(told: Any) -> str:
    return exactly(told, str)


def as_count(told: Any) -> int:
    if exactly(told, int) < 0:
        raise NotKnown("below 0")
    return int(told)


def as_number(told: Any) -> float:
    return float(exactly(told, float))


def as_flag(told: Any) -> bool:
    return exactly(told, bool)


def as_texts(told: Any) -> tuple[str, ...]:
    return tuple(exactly(one, str) for one in exactly(told, list))


def as_traits(told: Any) -> frozenset[Trait]:
    return frozenset(Trait(one) for one in as_texts(told))


def or_none(told: Any, read: Callable[[Any], _T]) -> _T | None:
    return None if told is None else read(told)


def as_mapping(told: Any) -> dict[str, Any]:
    return exactly(told, dict)
