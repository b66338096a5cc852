"""Compound files ([MS-CFB]) of a few small streams, which the standard library cannot write; a mail of Outlook is one.

Sectors of 512 bytes, all streams in the mini stream. Each storage is a tree without balance, which every reader takes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

SECTOR = 512
MINI = 64
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ROOT_KIND, STORAGE, STREAM = 5, 1, 2
Tree = Mapping[str, "bytes | Tree"]
"""Streams as bytes, storages as trees."""


def compound_file(tree: Tree) -> bytes:
    """`tree`: names of at most 31 characters; streams of less than 4,096 bytes, all together less than 60 sectors."""
    entries = _Entries()
    entries.add("Root Entry", ROOT_KIND)
    entries.fill(0, tree)
    mini = bytes(entries.mini)
    directory = b"".join(map(entries.packed, range(len(entries.names))))
    directory += _blank_entry() * (-len(entries.names) % 4)
    mini_fat = struct.pack(f"<{len(entries.mini_fat)}I", *entries.mini_fat)
    parts = [_padded(directory), _padded(mini_fat, b"\xff"), _padded(mini)]
    starts, chain = [], [FAT]
    for part in parts:
        starts.append(len(chain))
        count = len(part) // SECTOR
        chain += [*range(len(chain) + 1, len(chain) + count), END]
    body = b"".join(parts)
    # The root entry tells where the mini stream is.
    root = starts[0] * SECTOR - SECTOR + 116
    body = body[:root] + struct.pack("<IQ", starts[2], len(mini)) + body[root + 12 :]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(SECTOR, b"\xff")
    return _header(starts, len(parts[1]) // SECTOR) + fat + body


class _Entries:
    """The directory while it is being filled."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.kinds: list[int] = []
        self.children: list[int] = []
        self.siblings: list[int] = []
        self.places: list[tuple[int, int]] = []
        self.mini = bytearray()
        self.mini_fat: list[int] = []

    def add(self, name: str, kind: int, content: bytes = b"") -> int:
        self.names.append(name)
        self.kinds.append(kind)
        self.children.append(FREE)
        self.siblings.append(FREE)
        self.places.append((self._store(content), len(content)) if content else (END if kind == STREAM else 0, 0))
        return len(self.names) - 1

    def _store(self, content: bytes) -> int:
        start, count = len(self.mini_fat), -(-len(content) // MINI)
        self.mini_fat += [*range(start + 1, start + count), END]
        self.mini += content.ljust(count * MINI, b"\0")
        return start

    def fill(self, parent: int, tree: Tree) -> None:
        """Siblings in their order (length, then letters), each the right neighbour of the one before."""
        before = None
        for name, value in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
            one = self.add(name, STREAM, value) if isinstance(value, bytes) else self.add(name, STORAGE)
            if before is None:
                self.children[parent] = one
            else:
                self.siblings[before] = one
            before = one
            if not isinstance(value, bytes):
                self.fill(one, value)

    def packed(self, index: int) -> bytes:
        name = (self.names[index] + "\0").encode("utf-16-le")
        start, size = self.places[index]
        links = struct.pack("<3I", FREE, self.siblings[index], self.children[index])
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBB", len(name), self.kinds[index], 1)
            + links
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )


def _blank_entry() -> bytes:
    return bytes(68) + struct.pack("<3I", FREE, FREE, FREE) + bytes(48)


def _padded(content: bytes, filler: bytes = b"\0") -> bytes:
    return content + filler * (-len(content) % SECTOR)


def _header(starts: list[int], mini_fat_sectors: int) -> bytes:
    first = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    rest = struct.pack("<9I", 0, 1, starts[0], 0, 4096, starts[1], mini_fat_sectors, END, 0)
    return first + rest + struct.pack("<109I", 0, *[FREE] * 108)


def ole(content: bytes) -> bytes:
    """A stream of a compound file that is no document in particular."""
    return compound_file({"Contents": content, "Other": b"An innocent stream.\n"})


def msg(content: bytes) -> bytes:
    """A mail as Outlook saves it: the attachment's bytes are property 3701 ([MS-OXMSG] 2.2)."""
    attachment = {
        "__properties_version1.0": bytes(8),
        "__substg1.0_37010102": content,
        "__substg1.0_3707001F": "payload.com".encode("utf-16-le"),
    }
    return compound_file(
        {
            "__nameid_version1.0": {"__substg1.0_00020102": bytes(16)},
            "__properties_version1.0": bytes(32),
            "__substg1.0_001A001F": "IPM.Note".encode("utf-16-le"),
            "__substg1.0_0037001F": "Hello".encode("utf-16-le"),
            "__attach_version1.0_#00000000": attachment,
        }
    )
