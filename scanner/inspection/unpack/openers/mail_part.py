"""What a part of a mail holds, decoded as mail programs decode it: they forgive much, and not all of them the same.

Where two of them would read two things, both are told. Pure.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.inspection.base64_text import QUARTET, bytes_of, from_base64, joined, letters_of

PLAIN = re.compile(r"[ \t]*(?:base64|quoted-printable|7bit|8bit|binary)[ \t]*", re.IGNORECASE)
"""The names of encodings that every program reads alike."""
SOFT = re.compile(rb"=[ \t]*+(?:\r*+\n|\r|\Z)")
"""The end of a line that is none, also with blanks behind it that were added on the way (RFC 2045, 6.7)."""
ADDED = re.compile(rb"(?<![ \t])[ \t]++(?=\r|\n|\Z)")
"""Blanks at the end of a line."""
ALONE = re.compile(rb"=(?![0-9A-Fa-f]{2})")
"""A = that stands for itself."""
STRANGE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n)")
"""In quoted-printable, what is not read alike."""


@dataclass(frozen=True, slots=True)
class Decoded:
    readings: tuple[bytes, ...]
    """At least one; the first is what most programs read."""
    odd: bool
    """Some program would read it otherwise, or not at all."""


def decoded(coded: bytes, encodings: Sequence[str]) -> Decoded:
    """`encodings`: what each Content-Transfer-Encoding of the part says."""
    named = " ".join(encodings).casefold()
    # Whatever stands around such a word, some program knows the encoding by it.
    ways = sorted((word for word in WAYS if word in named), key=named.find)
    readings = [reading for word in ways for reading in WAYS[word](coded)]
    odd = len(encodings) > 1 or (bool(encodings) and PLAIN.fullmatch(encodings[0]) is None)
    if odd or not readings:
        readings.append(coded)
    different = tuple(dict.fromkeys(readings))
    return Decoded(different, odd or len(different) > 1 or (QUOTED in ways and STRANGE.search(coded) is not None))


def numbered(name: str, way: int) -> str:
    """Each reading has a name of its own: of members of one name nobody can tell which of them was opened."""
    return name if way == 1 else f"{way}.{name}"


def _by_base64(coded: bytes) -> Iterator[bytes]:
    """Four ways to take a = that is not at the end: some stop there, some begin anew behind it, some do so behind each
    four letters, and Thunderbird takes it for one of the foreign letters."""
    letters = letters_of(coded)
    within = letters.rstrip(b"=")
    if b"=" not in within:
        yield bytes_of(within)
        return
    yield bytes_of(within[: within.index(b"=")])
    yield from_base64(letters)
    yield joined(_quartets(letters))
    yield bytes_of(within.replace(b"=", b""))


def _quartets(letters: bytes) -> Iterator[bytes]:
    at = 0
    while (found := letters.find(b"=", at)) >= 0:
        yield letters[at:found]
        at = found - (found - at) % QUARTET + QUARTET
    yield letters[at:]


def _by_quotes(coded: bytes) -> Iterator[bytes]:
    """As lenient programs read it, also without the blanks that were added; and as Python does."""
    yield _unquoted(coded)
    yield _unquoted(ADDED.sub(b"", coded))
    yield binascii.a2b_qp(coded)


def _unquoted(coded: bytes) -> bytes:
    return binascii.a2b_qp(ALONE.sub(b"=3D", SOFT.sub(b"", coded)))


QUOTED = "quoted"
WAYS = {"base64": _by_base64, QUOTED: _by_quotes}
