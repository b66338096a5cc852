"""What the first headers of other containers tell: encrypted, cut off, or of a kind that clamd does not open.

By magic bytes, never by name. Kinds that are not listed are clamd's: for most it alerts by itself where it cannot look.
"""

from __future__ import annotations

import re
import struct
import zlib

from scanner.inspection.disk_image import disk_image
from scanner.inspection.engine import Content
from scanner.model import Gap, Unscannable

UNOPENED = (
    (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18|\x04\x22\x4d\x18|\x02\x21\x4c\x18"), "zstd or lz4"),
    (re.compile(rb"LZIP[\x00\x01]|LRZI\x00|\x89LZO\x00\r\n\x1a\n|zPQ[\x01\x02]|7kSt\xa0"), "lzip, lrzip, lzop or zpaq"),
    # Properties, a dictionary of 64 KiB to 1 GiB, then the size: unknown, or below 1 TiB.
    (re.compile(rb"\x5d\x00\x00[\x00-\xff][\x00-\x40](?:\xff{8}|[\x00-\xff]{5}\x00{3})\x00", re.DOTALL), "lzma"),
    (re.compile(rb"\x1f\x9d[\x09-\x10\x89-\x90]"), "compress (.Z)"),
    (re.compile(rb"!<arch>\n|\xed\xab\xee\xdb[\x03\x04]"), "ar, deb or rpm"),
    (re.compile(rb".{7}\*\*ACE\*\*|SIT!.{6}rLau|StuffIt \(c\)", re.DOTALL), "ACE or StuffIt"),
    (re.compile(rb"RE~\^..[\x00-\xff]", re.DOTALL), "rar of before 1.5"),
)
"""Seen with clamd 1.4.6: OK for the test file in zstd, lz4, lzma, .Z, ar and deb."""

SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
SEVEN_ZIP_AES = b"\x06\xf1\x07\x01"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
RAR4 = b"Rar!\x1a\x07\x00"
RAR5 = b"Rar!\x1a\x07\x01\x00"
MAX_BLOCKS = 10_000
"""Headers of a rar followed at most; clamd's own limit on members comes first."""
MAX_HEADER = 2 * 1024**2


def header_gap(content: Content) -> Gap | None:
    """Why clamd's OK would not cover this content; None where nothing speaks against it."""
    head = content.head
    kind = next((name for pattern, name in UNOPENED if pattern.match(head)), None)
    kind = kind or disk_image(head, content.read_at, content.facts.size)
    if kind is not None:
        return Gap(Unscannable.FORMAT, f"{kind}: no engine opens it")
    if head.startswith(SEVEN_ZIP):
        return _seven_zip_gap(content)
    if head.startswith(OLE) and OLE_ENCRYPTED in head + _ole_directory(content):
        return Gap(Unscannable.ENCRYPTED, "an office document with a password")
    encrypted = (head.startswith(RAR4) and _rar4_encrypted(content)) or (
        head.startswith(RAR5) and _rar5_encrypted(content)
    )
    return Gap(Unscannable.ENCRYPTED, "rar: members or names are encrypted") if encrypted else None


def _seven_zip_gap(content: Content) -> Gap | None:
    start = content.head[:32]
    if len(start) < 32:
        return Gap(Unscannable.CORRUPT, "7z: cut off in its first header")
    offset, size = struct.unpack_from("<QQ", start, 12)
    if 32 + offset + size > content.facts.size:
        return Gap(Unscannable.CORRUPT, "7z: its directory is missing")
    if SEVEN_ZIP_AES in content.read_at(32 + offset, min(size, MAX_HEADER)):
        return Gap(Unscannable.ENCRYPTED, "7z: members or names are encrypted")
    return None


def _ole_directory(content: Content) -> bytes:
    """The first directory sectors, which may lie behind the streams."""
    if len(content.head) < 52:
        return b""
    (shift,) = struct.unpack_from("<H", content.head, 30)
    (sector,) = struct.unpack_from("<I", content.head, 48)
    return content.read_at((sector + 1) << shift, 16 * 1024) if shift in (9, 12) else b""


def _rar4_encrypted(content: Content) -> bool:
    """Follow the block headers: CRC, type, flags, size, and the size of data behind where flags say so."""
    position = len(RAR4)
    for _ in range(MAX_BLOCKS):
        if position >= content.facts.size:
            return False
        raw = content.read_at(position, 11).ljust(11, b"\0")
        kind, flags, size, data = struct.unpack_from("<xxBHHI", raw)
        if (kind == 0x73 and flags & 0x80) or (kind == 0x74 and flags & 0x04):
            return True
        if size < 7:
            return False
        position += size + (data if flags & 0x8000 else 0)
    return False


def _rar5_encrypted(content: Content) -> bool:
    """Follow the block headers: CRC, size, type, flags, sizes of extra area and data; a record of type 1 in a file's
    extra area means encryption."""
    position = len(RAR5)
    for _ in range(MAX_BLOCKS):
        if position >= content.facts.size:
            return False
        raw = content.read_at(position, 7)
        size, used = _vint(raw, 4)
        header = content.read_at(position + used, min(size, MAX_HEADER))
        if not size or zlib.crc32(raw[4:used] + header) != int.from_bytes(raw[:4], "little"):
            return False
        kind, at = _vint(header, 0)
        flags, at = _vint(header, at)
        extra, at = _vint(header, at) if flags & 1 else (0, at)
        data, at = _vint(header, at) if flags & 2 else (0, at)
        if kind == 4 or (kind in (2, 3) and _has_encryption_record(header[max(len(header) - extra, at) :])):
            return True
        position += used + size + data
    return False


def _has_encryption_record(extra: bytes) -> bool:
    at = 0
    while at < len(extra):
        size, start = _vint(extra, at)
        if not size:
            return False
        if _vint(extra, start)[0] == 1:
            return True
        at = start + size
    return False


def _vint(raw: bytes, at: int) -> tuple[int, int]:
    """RAR's number of seven bits a byte, at most ten of them; gives the value and the position after it."""
    value = 0
    for index, byte in enumerate(raw[at : at + 10]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    return value, at + 10
