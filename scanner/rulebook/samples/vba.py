"""VBA projects ([MS-OVBA]): sources and what points to them, nothing compiled. Office compiles when it opens them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from scanner.rulebook.samples.compound import Tree, compound_file

CACHE = b"compiled"
"""Stands where Office keeps what it compiled; of no version, so that it is not believed."""
WESTERN = 1252


def vba_project(modules: Mapping[str, str]) -> bytes:
    """A vbaProject.bin; the sources by the names of their modules."""
    return compound_file(project(modules))


def project(modules: Mapping[str, str]) -> Tree:
    """The storage in which a document keeps its project."""
    listing = _information() + _record(0x0F, struct.pack("<H", len(modules))) + _record(0x13, b"\xff\xff")
    streams: dict[str, bytes] = {"_VBA_PROJECT": b"\xcc\x61\xff\xff\0\0\0"}
    for name, source in modules.items():
        listing += _record(0x19, name.encode()) + _record(0x1A, name.encode())
        listing += _record(0x32, name.encode("utf-16-le")) + _record(0x31, struct.pack("<I", len(CACHE)))
        listing += _record(0x21, b"") + _record(0x2B, b"")
        text = f'Attribute VB_Name = "{name}"\r\n{source}'
        streams[name] = CACHE + compressed(text.encode(f"cp{WESTERN}", "replace"))
    return {"VBA": {**streams, "dir": compressed(listing + _record(0x10, b""))}, "PROJECT": b'ID="{0}"\r\n'}


def _information() -> bytes:
    """[MS-OVBA] 2.3.4.2.1: of the project as a whole, in western Windows' character set."""
    four = bytes(4)
    rows = [(0x01, b"\1\0\0\0"), (0x02, b"\x09\4\0\0"), (0x14, b"\x09\4\0\0"), (0x03, struct.pack("<H", WESTERN))]
    rows += [(0x04, b"VBAProject"), (0x05, b""), (0x40, b""), (0x06, b""), (0x3D, b""), (0x07, four), (0x08, four)]
    version = struct.pack("<HIIH", 0x09, 4, 1, 1)
    return b"".join(_record(*row) for row in rows) + version + _record(0x0C, b"") + _record(0x3C, b"")


def _record(kind: int, value: bytes) -> bytes:
    return struct.pack("<HI", kind, len(value)) + value


def compressed(content: bytes) -> bytes:
    """Of literals only, so that it comes out longer."""
    out = b"\1"
    for start in range(0, len(content), 2048):
        piece = content[start : start + 2048]
        tokens = b"".join(b"\0" + piece[at : at + 8] for at in range(0, len(piece), 8))
        out += struct.pack("<H", len(tokens) + 2 - 3 | 0xB000) + tokens
    return out
