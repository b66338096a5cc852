"""Zips with something behind their end, which many programs open all the same: in a song, a picture or a text.

Pure but for reading. What counts is an end record behind a directory, whatever stands around them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from scanner.inspection.marks import LOOKED_THROUGH, any_word

END = struct.Struct("<4s4H2IH")
END_MARK, ENTRY_MARK, LOCATOR_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x07"
TOLD_BY = any_word(END_MARK)
"""Here and elsewhere for the linear engine: what is in each content with such a thing within."""
ENTRY = 46
"""Bytes of an entry of the directory, at least."""
LOCATOR = 20
"""Bytes before the end record of what leads to one of 64 bits."""
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
FROM_END = 1024**2
"""Bytes at the end in which end records are looked for as well."""
MOST_ENDS = 1_000
"""End records, sound or not."""
MOST_ZIPS = 8

ReadAt = Callable[[int, int], bytes]
"""`length` bytes from `offset`; fewer at the end."""


class Zip(NamedTuple):
    """A stretch of a content."""

    start: int
    end: int


def find_zips(read_at: ReadAt, size: int) -> list[Zip]:
    """Those that lie not within each other, the last first; at most one more than MOST_ZIPS."""
    found: list[Zip] = []
    before = size
    for place in _end_marks(read_at, size):
        zip_ = _sound(read_at, place, size) if place < before else None
        if zip_ is not None:
            found.append(zip_)
            before = zip_.start
        if len(found) > MOST_ZIPS:
            break
    return found


def _end_marks(read_at: ReadAt, size: int) -> list[int]:
    """Where they stand, the last first. More than MOST_ENDS are none of an archive's."""
    first = read_at(0, LOOKED_THROUGH)
    base = max(len(first), size - FROM_END)
    # A mark may begin in one stretch and end in the other.
    places = [*_places(first + read_at(len(first), 3), 0), *_places(read_at(base, FROM_END), base)]
    return places[: -MOST_ENDS - 1 : -1]


def _places(data: bytes, base: int) -> list[int]:
    places: list[int] = []
    at = data.find(END_MARK)
    while at >= 0:
        places.append(base + at)
        at = data.find(END_MARK, at + len(END_MARK))
    return places


def _sound(read_at: ReadAt, place: int, size: int) -> Zip | None:
    raw = read_at(place, END.size)
    if len(raw) < END.size:
        return None
    _, _, _, _, members, length, offset, comment = END.unpack(raw)
    end = min(place + END.size + comment, size)
    if members == FULL_16 or FULL_32 in (length, offset):
        marked = place >= LOCATOR and read_at(place - LOCATOR, 4) == LOCATOR_MARK
        return Zip(0, end) if marked else None
    for start in (place - length, offset):
        if length >= ENTRY and place - length >= start >= offset and read_at(start, 4) == ENTRY_MARK:
            return Zip(start - offset, end)
    return None
