"""Whether the directory of a zip tells all that lies in it, and each thing once.

Whoever unpacks goes by the directory, or by the headers before the members, or by the first directory where two
archives were joined: where these disagree, each program sees other members, and so does an engine.
"""

from __future__ import annotations

import io
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import BinaryIO

from scanner.model import Gap, Unscannable

END = struct.Struct("<4s4H2IH")
END_64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR_64 = struct.Struct("<4sIQI")
CENTRAL = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
FARTHEST_END = 65_535 + END.size
STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")
"""First bytes of a zip: a member, an empty archive, two marks of archives once split."""
MOST_MEMBERS = 100_000
LONGEST_DIRECTORY = 32 * 1024**2
MEMBER = b"PK\x03\x04"
DESCRIPTOR = 24
"""Bytes that may stand behind a member's data: its checksum and sizes, with a mark or without, of 32 or 64 bits."""
SIZES_FOLLOW = 0x0008
UNIX = (3, 19)
"""Systems whose attributes hold a mode in their upper half; the second is that of OS X."""
DOS_FOLDER = 0x10
PACKED_NOTHING = 2
"""Bytes of deflate for nothing, which some writers put into folders."""
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory lies. `shift`: bytes put before the archive, such as a self-extractor. `end`: of the record
    behind it, but for the `comment` of so many bytes."""

    start: int
    size: int
    members: int
    shift: int
    end: int
    comment: int


@dataclass(frozen=True, slots=True)
class _Member:
    """An entry of the directory."""

    name: bytes
    method: int
    packed: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Place:
    """The stretch of one member: header and data."""

    name: bytes
    start: int
    end: int


def find_directory(file: BinaryIO, *, exactly: bool = False) -> Directory | None:
    """The directory that the last end record points to; None where there is none at that place. `exactly`: the record
    must end with the file, as where the zip is only appended to something."""
    size = file.seek(0, io.SEEK_END)
    base = max(size - FARTHEST_END, 0)
    tail = _read(file, base, FARTHEST_END)
    position = tail.rfind(b"PK\x05\x06", 0, max(len(tail) - END.size + 4, 0))
    if position < 0 or position + END.size > len(tail):
        return None
    _, _, _, _, members, length, offset, comment = END.unpack_from(tail, position)
    if position + END.size + comment > len(tail) or (exactly and position + END.size + comment < len(tail)):
        return None
    end = base + position
    behind = end + END.size
    if members == FULL_16 or FULL_32 in (length, offset):
        end, members, length, offset = _find_64(file, end) or (end, members, length, offset)
    # Between directory and end record there may be a signature: then only the offset is right.
    for start in (end - length, offset):
        if end >= start >= offset and (length == 0 or _read(file, start, 4) == b"PK\x01\x02"):
            return Directory(start, length, members, start - offset, behind, comment)
    return None


def layout_fault(file: BinaryIO, directory: Directory) -> Gap | None:
    """Why the members that the directory names are not all, or not what they seem; None where they are."""
    if directory.members > MOST_MEMBERS or directory.size > LONGEST_DIRECTORY:
        return Gap(Unscannable.ARCHIVE_MEMBERS, f"zip: a directory of {directory.members} members")
    raw = _read(file, directory.start, directory.size)
    places = []
    for place in _places(file, raw, directory):
        if isinstance(place, Gap):
            return place
        places.append(place)
    if len(places) != directory.members:
        return _corrupt(f"{len(places)} of {directory.members} members in the directory")
    places.sort(key=attrgetter("start"))
    return _between(file, places, directory)


def is_disguised(name: bytes, system: int, attributes: int, packed: int) -> bool:
    """Whether a member with bytes says of itself that it is a folder, a link or a device: a file all the same to many
    programs. `system`: whose `attributes` they are (APPNOTE 4.4.2)."""
    mode = attributes >> 16 if system in UNIX else 0
    odd = stat.S_IFMT(mode) not in (0, stat.S_IFREG) or bool(attributes & DOS_FOLDER and system not in UNIX)
    return packed > PACKED_NOTHING and (odd or name.endswith((b"/", b"\\")))


def has_disguised(file: BinaryIO, directory: Directory) -> bool:
    raw, position = _read(file, directory.start, min(directory.size, LONGEST_DIRECTORY)), 0
    while position + CENTRAL.size <= len(raw) and raw.startswith(b"PK\x01\x02", position):
        fields = CENTRAL.unpack_from(raw, position)
        named = position + CENTRAL.size
        if is_disguised(raw[named : named + fields[10]], fields[1] >> 8, fields[15], fields[8]):
            return True
        position = named + sum(fields[10:13])
    return False


def _find_64(file: BinaryIO, end: int) -> tuple[int, int, int, int] | None:
    """Start of the end record of 64 bits, with the members, length and offset that it tells."""
    locator = _read(file, end - LOCATOR_64.size, LOCATOR_64.size) if end >= LOCATOR_64.size else b""
    if not locator.startswith(b"PK\x06\x07"):
        return None
    _, _, position, _ = LOCATOR_64.unpack(locator)
    # Before the archive something may have been put, which moves it; without extra data it ends at the locator.
    for place in (end - LOCATOR_64.size - END_64.size, position):
        raw = _read(file, place, END_64.size) if 0 <= place < end else b""
        if len(raw) == END_64.size and raw.startswith(b"PK\x06\x06"):
            *_, members, length, offset = END_64.unpack(raw)
            return place, members, length, offset
    return None


def _places(file: BinaryIO, raw: bytes, directory: Directory) -> Iterator[_Place | Gap]:
    position = 0
    while position + CENTRAL.size <= len(raw) and raw.startswith(b"PK\x01\x02", position):
        fields = CENTRAL.unpack_from(raw, position)
        method, packed, size = fields[4], fields[8], fields[9]
        name_length, extra_length, comment, offset = *fields[10:13], fields[16]
        named = position + CENTRAL.size
        name = raw[named : named + name_length]
        extra = raw[named + name_length : named + name_length + extra_length]
        position = named + name_length + extra_length + comment
        if FULL_32 in (packed, size, offset):
            packed, offset = _sizes_64(extra, packed, size, offset)
        yield _place(file, directory, _Member(name, method, packed, offset))


def _place(file: BinaryIO, directory: Directory, member: _Member) -> _Place | Gap:
    """Where it lies, if what stands there before its data agrees with the directory."""
    name = member.name
    start = directory.shift + member.offset
    header = _read(file, start, LOCAL.size + len(name)) if start < directory.start else b""
    if len(header) < LOCAL.size or not header.startswith(MEMBER):
        return _fault("is not where the directory says", name)
    _, _, flags, method, _, _, _, packed, _, name_length, extra_length = LOCAL.unpack_from(header)
    if name_length != len(name) or not header.endswith(name):
        return _fault("has another name before its data", name)
    if method != member.method or not (flags & SIZES_FOLLOW or packed in (member.packed, FULL_32)):
        return _fault("is packed in another way than the directory says", name)
    end = start + LOCAL.size + name_length + extra_length + member.packed
    return _Place(name, start, end) if end <= directory.start else _fault("reaches beyond its archive", name)


def _between(file: BinaryIO, places: list[_Place], directory: Directory) -> Gap | None:
    """What lies outside of the members that the directory names; these in the order in which they lie."""
    end = 0
    for place in places:
        if place.start < end:
            return _fault("lies over another", place.name)
        if _hides_member(file, end, place.start):
            return _corrupt(f"a member that the directory does not name, at {end}")
        end = place.end
    if _hides_member(file, end, directory.start):
        return _corrupt(f"a member that the directory does not name, at {end}")
    return None


def _hides_member(file: BinaryIO, start: int, end: int) -> bool:
    """Whether one begins here, or behind the checksum and sizes of the one before."""
    if end - start < LOCAL.size:
        return False
    return MEMBER in _read(file, start, min(end - start, DESCRIPTOR + len(MEMBER)))


def _sizes_64(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int]:
    """Packed size and offset, from the extra field of 64 bits where the others are full. There, only those stand that
    do not fit elsewhere: size, packed size, offset, in this order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            numbers = [
                int.from_bytes(extra[n : n + 8], "little") for n in range(at + 4, min(at + 4 + length, len(extra)), 8)
            ]
            wanted = [value == FULL_32 for value in (size, packed, offset)]
            found = iter(numbers)
            _, packed, offset = (
                next(found, value) if full else value
                for full, value in zip(wanted, (size, packed, offset), strict=True)
            )
            break
        at += 4 + length
    return packed, offset


def _read(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _fault(what: str, name: bytes) -> Gap:
    return _corrupt(f"member {name[:80].decode('utf-8', 'replace')!r} {what}")


def _corrupt(what: str) -> Gap:
    return Gap(Unscannable.CORRUPT, f"zip: {what}")
