"""Parts of a mail that are found by their fields alone, whatever stands around them.

Where a part begins and ends, and which of its fields count, each program sees in its own way once something is amiss:
two borders, blanks before a colon, a line among the fields that is none. An encoded part shows by the field that says
so, and it is looked at as well where the parts that are told by the borders do not have it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import re2

from scanner.inspection.unpack.opening import TooMuch

FIELD = re2.compile(rb"(?im)^content-transfer-encoding[ \t]*:")
VALUE = re.compile(
    rb"^content-transfer-encoding[ \t]*:([^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+)", re.IGNORECASE | re.MULTILINE
)
BLANK = re2.compile(rb"\r?\n[ \t]*\r?\n")
DASHES = b"\n--"
BLANKS = (b"\n\n", b"\n\r\n")
MOST = 10_000
"""Fields that are looked at."""
LONGEST_HEAD = 16 * 1024
"""Bytes of the fields of one part."""
LONGEST_BORDER = 998


class Loose(NamedTuple):
    """A part as it is written."""

    encodings: list[str]
    coded: bytes


def loose_parts(content: bytes) -> Iterator[Loose]:
    """Those that are encoded, in their order. Linear: none begins before another ends. Raises TooMuch."""
    places = [found.start() for found in islice(FIELD.finditer(content), MOST + 1)]
    if len(places) > MOST:
        raise TooMuch(f"a mail of more than {MOST} encoded parts")
    borders = {border for place in places if (border := _border(content, place))}
    index = 0
    while index < len(places):
        place = places[index]
        blank = BLANK.search(content, place)
        if blank is None:
            return
        while index < len(places) and places[index] < blank.end():
            index += 1
        until = _begin(content, places[index], blank.end()) if index < len(places) else len(content)
        end = _end(content, blank.end(), until, borders)
        encodings = [
            found[1].decode("latin-1")
            for found in VALUE.finditer(content[place : min(blank.start() + 1, place + LONGEST_HEAD)])
        ]
        yield Loose(encodings, content[blank.end() : end])


def _begin(content: bytes, place: int, least: int) -> int:
    """Of the fields that `place` is among, or of the border before them."""
    start = max(least, place - LONGEST_HEAD)
    before = content[start:place]
    return start + max(
        0, before.rfind(DASHES) + 1, *(before.rfind(blank) + len(blank) for blank in BLANKS if blank in before)
    )


def _border(content: bytes, place: int) -> bytes:
    """The line before the fields that `place` is among; empty where it is none."""
    first = content[_begin(content, place, 0) : place].partition(b"\n")[0]
    return first.rstrip() if first.startswith(b"--") and len(first) <= LONGEST_BORDER else b""


def _end(content: bytes, start: int, until: int, borders: set[bytes]) -> int:
    """Where a border comes, without the end of the line before it."""
    at = start - 1  # the first line may be one
    while (at := content.find(DASHES, at, until + 2)) >= 0:
        line = content[at + 1 : at + 1 + LONGEST_BORDER].partition(b"\n")[0].rstrip()
        if line in borders or line.removesuffix(b"--") in borders:
            return max(start, at - 1 if content[at - 1 : at] == b"\r" else at)
        at += 1
    return until
