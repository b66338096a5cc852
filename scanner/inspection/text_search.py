"""Regular expressions and detectors over bytes, in one pass for all, in windows that overlap.

A match longer than OVERLAP may be missed where it lies across the border of two windows, or count twice; docs/rules.md
says so.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping

from scanner.inspection.apart import Readable
from scanner.inspection.sieve import Sieve
from scanner.model import Gap, Unscannable
from scanner.rulebook.detectors import DETECTORS, occurrences
from scanner.rulebook.detectors.detector import CONTEXT
from scanner.rulebook.pattern import SEARCH_LIMIT, compiled
from scanner.rulebook.questions import Search, Tally

STEP = 1024**2
"""Bytes from one window's beginning to the next."""
OVERLAP = 64 * 1024
"""Bytes that two windows share."""
LONGEST = 120.0
"""Seconds for one content: numbers that nearly are of some kind, over and over, cost detectors half a second a MiB."""
OF_BYTES, OF_TEXT = Sieve(), Sieve()
"""Apart, since a union may hold searches that are not asked: what is in most texts is not asked about them."""
NOTHING = Tally()
TOO_LONG = Gap(Unscannable.SCAN_TIME, f"text was searched for {LONGEST:g} s")
BEYOND = Gap(Unscannable.LIMITS, f"text is searched up to {SEARCH_LIMIT} bytes only")


class Window:
    """A stretch of a content, with what lies around it: ^, $ and \\b see that, and so do detectors."""

    def __init__(self, content: Readable, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.origin = max(0, start - CONTEXT)
        self.text = content.read_at(self.origin, end + CONTEXT - self.origin)


def tallies(searches: Collection[Search], content: Readable, size: int) -> dict[Search, Tally]:
    """Each search's answer. Reading ends where all have found enough, or after LONGEST."""
    sieve = OF_TEXT if any(search.taken_out for search in searches) else OF_BYTES
    counts: dict[Search, _Matches | _Values] = {}
    going = list(searches)
    until = time.monotonic() + LONGEST
    for start, end in _windows(size):
        window = Window(content, start, end)
        for search, first in sieve.candidates(going, window.text).items():
            if search not in counts:
                counts[search] = _Values(search) if search.detector else _Matches(search)
            last = _last(search, size)
            border = min(end, last)
            if border > start:
                counts[search].look(window, first, border, border == last)
        going = [one for one in going if _last(one, size) > end and not _has_enough(one, counts)]
        if not going or time.monotonic() > until:
            break
    ended = BEYOND if end >= SEARCH_LIMIT else TOO_LONG
    answers = dict.fromkeys(searches, NOTHING)
    answers |= {search: _tally(search, count, None) for search, count in counts.items()}
    answers |= {search: _tally(search, counts.get(search), ended) for search in going}
    return answers


def _last(search: Search, size: int) -> int:
    """Where looking for it ends."""
    return size if search.within is None else min(size, search.within)


def _has_enough(search: Search, counts: Mapping[Search, _Matches | _Values]) -> bool:
    return search in counts and counts[search].number >= search.enough


def _tally(search: Search, count: _Matches | _Values | None, gap: Gap | None) -> Tally:
    """`gap`: why reading ended before its end, where not enough was found. Without a count nothing was."""
    if count is None:
        return Tally(done=gap is None, gap=gap)
    return Tally(count.number, count.offset, count.excerpt, gap is None and count.number < search.enough, gap)


def _windows(size: int) -> Iterator[tuple[int, int]]:
    """Also one for an empty content: it has been searched then, and nothing found."""
    start, end, limit = 0, 0, min(size, SEARCH_LIMIT)
    while start == 0 or end < limit:
        end = min(limit, start + STEP + OVERLAP)
        yield start, end
        start += STEP


class _Matches:
    """Of a regular expression: those that do not overlap."""

    excerpt = ""

    def __init__(self, search: Search) -> None:
        self._regexp = compiled(search.regex, search.ignore_case)
        self._enough = search.enough
        self._next = 0
        self.number = 0
        self.offset: int | None = None

    def look(self, window: Window, first: int, end: int, last: bool) -> None:
        """Count on up to `end`. Unless it is the last window, what begins beyond STEP bytes is left to the next.
        Nothing begins before the window's byte `first`."""
        position = max(window.start, window.origin + first, self._next)
        while self.number < self._enough and position <= end:
            match = self._regexp.search(window.text, position - window.origin, end - window.origin)
            if match is None:
                return
            found, after = match.start() + window.origin, match.end() + window.origin
            if not last and found >= window.start + STEP:
                return
            self.number += 1
            self.offset = found if self.offset is None else self.offset
            self._next = position = max(after, found + 1)


class _Values:
    """Of a detector: those that differ."""

    def __init__(self, search: Search) -> None:
        self._detector = DETECTORS[search.detector]
        self._enough = search.enough
        self._seen: set[str] = set()
        self.offset: int | None = None
        self.excerpt = ""

    @property
    def number(self) -> int:
        return len(self._seen)

    def look(self, window: Window, first: int, end: int, last: bool) -> None:
        """Count on up to `end`; what two windows share counts once all the same."""
        start, stop = window.start - window.origin, end - window.origin
        for found in occurrences(self._detector, window.text, max(start, first), stop):
            if self.offset is None:
                self.offset, self.excerpt = found.offset + window.origin, found.excerpt
            self._seen.add(found.digest)
            if self.number >= self._enough:
                return
