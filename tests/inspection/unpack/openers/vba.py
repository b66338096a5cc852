"""VBA projects made by hand ([MS-OVBA]): sources and what points to them, nothing compiled."""

from __future__ import annotations

import struct

from scanner.inspection.selftest.samples.ole import Tree, compound_file

OPENS_ITSELF = 'Sub AutoOpen()\r\n  MsgBox "hello"\r\nEnd Sub\r\n'
WAITS = 'Sub Greet()\r\n  MsgBox "hello"\r\nEnd Sub\r\n'


def project(modules: dict[str, str]) -> Tree:
    """The storage in which a document keeps its project."""
    listing = _information() + record(0x0F, struct.pack("<H", len(modules))) + record(0x13, b"\xff\xff")
    streams: dict[str, bytes] = {"_VBA_PROJECT": b"\xcc\x61\xff\xff\0\0\0"}
    for name, source in modules.items():
        cache = b"compiled"
        listing += record(0x19, name.encode()) + record(0x1A, name.encode()) + record(0x32, name.encode("utf-16-le"))
        listing += record(0x31, struct.pack("<I", len(cache))) + record(0x21, b"") + record(0x2B, b"")
        streams[name] = cache + compressed(f'Attribute VB_Name = "{name}"\r\n{source}'.encode("cp1252"))
    return {"VBA": {**streams, "dir": compressed(listing + record(0x10, b""))}, "PROJECT": b'ID="{0}"\r\n'}


def _information() -> bytes:
    """[MS-OVBA] 2.3.4.2.1: of the project as a whole, in western Windows' character set."""
    four = bytes(4)
    rows = [(0x01, b"\1\0\0\0"), (0x02, b"\x09\4\0\0"), (0x14, b"\x09\4\0\0"), (0x03, struct.pack("<H", 1252))]
    rows += [(0x04, b"VBAProject"), (0x05, b""), (0x40, b""), (0x06, b""), (0x3D, b""), (0x07, four), (0x08, four)]
    version = struct.pack("<HIIH", 0x09, 4, 1, 1)
    return b"".join(record(*row) for row in rows) + version + record(0x0C, b"") + record(0x3C, b"")


def vba_project(modules: dict[str, str]) -> bytes:
    """A vbaProject.bin."""
    return compound_file(project(modules))


def record(kind: int, value: bytes) -> bytes:
    return struct.pack("<HI", kind, len(value)) + value


def compressed(content: bytes) -> bytes:
    """Of literals only, so that it comes out longer."""
    out = b"\1"
    for start in range(0, len(content), 2048):
        piece = content[start : start + 2048]
        tokens = b"".join(b"\0" + piece[at : at + 8] for at in range(0, len(piece), 8))
        out += struct.pack("<H", len(tokens) + 2 - 3 | 0xB000) + tokens
    return out
