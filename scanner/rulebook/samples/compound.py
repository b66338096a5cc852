"""Compound files ([MS-CFB]), which no library at hand writes.

Sectors of 512 bytes: streams, mini stream, its table, the directory, and behind all the table of sectors. Each storage
is a tree without balance, which every reader takes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

SECTOR = 512
MINI = 64
CUTOFF = 4096
"""Bytes from which a stream has sectors of its own; smaller ones lie in the mini stream."""
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
PER_SECTOR = SECTOR // 4
MOST_FAT = 109
"""Sectors of the table of sectors that the header has room for: 7 MB of content."""
ROOT_KIND, STORAGE, STREAM = 5, 1, 2
Tree = Mapping[str, "bytes | Tree"]
"""Streams as bytes, storages as trees."""


def compound_file(tree: Tree) -> bytes:
    """`tree`: names of at most 31 characters; all together about 7 MB. Raises ValueError beyond."""
    sectors, entries = _Sectors(), _Directory()
    entries.add("Root Entry", ROOT_KIND)
    entries.fill(0, tree, sectors)
    mini_fat = struct.pack(f"<{len(entries.mini_fat)}I", *entries.mini_fat)
    entries.places[0] = (sectors.take(bytes(entries.mini)), len(entries.mini))
    mini_fat_start = sectors.take(mini_fat, b"\xff")
    directory_start = sectors.take(entries.packed())
    body, fat = sectors.finished()
    fat_sectors = range(len(body) // SECTOR, (len(body) + len(fat)) // SECTOR)
    return _header(fat_sectors, directory_start, mini_fat_start, -(-len(mini_fat) // SECTOR)) + body + fat


class _Sectors:
    """The body while it is being filled, and where each sector goes on."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._chain: list[int] = []

    def take(self, content: bytes, filler: bytes = b"\0") -> int:
        """Its first sector; `END` for nothing."""
        if not content:
            return END
        start, count = len(self._chain), -(-len(content) // SECTOR)
        self._body += content.ljust(count * SECTOR, filler)
        self._chain += [*range(start + 1, start + count), END]
        return start

    def finished(self) -> tuple[bytes, bytes]:
        """The body, and the table with its own sectors in it."""
        own = -(-len(self._chain) // (PER_SECTOR - 1))
        if own > MOST_FAT:
            raise ValueError("too large for a compound file of this kind")
        chain = self._chain + [FAT] * own
        table = struct.pack(f"<{len(chain)}I", *chain)
        return bytes(self._body), table.ljust(own * SECTOR, b"\xff")


class _Directory:
    """The directory while it is being filled."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._kinds: list[int] = []
        self._children: list[int] = []
        self._siblings: list[int] = []
        self.places: list[tuple[int, int]] = []
        """First sector, or first mini sector, and bytes."""
        self.mini = bytearray()
        self.mini_fat: list[int] = []

    def add(self, name: str, kind: int, place: tuple[int, int] = (0, 0)) -> int:
        self._names.append(name)
        self._kinds.append(kind)
        self._children.append(FREE)
        self._siblings.append(FREE)
        self.places.append(place)
        return len(self._names) - 1

    def fill(self, parent: int, tree: Tree, sectors: _Sectors) -> None:
        """Siblings in their order (length, then letters), each the right neighbour of the one before."""
        before = None
        for name, value in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
            if isinstance(value, bytes):
                one = self.add(name, STREAM, (self._stored(value, sectors), len(value)))
            else:
                one = self.add(name, STORAGE)
            if before is None:
                self._children[parent] = one
            else:
                self._siblings[before] = one
            before = one
            if not isinstance(value, bytes):
                self.fill(one, value, sectors)

    def _stored(self, content: bytes, sectors: _Sectors) -> int:
        if len(content) >= CUTOFF or not content:
            return sectors.take(content)
        start, count = len(self.mini_fat), -(-len(content) // MINI)
        self.mini_fat += [*range(start + 1, start + count), END]
        self.mini += content.ljust(count * MINI, b"\0")
        return start

    def packed(self) -> bytes:
        entries = b"".join(map(self._packed, range(len(self._names))))
        blank = bytes(68) + struct.pack("<3I", FREE, FREE, FREE) + bytes(48)
        return entries + blank * (-len(self._names) % 4)

    def _packed(self, index: int) -> bytes:
        name = (self._names[index] + "\0").encode("utf-16-le")
        start, size = self.places[index]
        links = struct.pack("<3I", FREE, self._siblings[index], self._children[index])
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBB", len(name), self._kinds[index], 1)
            + links
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )


def _header(fat_sectors: range, directory: int, mini_fat: int, mini_fat_sectors: int) -> bytes:
    first = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    rest = struct.pack("<9I", 0, len(fat_sectors), directory, 0, CUTOFF, mini_fat, mini_fat_sectors, END, 0)
    return first + rest + struct.pack("<109I", *[*fat_sectors, *[FREE] * MOST_FAT][:MOST_FAT])
