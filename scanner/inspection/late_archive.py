"""Archives whose programs pass over what stands before them: tar from block to block, cpio and lha from byte to byte.

Pure. Only a sound header counts: of a tar its checksum, of a cpio a hundred digits.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scanner.inspection.marks import any_word

BLOCK = 512
DIGITS = re.compile(rb"[ 0]{0,5}[0-7]{1,7}[\x00 ]")
"""A checksum in the header of a tar."""
DIGIT = b" 01234567"
CHECKSUM = slice(148, 156)
MOST_BLOCKS = 1_000
"""With what looks like a checksum, of which each is added up."""
CPIO_MARK = b"07070"
TOLD_BY = any_word(CPIO_MARK)
"""The others have none."""
CPIO = re.compile(rb"07070(?:[12][0-9A-Fa-f]{104}|7[0-7]{70})")
LHA_MARK = b"-lh"
LHA = re.compile(rb"-lh[0-7d]-")
FARTHEST_LHA = 64 * 1024
"""Bytes in which lha looks for one."""
MOST_MARKS = 1_000


class Late(NamedTuple):
    """Where it begins, and what libarchive calls it."""

    start: int
    format: str


def find_late(data: bytes) -> list[Late]:
    """The first of each kind in the first bytes of a content, but for one at its very beginning."""
    found = (("tar", _tar(data)), ("cpio", _cpio(data)), ("lha", _lha(data[:FARTHEST_LHA])))
    return [Late(start, kind) for kind, start in found if start is not None]


def is_late_without_word(data: bytes) -> bool:
    """Whether there is one but for a cpio."""
    return _tar(data) is not None or _lha(data[:FARTHEST_LHA]) is not None


def is_tar_header(block: bytes) -> bool:
    """The sum of its bytes, those of the sum as blanks."""
    field = block[CHECKSUM]
    if len(block) < BLOCK or DIGITS.match(field) is None:
        return False
    told = int(field.rstrip(b"\0 ").partition(b"\0")[0].partition(b" ")[0] or b"0", 8) if field.strip(b"\0 ") else 0
    return told == sum(block) - sum(field) + 8 * 0x20


def _tar(data: bytes) -> int | None:
    tried = 0
    firsts = data[BLOCK + CHECKSUM.start :: BLOCK]  # of every such field, looked at before the fields
    for number, first in enumerate(firsts, 1):
        start = number * BLOCK
        if first not in DIGIT or DIGITS.match(data, start + CHECKSUM.start) is None:
            continue
        tried += 1
        if tried > MOST_BLOCKS or is_tar_header(data[start : start + BLOCK]):
            return start
    return None


def _cpio(data: bytes) -> int | None:
    place = data.find(CPIO_MARK, 1)
    found = None if place < 0 else CPIO.search(data, place)
    return None if found is None else found.start()


def _lha(data: bytes) -> int | None:
    if LHA_MARK not in data:
        return None
    for number, found in enumerate(LHA.finditer(data, 3)):
        if number == MOST_MARKS:
            return None
        if _is_lha(data, found.start() - 2):
            return found.start() - 2
    return None


def _is_lha(data: bytes, start: int) -> bool:
    """By the sum of its header (levels 0 and 1), or by its size and the letter of a system (level 2)."""
    if len(data) < start + 26:
        return False
    size, checksum, level = data[start], data[start + 1], data[start + 20]
    if level in (0, 1):
        return size >= 22 and sum(data[start + 2 : start + 2 + size]) & 0xFF == checksum
    letter = data[start + 23 : start + 24]
    return level == 2 and checksum == 0 and size >= 26 and (letter.isalnum() or letter == b"\0")
