"""What a detector is, and how its occurrences are found in text. Pure.

A regular expression finds candidates, in time linear in the text; `valid` then tells the real ones. RE2 cannot look
around, so that an expression also takes in what stands beside a candidate: the candidate is its one group that matched.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scanner.rulebook.pattern import compiled

MOST_OCCURRENCES = 10_000
"""Distinct values that are told apart in one text. Looking ends there."""
CONTEXT = 24
"""Bytes on either side of a candidate that may be looked at."""

SPACE = r"(?: |\xc2\xa0)"
"""A blank, or a no-break space in UTF-8, as word processors put into numbers."""
BEFORE = r"(?:^|[^0-9A-Za-z]|\\[nrt])"
AFTER = r"(?:[^0-9A-Za-z]|$)"
"""No letter or digit. The `n` of a written-out line end (`\\n`, as in JSON) is none."""
BEFORE_NUMBER = r"(?:^|[^0-9A-Za-z._+-]|[A-Za-z]\.|(?:^|[^0-9A-Za-z])-|\\[nrt])"
AFTER_NUMBER = r"(?:[^0-9A-Za-z._-]|\.(?:[^0-9]|$)|-(?:[^0-9A-Za-z]|$)|$)"
"""Not amid the digits of a fraction or a telephone number, nor in a UUID or a name with underscores."""

# Random for each process: a digest that leaks says nothing about the value, not even to one who tries all values.
_KEY = secrets.token_bytes(32)
_LONGEST_NUMBER = 64


def anywhere(before: bytes, after: bytes) -> bool:
    """What stands around does not matter, beyond what the expression says."""
    return True


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of personal or secret data."""

    name: str
    """The word of the rule language."""
    title: str
    """For the reference: one line."""
    regex: str
    """In RE2's syntax, ASCII. Finds candidates; one group of it matches, and that is the candidate."""
    valid: Callable[[bytes], bool]
    """Whether a candidate is really one. Any bytes may be asked about."""
    mask: Callable[[bytes], str]
    """An excerpt of a candidate that may be shown and stored."""
    source: str
    """Where the format is defined."""
    canonical: Callable[[bytes], bytes] = bytes
    """A candidate however written, in one way: equal for equal values."""
    alone: Callable[[bytes, bytes], bool] = anywhere
    """Whether, by CONTEXT bytes before and after it, a valid candidate is no part of something larger."""
    word: bytes = b""
    """Stands in whatever the expression matches. For an expression so heavy that it is walked through a text alone: a
    word is found ten times as fast. Empty for those that share a walk."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One value found. Nothing in it gives the value away."""

    offset: int
    """Where the value begins first, in bytes."""
    excerpt: str
    """Masked."""
    digest: str
    """Equal for equal values of one detector in one process; never to be stored."""


def occurrences(detector: Detector, text: bytes, start: int = 0, end: int | None = None) -> Iterator[Occurrence]:
    """What lies between `start` and `end`, each value once, in the order of the text; at most MOST_OCCURRENCES.

    For text read piece by piece: `text` should hold CONTEXT bytes more on either side, so that a piece of a longer
    number is not taken for a number. Values that overlap are all found, but of those that begin at one place only the
    longest.
    """
    seen: set[str] = set()
    for offset, candidate in _valid(detector, text, start, len(text) if end is None else end):
        digest = _digest(detector, candidate)
        if digest in seen:
            continue
        seen.add(digest)
        yield Occurrence(offset, detector.mask(candidate), digest)
        if len(seen) == MOST_OCCURRENCES:
            return


def _valid(detector: Detector, text: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    regexp = compiled(detector.regex, False)
    position = max(0, start - CONTEXT)
    while position <= end and (match := regexp.search(text, position)) is not None:
        position = match.start() + 1
        for first, after in _ends(regexp, text, match):
            if start <= first and after <= end and _is_one(detector, text, first, after):
                yield first, text[first:after]
                break


def _is_one(detector: Detector, text: bytes, first: int, after: int) -> bool:
    around = text[max(0, first - CONTEXT) : first], text[after : after + CONTEXT]
    return detector.valid(text[first:after]) and detector.alone(*around)


def _ends(regexp: Any, text: bytes, match: Any) -> Iterator[tuple[int, int]]:
    """Where the candidate of `match` lies, then shorter ones that begin at its place: `4000 … 0002 123` ends in a
    number that is none of the card's."""
    while match is not None:
        yield match.span(match.lastindex)
        match = regexp.match(text, match.start(), match.end() - 1)


def _digest(detector: Detector, candidate: bytes) -> str:
    return hashlib.blake2b(detector.canonical(candidate), key=_KEY, digest_size=12).hexdigest()


def compact(candidate: bytes) -> str:
    """Its letters and digits without spaces, hyphens and dots, in capitals; empty where anything else is in it, or
    where it is longer than any number people are given."""
    if len(candidate) > _LONGEST_NUMBER:
        return ""
    rest = candidate.replace(b"\xc2\xa0", b"").translate(None, b" -.")
    return rest.decode("ascii").upper() if rest.isalnum() else ""


def compact_bytes(candidate: bytes) -> bytes:
    """`compact`, as what makes two numbers the same."""
    return compact(candidate).encode("ascii")
