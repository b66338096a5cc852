"""Messages of CMS (RFC 5652), with as little around what they hold as the format allows."""

from __future__ import annotations

import zlib

DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
SIGNED = DATA[:-1] + b"\x02"
ENVELOPED = DATA[:-1] + b"\x03"
PACKED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"
STAMPED = PACKED[:-1] + b"\x1f"
VERSION = b"\x02\x01\x01"


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def open_element(tag: int, content: bytes) -> bytes:
    """Without a length."""
    return bytes([tag, 0x80]) + content + b"\0\0"


def message(kind: bytes, body: bytes) -> bytes:
    return element(0x30, element(6, kind) + element(0xA0, body))


def inner(octets: bytes) -> bytes:
    return element(0x30, element(6, DATA) + octets)


def signed(content: bytes) -> bytes:
    """By nobody."""
    held = inner(element(0xA0, element(4, content)))
    return message(SIGNED, element(0x30, VERSION + element(0x31, b"") + held + element(0x31, b"")))


def signed_in_parts(content: bytes) -> bytes:
    """As a program writes it that does not know the length."""
    half = len(content) // 2
    parts = open_element(0x24, element(4, content[:half]) + element(0x24, element(4, content[half:])))
    held = open_element(0x30, element(6, DATA) + open_element(0xA0, parts))
    body = open_element(0x30, VERSION + element(0x31, b"") + held + element(0x31, b""))
    return open_element(0x30, element(6, SIGNED) + open_element(0xA0, body))


def detached() -> bytes:
    """A signature of something else."""
    return message(SIGNED, element(0x30, VERSION + element(0x31, b"") + inner(b"") + element(0x31, b"")))


def packed(content: bytes) -> bytes:
    held = inner(element(0xA0, element(4, zlib.compress(content))))
    return message(PACKED, element(0x30, VERSION + element(0x30, b"") + held))


def stamped(content: bytes, *known: bytes) -> bytes:
    """By nobody. `known`: elements about it, before it."""
    return message(STAMPED, element(0x30, VERSION + b"".join(known) + element(4, content) + element(0xA0, b"")))


def stamped_in_parts(content: bytes) -> bytes:
    parts = open_element(0x24, element(4, content[:9]) + element(4, content[9:]))
    body = open_element(0x30, VERSION + parts + element(0xA0, b""))
    return open_element(0x30, element(6, STAMPED) + open_element(0xA0, body))


def stamped_elsewhere() -> bytes:
    """A stamp for something that is fetched."""
    return message(STAMPED, element(0x30, VERSION + element(0x16, b"https://example.org/a") + element(0xA0, b"")))


def enveloped() -> bytes:
    return message(ENVELOPED, element(0x30, VERSION + element(0x31, b"") + inner(element(0x80, bytes(16)))))
