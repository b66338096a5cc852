"""Rars with one stored member: a compressed one needs a licence to be written, and shows no more of who opens rars."""

from __future__ import annotations

import struct
import zlib

NAME = b"payload.com"
RAR4_MARK = b"Rar!\x1a\x07\x00"
RAR5_MARK = b"Rar!\x1a\x07\x01\x00"


def rar4(content: bytes) -> bytes:
    """Blocks with a CRC of 16 bits each: archive header, file header and data, end (RAR 4 technical note)."""
    archive = _block4(0x73, 0, bytes(6))
    fields = struct.pack("<IBIIBBHI", len(content), 2, zlib.crc32(content), 0x5C210000, 20, 0x30, len(NAME), 0x20)
    file = _block4(0x74, 0x8000, struct.pack("<I", len(content)) + fields + NAME)
    return RAR4_MARK + archive + file + content + _block4(0x7B, 0x4000, b"")


def _block4(kind: int, flags: int, fields: bytes) -> bytes:
    body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body


def rar5(content: bytes) -> bytes:
    """Blocks with a CRC of 32 bits each, numbers of seven bits a byte (RAR 5.0 archive format)."""
    archive = _block5(b"\x01\x00\x00")
    size = _number(len(content))
    # File: type 2, a data area (flag 2); with a CRC (file flag 4), stored, made by Windows.
    file = b"\x02\x02" + size + b"\x04" + size + b"\x20" + struct.pack("<I", zlib.crc32(content)) + b"\x00\x00"
    return RAR5_MARK + archive + _block5(file + _number(len(NAME)) + NAME) + content + _block5(b"\x05\x00\x00")


def _block5(header: bytes) -> bytes:
    body = _number(len(header)) + header
    return struct.pack("<I", zlib.crc32(body)) + body


def _number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
