"""Windows shortcuts ([MS-SHLLINK])."""

from __future__ import annotations

import struct

HEAD = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"
HAS_ARGUMENTS, IS_UNICODE, HAS_ENVIRONMENT = 0x20, 0x80, 0x200
ENVIRONMENT_SIZE, ENVIRONMENT_KIND = 0x314, 0xA0000001
NARROW, WIDE = 260, 520
"""Bytes that an environment block has for the target, in each writing."""
LONGEST = 4_000


def shortcut(target: str, arguments: str) -> bytes:
    """`target`: a path of at most 259 characters, `%…%` welcome."""
    flags = HAS_ARGUMENTS | IS_UNICODE | HAS_ENVIRONMENT
    header = HEAD + struct.pack("<I", flags) + bytes(36) + struct.pack("<I", 1) + bytes(12)
    wide = arguments.encode("utf-16-le", "replace")
    environment = struct.pack("<II", ENVIRONMENT_SIZE, ENVIRONMENT_KIND)
    environment += target.encode("cp1252", "replace").ljust(NARROW, b"\0")
    environment += target.encode("utf-16-le", "replace").ljust(WIDE, b"\0")
    return header + struct.pack("<H", len(wide) // 2) + wide + environment + bytes(4)
