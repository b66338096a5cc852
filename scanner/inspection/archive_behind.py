"""A rar or a 7z behind something else: programs for archives look for its mark far into a file, clamd does not.

Pure. A mark alone may be a constant of a program that reads such archives: only one with a header behind it counts. Its
checksum does not matter: some programs open what has a wrong one, or a 7z that was never finished.
"""

from __future__ import annotations

import re
import struct
import zlib

from scanner.inspection.marks import any_word
from scanner.inspection.selftest.formats import ARCHIVES, BY_HEAD, BY_PLACE, BY_TYPE, MAILS, any_of
from scanner.inspection.zip_directory import STARTS

MARK = re.compile(rb"Rar!\x1a\x07(?:\x00|\x01\x00)|7z\xbc\xaf\x27\x1c")
BEGINNINGS = ((b"\x1a", b"Rar!\x1a\x07"), (b"\xbc", b"7z\xbc\xaf\x27\x1c"))
"""Of marks, each behind a byte of it that few texts have. Most contents have none, which a search for that byte tells
faster than one for the words, and these ten times as fast as one for the pattern."""
TOLD_BY = any_word(*(beginning for _, beginning in BEGINNINGS))
ARCHIVE = any_of(pattern for pattern, kind in BY_HEAD if kind in ARCHIVES - MAILS)
TYPES = frozenset(mime for mime, kind in BY_TYPE.items() if kind not in MAILS)
MOST_MARKS = 1_000
"""Without a sound header, of which each is looked at."""
RAR4 = b"Rar!\x1a\x07\x00"
RAR5 = b"Rar!\x1a\x07\x01\x00"
MAIN_HEADER, RAR4_HEADER = 0x73, 13
MAIN_RAR5, ENCRYPTION_RAR5, SMALL_HEADER = 1, 4, 64
VERSIONS_7Z = (2, 3, 4)
FARTHEST_END = 1 << 40
LONGEST_HEADER = 64 * 1024


def has_beginning(data: bytes) -> bool:
    """Whether a mark may be anywhere in it."""
    return any(rare in data and beginning in data for rare, beginning in BEGINNINGS)


def find_archive(data: bytes) -> int | None:
    """Where in the first bytes of a content an archive begins; None where none does, or only at its beginning."""
    if not has_beginning(data):
        return None
    for number, found in enumerate(MARK.finditer(data, 1)):
        # Each costs a checksum over up to 64 KiB. So many do not stand there by chance, and nobody can tell them apart.
        if number == MOST_MARKS or _has_header(data, found):
            return found.start()
    return None


def is_archive(head: bytes, mime: str) -> bool:
    """Whether the content is an archive itself: what stands further on is its members' then."""
    if head.startswith(STARTS) or mime in TYPES:
        return True
    if any(head.startswith(mark, place) for place, mark, _ in BY_PLACE):
        return True
    return ARCHIVE.match(head) is not None


def _has_header(data: bytes, found: re.Match[bytes]) -> bool:
    header = data[found.end() : found.end() + LONGEST_HEADER]
    if found[0] == RAR4:
        return _is_rar4(header)
    return _is_rar5(header) if found[0] == RAR5 else _is_7z(header)


def _is_rar4(header: bytes) -> bool:
    """The archive's header: checksum, type, flags, size, and six bytes without a meaning; a comment makes it larger."""
    if len(header) < RAR4_HEADER:
        return False
    checksum, kind, _, size = struct.unpack_from("<HBHH", header)
    if kind != MAIN_HEADER or not RAR4_HEADER <= size <= len(header):
        return False
    return bool(size == RAR4_HEADER or zlib.crc32(header[2:size]) & 0xFFFF == checksum)


def _is_rar5(header: bytes) -> bool:
    """The first header, which is the archive's or says that all others are encrypted. Its size takes one byte or two,
    its type one."""
    if len(header) < 7:
        return False
    used, size = (5, header[4]) if header[4] < 0x80 else (6, header[4] & 0x7F | header[5] << 7)
    if used + size > len(header):
        return False
    sound = zlib.crc32(header[4 : used + size]) == int.from_bytes(header[:4], "little")
    return sound or (2 < size < SMALL_HEADER and header[used] in (MAIN_RAR5, ENCRYPTION_RAR5) and header[used + 1] < 8)


def _is_7z(header: bytes) -> bool:
    """Version, checksum, and where the last header is; all zero in one that was never finished."""
    if len(header) < 26:
        return False
    start = header[2:26]
    if zlib.crc32(start[4:]) == int.from_bytes(start[:4], "little"):
        return True
    offset, size = struct.unpack_from("<QQ", start, 4)
    near = offset < FARTHEST_END and 0 < size < FARTHEST_END
    return header[0] == 0 and header[1] in VERSIONS_7Z and (near or not any(start))
