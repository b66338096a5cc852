"""A script with something packed behind it, which it unpacks and starts: as makeself makes them, or by hand.

Pure. A script is what begins with a line of text, whatever it is called. Of what is packed its header has to be sound.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scanner.inspection.late_archive import BLOCK, is_tar_header
from scanner.inspection.marks import any_word, begins_as_pdf

FIRST_LINE = re.compile(rb"(?=[\x07-\x0d\x1b\x20-\x7e\x80-\xff]{16})[\x09\x0c\x1b\x20-\x7e\x80-\xff]{2,4096}+[\r\n]")
"""And as much more text as a shortest command to unpack has: pictures (PNG) begin with a line, too."""
TEXT = re.compile(rb"[\x07-\x0d\x1b\x20-\x7e\x80-\xff]*+")
STREAMS = (
    (b"\x1f\x8b\x08", re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL)),
    (b"1AY&SY", re.compile(rb"BZh[1-9]1AY&SY.{4}[\x00-\x06\x80-\x86]", re.DOTALL)),
    (b"\xfd7zXZ\x00", re.compile(rb"\xfd7zXZ\x00\x00[\x00\x01\x04\x0a]")),
    (b"LZIP\x01", re.compile(rb"LZIP\x01[\x0c-\xfd]")),
    (
        b"\x5d\x00\x00",
        re.compile(rb"\x5d\x00\x00[\x00-\xff][\x00-\x40](?:\xff{8}|[\x00-\xff]{5}\x00{3})\x00[\x00-\x7f]", re.DOTALL),
    ),
    (b"\x28\xb5\x2f\xfd", re.compile(rb"\x28\xb5\x2f\xfd[\x00-\x07\x10-\x17\x20-\xff]")),
    (b"\x04\x22\x4d\x18", re.compile(rb"\x04\x22\x4d\x18[\x40-\x7f][\x40-\x7f]")),
)
"""What each has in it, looked for first, and its header; a mark begins at most four bytes before its word."""
RARE = dict(zip((word for word, _ in STREAMS), b"\x1f&\xfd\x01\x00\xb5\x18", strict=True))
"""A byte of each word that few texts have: looking for one is ten times as fast as for a word."""
BEFORE_WORD = 4
COMPRESS_MARK = b"\x1f\x9d"
COMPRESS = re.compile(rb"[\r\n]\x1f\x9d[\x89-\x90]")
"""Three bytes are little: behind a text only."""
TAR_MARK, TAR_PLACE = b"ustar", 257
TOLD_BY = any_word(*(word for word, _ in STREAMS), COMPRESS_MARK, TAR_MARK)
MOST_TARS = 1_000


class Packed(NamedTuple):
    """Where it begins, and with which bytes."""

    start: int
    mark: bytes


def has_packed(data: bytes) -> bool:
    """Whether the first bytes of a content are a script with something packed behind it."""
    at = behind_first_line(data)
    return at is not None and find_packed(data, at) is not None


def behind_first_line(data: bytes) -> int | None:
    """None for what is no script."""
    line = FIRST_LINE.match(data)
    return None if line is None or begins_as_pdf(data[: 2 * 1024], "") else line.end()


def find_packed(data: bytes, at: int) -> Packed | None:
    """The first from there on."""
    found = [one for one in (*_streams(data, at), _tar(data, at), _compressed(data, at)) if one is not None]
    return min(found, default=None)


def _streams(data: bytes, at: int) -> list[Packed]:
    found = []
    for word, header in STREAMS:
        place = data.find(word, at) if RARE[word] in data else -1
        match = None if place < 0 else header.search(data, max(at, place - BEFORE_WORD))
        if match is not None:
            found.append(Packed(match.start(), word))
    return found


def _tar(data: bytes, at: int) -> Packed | None:
    place = data.find(TAR_MARK, at + TAR_PLACE)
    for _ in range(MOST_TARS):
        if place < 0:
            return None
        start = place - TAR_PLACE
        if is_tar_header(data[start : start + BLOCK]):
            return Packed(start, TAR_MARK)
        place = data.find(TAR_MARK, place + 1)
    return None


def _compressed(data: bytes, at: int) -> Packed | None:
    found = COMPRESS.search(data, at - 1) if b"\x9d" in data and COMPRESS_MARK in data else None
    if found is None or TEXT.fullmatch(data, 0, found.start() + 1) is None:
        return None
    return Packed(found.start() + 1, COMPRESS_MARK)
