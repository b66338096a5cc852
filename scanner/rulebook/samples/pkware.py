"""Zips under traditional PKWARE encryption (APPNOTE.TXT 6.1), which the standard library reads but cannot write."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping

from scanner.rulebook.samples.archives import DOS_DATE

ENCRYPTED = 1
UTF8_NAME = 0x800


def encrypted_zip_of(members: Mapping[str, bytes], password: bytes) -> bytes:
    """Deflated members, all under one password. Names stay readable, as in every zip."""
    body, directory = bytearray(), bytearray()
    for name, content in members.items():
        fields, packed = _member(name.encode(), content, password)
        directory += struct.pack("<4sH", b"PK\x01\x02", 20) + fields
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + fields + name.encode() + packed
    count = len(members)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory) + end


def _member(name: bytes, content: bytes, password: bytes) -> tuple[bytes, bytes]:
    """What stands in both headers, and the packed content."""
    crc = zlib.crc32(content)
    # Twelve bytes go before the content; the last is checked against the CRC on opening.
    plain = hashlib.sha256(content).digest()[:11] + bytes([crc >> 24]) + zlib.compress(content, wbits=-15)
    packed = _encrypted(plain, password)
    fields = struct.pack("<HHHHH", 20, ENCRYPTED | UTF8_NAME, 8, 0, DOS_DATE)
    return fields + struct.pack("<IIIHH", crc, len(packed), len(content), len(name), 0), packed


def _encrypted(plain: bytes, password: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in plain:
        mask = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((mask * (mask ^ 1) >> 8) & 0xFF))
        update(byte)
    return bytes(out)
