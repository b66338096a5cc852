"""Members of a zip in which nothing is out of the ordinary, unpacked once for all who want them.

Office programs write such ones. What is taken here, every reader of zips gives in the same way under the same names;
for all else the openers ask readers that are ready for more, and hold what these say against the layout.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from scanner.inspection.unpack.openers.zip_layout import CENTRAL, DOS_FOLDER, END, LOCAL, MEMBER, SIZES_FOLLOW

LARGEST = 8 * 1024**2
"""Bytes of the zip."""
MOST = 16 * 1024**2
"""Bytes of all members, which are kept in memory."""
MOST_MEMBERS = 2000
NEWEST = 45
"""Version of the format; what needs a newer one may be packed in other ways."""
STORED, DEFLATED = 0, 8
FLAGS = 0x0006 | SIZES_FOLLOW | 0x0800
"""How hard it was packed, where its sizes stand, and that its name is UTF-8."""
DOS, UNIX = 0, 3
NAME = re.compile(rb"[ -.0-\[\]-~][ -\[\]-~]{0,500}")
"""In ASCII, without a backslash."""
EXTRA = frozenset({0xA220, 0x5455, 0x7875})
"""Kinds of extra data that say nothing of the content: room to grow, times, owners."""
LOCATOR_64 = b"PK\x06\x07"
SIZES = struct.Struct("<3I")
MARK = b"PK\x07\x08"


class _Odd(Exception):
    """Something is out of the ordinary."""


class _Entry(NamedTuple):
    """What stands in the directory, and again before the data."""

    needed: int
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    name: bytes

    @property
    def sums(self) -> tuple[int, int, int]:
        return self.checksum, self.packed, self.size


@lru_cache(maxsize=1)
def sound_members(file: BinaryIO) -> tuple[tuple[str, bytes], ...] | None:
    """Names and contents of all members, in their order, those of folders with a slash at their end; None where the
    file is no zip, or anything in it is out of the ordinary. Moves the file's place."""
    if not END.size < file.seek(0, io.SEEK_END) <= LARGEST:
        return None
    file.seek(0)
    raw = file.read(LARGEST)
    try:
        return tuple(_members(raw))
    except (_Odd, struct.error, zlib.error):
        return None


def _members(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """One lies behind the other, in the order of the directory, and the directory behind the last."""
    start, end, count = _directory(raw)
    entries = tuple(_entries(raw, start, end))
    if len(entries) != count or sum(entry.size for entry, _ in entries) > MOST:
        raise _Odd
    at = 0
    for entry, place in entries:
        if place != at:
            raise _Odd
        content, at = _member(raw, at, entry)
        yield entry.name.decode("ascii"), content
    if at != start:
        raise _Odd


def _directory(raw: bytes) -> tuple[int, int, int]:
    """Where it begins and ends, and how many entries it has."""
    end = len(raw) - END.size
    mark, disk, begun_on, here, members, size, start, comment = END.unpack_from(raw, end)
    # Where the locator of 64 bits would stand, readers look for it, whatever else that may be.
    odd = mark != b"PK\x05\x06" or raw.startswith(LOCATOR_64, end - 20) or start + size != end
    if odd or disk or begun_on or comment or here != members or not 0 < members <= MOST_MEMBERS:
        raise _Odd
    return start, end, members


def _entries(raw: bytes, start: int, end: int) -> Iterator[tuple[_Entry, int]]:
    """And where the member begins."""
    at = start
    while at < end:
        mark, made, needed, flags, method, _, _, *sums, name, extra, comment, disk, _, attributes, place = (
            CENTRAL.unpack_from(raw, at)
        )
        checksum, packed, size = sums
        at += CENTRAL.size
        entry = _Entry(needed, flags, method, checksum, packed, size, raw[at : at + name])
        if mark != b"PK\x01\x02" or comment or disk or not _is_what_it_says(entry, made >> 8, attributes):
            raise _Odd
        at = _behind_names(raw, at + name, extra)
        yield entry, place
    if at != end:
        raise _Odd


def _is_what_it_says(entry: _Entry, system: int, attributes: int) -> bool:
    """Whether it is one that every reader unpacks; folders, and they alone, are called so, and have nothing in them."""
    known = entry.needed <= NEWEST and not entry.flags & ~FLAGS and entry.method in (STORED, DEFLATED)
    if not known or system not in (DOS, UNIX) or NAME.fullmatch(entry.name) is None:
        return False
    mode = stat.S_IFMT(attributes >> 16) if system == UNIX else 0
    if entry.name.endswith(b"/"):
        return not any(entry.sums) and mode in (0, stat.S_IFDIR)
    return mode in (0, stat.S_IFREG) and not attributes & DOS_FOLDER


def _behind_names(raw: bytes, at: int, length: int) -> int:
    """Where the extra data end."""
    end = at + length
    while at < end:
        kind, size = struct.unpack_from("<2H", raw, at)
        if kind not in EXTRA or size == 0:
            raise _Odd
        at += 4 + size
    if at != end:
        raise _Odd
    return end


def _member(raw: bytes, at: int, entry: _Entry) -> tuple[bytes, int]:
    """Its content, and where the next one begins."""
    mark, needed, flags, method, _, _, *sums, name, extra = LOCAL.unpack_from(raw, at)
    at += LOCAL.size
    checksum, packed, size = entry.sums if flags & SIZES_FOLLOW and not any(sums) else sums
    again = _Entry(needed, flags, method, checksum, packed, size, raw[at : at + name])
    if mark != MEMBER or again != entry:
        raise _Odd
    at = _behind_names(raw, at + name, extra)
    end = at + entry.packed
    content = _unpacked(raw[at:end], entry)
    return content, _behind_sizes(raw, end, entry) if flags & SIZES_FOLLOW else end


def _unpacked(packed: bytes, entry: _Entry) -> bytes:
    content = packed
    if entry.method == DEFLATED:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflating.decompress(packed, entry.size + 1)
        if not inflating.eof or inflating.unused_data:
            raise _Odd
    if (zlib.crc32(content), len(packed), len(content)) != entry.sums:
        raise _Odd
    return content


def _behind_sizes(raw: bytes, at: int, entry: _Entry) -> int:
    """The end of the checksum and sizes behind a member."""
    at += len(MARK) if raw.startswith(MARK, at) else 0
    if SIZES.unpack_from(raw, at) != entry.sums:
        raise _Odd
    return at + SIZES.size
