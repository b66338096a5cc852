"""Tells in one walk through a text which of many searches could find something in it: mostly none of them does.

A union of expressions, not RE2's Set: that one answers "no match" where its memory ran out. A union falls back to a
slower machine instead, and is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

from scanner.rulebook.detectors import DETECTORS
from scanner.rulebook.questions import Search

MOST_TOGETHER = 6
"""Searches in one union: one automaton of sixteen outgrew 16 MiB over documents, and was forty times slower."""
FEW = 2
"""So many are not worth a walk of their own."""
MEMORY = 8 * 1024**2
"""Bytes for the automaton of one union."""


def candidates(searches: Sequence[Search], text: bytes) -> list[Search]:
    """Those that may find something in `text`, in their order; any other certainly finds nothing in any part of it."""
    return [
        search
        for first in range(0, len(searches), MOST_TOGETHER)
        for search in _narrowed(tuple(searches[first : first + MOST_TOGETHER]), text)
    ]


def _narrowed(searches: tuple[Search, ...], text: bytes) -> tuple[Search, ...]:
    union = _union(searches) if len(searches) > FEW else None
    if union is None:
        return searches
    if union.search(text) is None:
        return ()
    half = len(searches) // 2
    return _narrowed(searches[:half], text) + _narrowed(searches[half:], text)


@lru_cache(maxsize=128)
def _union(searches: tuple[Search, ...]) -> Any | None:
    """None where they cannot be joined: then each has to look for itself."""
    expressions = [_expression(search) for search in searches]
    if not all(expression.isascii() for expression in expressions):
        return None  # one beyond ASCII sees UTF-8, the others see bytes
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    try:
        return re2.compile("|".join(expressions).encode(), options)
    except re2.error:
        return None


def _expression(search: Search) -> str:
    if search.detector:
        return f"(?:{DETECTORS[search.detector].regex})"
    return f"(?i:{search.regex})" if search.ignore_case else f"(?:{search.regex})"
