"""Tells in one walk through a text which of many searches could find something in it: mostly none of them does.

A union of expressions, not RE2's Set: that one answers "no match" where its memory ran out. A union falls back to a
slower machine instead, and is right.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from scanner.rulebook.detectors import DETECTORS
from scanner.rulebook.questions import Search

TOGETHER = 16
"""Searches in one union."""
HEAVIEST = 6_000
"""Instructions of RE2 in one union. With 8 MiB, 12,000 were as fast, and 40,000 thirty times slower: an automaton that
runs out of memory makes room for a slower machine."""
NEWEST = 8
"""Unions in which room is looked for."""
MEMORY = 8 * 1024**2
"""Bytes for the automaton of one union."""
MOST = 4_096
"""Expressions that are remembered: those of the rules in force, and of some that were before."""


class Sieve:
    """Thread-safe. Gives each expression its place in a union, for good: which searches are asked together differs from
    content to content, and compiling a union takes as long as hundreds of walks."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._unions: list[_Union] = []
        self._places: dict[str, int] = {}

    def candidates(self, searches: Collection[Search], text: bytes) -> dict[Search, int]:
        """Those that may find something in `text`, and before which place certainly nothing that they find begins; any
        other finds nothing in any part of it."""
        found: dict[Search, int] = {}
        possible = [search for search in searches if not search.detector or DETECTORS[search.detector].word in text]
        for union, members in self._sorted(possible).items():
            found |= _narrowed(union, members, text)
        return found

    def _sorted(self, searches: Collection[Search]) -> dict[tuple[str, ...], list[Search]]:
        """By the union that each is in."""
        with self._guard:
            if len(self._places) + len(searches) > MOST:
                self._unions, self._places = [], {}
            by_place: dict[int, list[Search]] = {}
            for search in searches:
                by_place.setdefault(self._place(_expression(search)), []).append(search)
            return {tuple(self._unions[place].expressions): members for place, members in by_place.items()}

    def _place(self, expression: str) -> int:
        if expression not in self._places:
            weight = _weight(expression)
            newest = range(max(len(self._unions) - NEWEST, 0), len(self._unions))
            place = next((one for one in newest if self._unions[one].has_room(weight)), len(self._unions))
            if place == len(self._unions):
                self._unions.append(_Union())
            self._unions[place].add(expression, weight)
            self._places[expression] = place
        return self._places[expression]


@dataclass(slots=True)
class _Union:
    expressions: list[str] = field(default_factory=list)
    weight: int = 0

    def has_room(self, weight: int) -> bool:
        return not self.expressions or (len(self.expressions) < TOGETHER and self.weight + weight <= HEAVIEST)

    def add(self, expression: str, weight: int) -> None:
        self.expressions.append(expression)
        self.weight += weight


def _narrowed(union: tuple[str, ...], searches: Sequence[Search], text: bytes, first: int = 0) -> dict[Search, int]:
    """Of searches whose expressions are all in `union`. It may hold others: what none of them finds, these do not, and
    where the leftmost of what they find begins, nothing of these begins before."""
    regexp = _compiled(union) if len(searches) > 1 else None  # one alone looks for itself
    if regexp is None:
        return dict.fromkeys(searches, first)
    match = regexp.search(text, first)
    if match is None:
        return {}
    half = len(union) // 2
    front = [search for search in searches if _expression(search) in union[:half]]
    rest = [search for search in searches if search not in front]
    return _narrowed(union[:half], front, text, match.start()) | _narrowed(union[half:], rest, text, match.start())


@lru_cache(maxsize=256)
def _compiled(union: tuple[str, ...]) -> Any | None:
    """None where they cannot be joined: then each has to look for itself."""
    if not all(expression.isascii() for expression in union):
        return None  # one beyond ASCII sees UTF-8, the others see bytes
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    try:
        return re2.compile("|".join(union).encode(), options)
    except re2.error:
        return None


def _weight(expression: str) -> int:
    """What is not ASCII is heavier than any union: it stands alone."""
    regexp = _compiled((expression,))
    return HEAVIEST if regexp is None else int(regexp.programsize)


@lru_cache(maxsize=MOST)
def _expression(search: Search) -> str:
    if search.detector:
        return f"(?:{DETECTORS[search.detector].regex})"
    return f"(?i:{search.regex})" if search.ignore_case else f"(?:{search.regex})"
