"""What clamd would hide of a zip, read from its directory; nothing is decompressed.

clamd skips, without a word, members with 64-bit sizes, with rare methods and beyond its size limit, and everything
where the central directory is missing (clamav.md section 6). Linear in the number of members, which is bounded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.inspection.engine import Content
from scanner.model import Gap, Unscannable

END = struct.Struct("<4s4H2IH")
CENTRAL = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
FARTHEST_END = 65_535 + END.size
STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")
"""First bytes of a zip: a member, an empty archive, two marks of archives once split."""
MAX_DIRECTORY = 16 * 1024**2
"""Bytes; without zip64 there are at most 65,535 members. How many it opens is for clamd to say (MaxFiles)."""
MAX_RATIO = 100
"""Sum of the members' sizes to the archive's size, once that sum is above what one content may have."""
METHODS = frozenset({0, 8, 9, 12})
"""stored, deflate, deflate64, bzip2: what clamd unpacks."""
AES = 99
ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
"""Encrypted, strong encryption, masked headers."""
SIZES_FOLLOW = 0x0008
"""Sizes stand after the data; clamd then takes those of the central directory."""
IN_ZIP64 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies. `shift`: bytes put before the archive, such as a self-extractor."""

    start: int
    size: int
    members: int
    shift: int
    zip64: bool


@dataclass(frozen=True, slots=True)
class Member:
    name: bytes
    flags: int
    method: int
    packed: int
    size: int
    offset: int
    end: int
    """Where its entry in the directory ends."""


def zip_gap(content: Content, max_member: int) -> Gap | None:
    """Why clamd's OK would not cover this content as a zip; None where it would, or where this is no zip.

    `max_member`: bytes of the largest member that clamd is sure to look at.
    """
    is_zip = content.head.startswith(STARTS)
    directory = find_directory(content, is_zip)
    if directory is None:
        return _corrupt("no central directory") if is_zip else None
    if directory.zip64:
        return Gap(Unscannable.FORMAT, "a zip64 archive")
    if directory.size > MAX_DIRECTORY:
        return Gap(Unscannable.LIMITS, f"zip: a directory of {directory.size} bytes")
    return _members_gap(content, directory, max_member)


def find_directory(content: Content, is_zip: bool) -> Directory | None:
    """The central directory that the last end record points to, if it does.

    Of a content that does not begin as a zip (a self-extractor, but also a program with a zip among its constants) only
    an end record that ends with the content is believed.
    """
    base = max(content.facts.size - FARTHEST_END, 0)
    tail = content.read_at(base, FARTHEST_END)
    position = tail.rfind(b"PK\x05\x06", 0, max(len(tail) - END.size + 4, 0))
    if position < 0:
        return None
    _, _, _, _, members, size, offset, comment = END.unpack_from(tail, position)
    if not is_zip and position + END.size + comment != len(tail):
        return None
    end = base + position
    if IN_ZIP64 in (size, offset) or members == 0xFFFF:
        return Directory(end, 0, members, 0, zip64=True)
    # Between directory and end record there may be records of zip64 or a signature: then only the offset is right.
    for start in (end - size, offset):
        if start >= offset and (size == 0 or content.read_at(start, 4) == b"PK\x01\x02"):
            return Directory(start, size, members, start - offset, zip64=False)
    return None


def _members_gap(content: Content, directory: Directory, max_member: int) -> Gap | None:
    total, count, end = 0, 0, 0
    raw = content.read_at(directory.start, directory.size)
    for member in members_of(raw):
        count, end = count + 1, member.end
        gap = _central_gap(member, max_member) or _local_gap(content, directory, member)
        if gap is not None:
            return gap
        total += member.size
    if total > max_member and total > MAX_RATIO * content.facts.size:
        return Gap(Unscannable.LIMITS, f"zip: {total} bytes packed into {content.facts.size}")
    if count != directory.members or not (end == len(raw) or raw.startswith(b"PK\x05\x05", end)):
        return _corrupt(f"{count} of {directory.members} members in the central directory")
    return None


def members_of(raw: bytes) -> Iterator[Member]:
    """The members of a central directory's bytes, up to the first entry that is none."""
    position = 0
    while position + CENTRAL.size <= len(raw) and raw.startswith(b"PK\x01\x02", position):
        fields = CENTRAL.unpack_from(raw, position)
        _, _, _, flags, method, _, _, _, packed, size, name_length, extra, comment, _, _, _, offset = fields
        named = position + CENTRAL.size
        position = named + name_length + extra + comment
        yield Member(raw[named : named + name_length], flags, method, packed, size, offset, position)


def _central_gap(member: Member, max_member: int) -> Gap | None:
    if member.flags & ENCRYPTED_FLAGS or member.method == AES:
        return _gap(Unscannable.ENCRYPTED, "is encrypted", member)
    if IN_ZIP64 in (member.packed, member.size, member.offset):
        return _gap(Unscannable.FORMAT, "has 64-bit sizes", member)
    if member.method not in METHODS:
        return _gap(Unscannable.FORMAT, f"is packed by method {member.method}", member)
    if member.size > max_member:
        return _gap(Unscannable.LIMITS, f"has {member.size} bytes", member)
    return None


def _local_gap(content: Content, directory: Directory, member: Member) -> Gap | None:
    """The same from the header before the data, which clamd believes where the two differ."""
    start = directory.shift + member.offset
    raw = content.read_at(start, LOCAL.size)
    if len(raw) < LOCAL.size or not raw.startswith(b"PK\x03\x04"):
        return _gap(Unscannable.CORRUPT, "is not where the directory says", member)
    _, _, flags, method, _, _, _, packed, size, name_length, extra = LOCAL.unpack(raw)
    if flags & ENCRYPTED_FLAGS:
        return _gap(Unscannable.ENCRYPTED, "is encrypted", member)
    if not flags & SIZES_FOLLOW and IN_ZIP64 in (packed, size):
        return _gap(Unscannable.FORMAT, "has 64-bit sizes", member)
    if method != member.method or (not flags & SIZES_FOLLOW and packed != member.packed):
        return _gap(Unscannable.CORRUPT, "differs from the directory", member)
    if start + LOCAL.size + name_length + extra + member.packed > directory.start:
        return _gap(Unscannable.CORRUPT, "reaches beyond its archive", member)
    return None


def _gap(reason: Unscannable, what: str, member: Member) -> Gap:
    return Gap(reason, f"zip member {member.name[:80].decode('utf-8', 'replace')!r} {what}")


def _corrupt(what: str) -> Gap:
    return Gap(Unscannable.CORRUPT, f"zip: {what}")
