"""A rar or a 7z behind something else: programs for archives look for its mark far into a file, clamd does not.

Pure. A mark alone may be a constant of a program that reads such archives: only one with a sound header counts.
"""

from __future__ import annotations

import re
import struct
import zlib

from scanner.inspection.selftest.formats import ARCHIVES, BY_HEAD, BY_PLACE, BY_TYPE, any_of, is_mail
from scanner.inspection.zip_directory import STARTS

FARTHEST = 4 * 1024**2
"""Bytes in which the programs that open them look for a mark."""
MARK = re.compile(rb"Rar!\x1a\x07(?:\x00|\x01\x00)|7z\xbc\xaf\x27\x1c")
BEGINNINGS = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
"""Of marks. Most contents have none, which a search for these words tells ten times as fast as one for the pattern."""
RARE = (b"\x1a", b"\xbc")
"""A byte of each that few texts have: looking for one byte is faster still."""
ARCHIVE = any_of(pattern for pattern, kind in BY_HEAD if kind in ARCHIVES)
RAR4 = b"Rar!\x1a\x07\x00"
RAR5 = b"Rar!\x1a\x07\x01\x00"
MAIN_HEADER = 0x73
LONGEST_HEADER = 64 * 1024


def find_archive(data: bytes) -> int | None:
    """Where in the first bytes of a content an archive begins; None where none does, or only at its beginning."""
    if not any(rare in data and beginning in data for rare, beginning in zip(RARE, BEGINNINGS, strict=True)):
        return None
    return next((found.start() for found in MARK.finditer(data, 1) if _sound(data, found)), None)


def is_archive(head: bytes, mime: str) -> bool:
    """Whether the content is an archive itself: what stands further on is its members' then."""
    if head.startswith(STARTS) or mime in BY_TYPE or is_mail(head):
        return True
    if any(head.startswith(mark, place) for place, mark, _ in BY_PLACE):
        return True
    return ARCHIVE.match(head) is not None


def _sound(data: bytes, found: re.Match[bytes]) -> bool:
    at = found.end()
    if found[0] == RAR4:
        return _sound_rar4(data[at : at + LONGEST_HEADER])
    if found[0] == RAR5:
        return _sound_rar5(data[at : at + LONGEST_HEADER])
    header = data[at + 2 : at + 26]
    return len(header) == 24 and zlib.crc32(header[4:]) == int.from_bytes(header[:4], "little")


def _sound_rar4(header: bytes) -> bool:
    """CRC, type, flags and size of the archive's header."""
    if len(header) < 13:
        return False
    crc, kind, _, size = struct.unpack_from("<HBHH", header)
    return bool(kind == MAIN_HEADER and 13 <= size <= len(header) and zlib.crc32(header[2:size]) & 0xFFFF == crc)


def _sound_rar5(header: bytes) -> bool:
    """CRC and size of the first header, which is the archive's or says that all others are encrypted. Its size takes
    one byte or two."""
    if len(header) < 7:
        return False
    used, size = (5, header[4]) if header[4] < 0x80 else (6, header[4] & 0x7F | header[5] << 7)
    return used + size <= len(header) and zlib.crc32(header[4 : used + size]) == int.from_bytes(header[:4], "little")
