"""Disk images (ECMA-119 with Joliet), written by hand: libarchive puts the time of writing into them.

One folder, the root. Its names stand twice: shortened for old systems, and as they are (Joliet), which is what readers
take.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

SECTOR = 2048
LONGEST_NAME = 64
"""UTF-16 units of a name in Joliet."""
DATE = bytes([126, 1, 1, 0, 0, 0, 0])
"""1 January 2026; the year counts from 1900."""
LONG_DATE = b"2026010100000000\0"
FOLDER = 2
FIRST_DESCRIPTOR = 16
UNUSED = b" "


def iso_of(members: Mapping[str, bytes]) -> bytes:
    """Names without a slash, of at most 64 characters."""
    short = [f"FILE{number:04}.;1".encode() for number in range(len(members))]
    long = [name.encode("utf-16-be", "replace") for name in members]
    contents = list(members.values())
    lengths = [len(_folder(0, names, contents, [0] * len(contents))) for names in (short, long)]
    # Three descriptors, a path table for each byte order and kind of name, then both folders, then the files.
    tables = FIRST_DESCRIPTOR + 3
    folders = (tables + 4, tables + 4 + lengths[0] // SECTOR)
    starts = _starts(folders[1] + lengths[1] // SECTOR, contents)
    total = starts[-1]
    image = bytearray(FIRST_DESCRIPTOR * SECTOR)
    for kind, table, folder, length in ((1, tables, folders[0], lengths[0]), (2, tables + 2, folders[1], lengths[1])):
        image += _descriptor(kind, table, folder, length, total)
    image += _padded(b"\xffCD001\x01")
    for folder in folders:
        image += _padded(struct.pack("<BBIHH", 1, 0, folder, 1, 0)) + _padded(struct.pack(">BBIHH", 1, 0, folder, 1, 0))
    for folder, names in zip(folders, (short, long), strict=True):
        image += _folder(folder, names, contents, starts)
    return bytes(image) + b"".join(map(_padded, contents))


def _starts(first: int, contents: Sequence[bytes]) -> list[int]:
    """The sector of each content, and of the end."""
    return list(accumulate((-(-len(content) // SECTOR) for content in contents), initial=first))


def _descriptor(kind: int, table: int, folder: int, length: int, total: int) -> bytes:
    """ECMA-119 8.4, and 8.5 for Joliet."""
    joliet = kind == 2
    blank = " ".encode("utf-16-be") if joliet else UNUSED
    out = struct.pack("B5sBB", kind, b"CD001", 1, 0) + blank * (32 // len(blank)) * 2 + bytes(8) + _both(total, 4)
    out += (b"%/E" if joliet else b"").ljust(32, b"\0") + _both(1, 2) + _both(1, 2) + _both(SECTOR, 2) + _both(10, 4)
    out += struct.pack("<II", table, 0) + struct.pack(">II", table + 1, 0) + _record(folder, length, b"\0", FOLDER)
    # Names of the set, the publisher, the preparer and the application; three files; four dates.
    out += blank * (512 // len(blank)) + (blank * 37)[:37] * 3 + LONG_DATE * 2 + (b"0" * 16 + b"\0") * 2
    return _padded(out + b"\x01")


def _folder(own: int, names: Sequence[bytes], contents: Sequence[bytes], starts: Sequence[int]) -> bytes:
    """Itself, what lies above it (itself again), and the files in the order of their names; no record crosses a
    sector."""
    length = SECTOR
    while True:
        out = bytearray()
        for record in _records(own, length, names, contents, starts):
            if len(out) % SECTOR + len(record) > SECTOR:
                out += bytes(-len(out) % SECTOR)
            out += record
        packed = _padded(bytes(out))
        if len(packed) == length:
            return packed
        length = len(packed)


def _records(
    own: int, length: int, names: Sequence[bytes], contents: Sequence[bytes], starts: Sequence[int]
) -> Iterator[bytes]:
    yield _record(own, length, b"\0", FOLDER)
    yield _record(own, length, b"\1", FOLDER)
    for name, content, start in sorted(zip(names, contents, starts, strict=False)):
        yield _record(start, len(content), name, 0)


def _record(start: int, length: int, name: bytes, flags: int) -> bytes:
    """ECMA-119 9.1."""
    fields = b"\0" + _both(start, 4) + _both(length, 4) + DATE + bytes([flags, 0, 0]) + _both(1, 2) + bytes([len(name)])
    body = fields + name + b"\0" * ((len(name) + 1) % 2)
    return bytes([len(body) + 1]) + body


def _both(value: int, size: int) -> bytes:
    """In both byte orders."""
    return value.to_bytes(size, "little") + value.to_bytes(size, "big")


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % SECTOR)
