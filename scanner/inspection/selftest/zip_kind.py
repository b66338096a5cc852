"""What kinds of zip a content is: methods, 64-bit sizes, sizes behind the data. Reads headers only."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.inspection.engine import Content
from scanner.inspection.zip_directory import (
    IN_ZIP64,
    LOCAL,
    MAX_DIRECTORY,
    SIZES_FOLLOW,
    STARTS,
    Directory,
    Member,
    find_directory,
    members_of,
)


@dataclass(frozen=True, slots=True)
class ZipKind:
    """A zip as its directory and its local headers show it."""

    methods: frozenset[int]
    members: int
    sizes_64: bool
    sizes_behind: bool
    appended: bool
    """Something stands before it."""


def zip_kind(content: Content) -> ZipKind | None:
    """None where this is no zip, or none that has a directory. Of a directory over its limit only the count is told."""
    is_zip = content.head.startswith(STARTS)
    directory = find_directory(content, is_zip)
    if directory is None:
        return None
    readable = not directory.zip64 and directory.size <= MAX_DIRECTORY
    members = list(members_of(content.read_at(directory.start, directory.size))) if readable else []
    return ZipKind(
        methods=frozenset(member.method for member in members),
        members=max(directory.members, len(members)),
        sizes_64=directory.zip64 or any(_has_64_bit_sizes(content, directory, member) for member in members),
        sizes_behind=any(member.flags & SIZES_FOLLOW for member in members),
        appended=not is_zip,
    )


def _has_64_bit_sizes(content: Content, directory: Directory, member: Member) -> bool:
    if IN_ZIP64 in (member.packed, member.size, member.offset):
        return True
    raw = content.read_at(directory.shift + member.offset, LOCAL.size)
    if len(raw) < LOCAL.size:
        return False
    _, _, flags, _, _, _, _, packed, size, _, _ = LOCAL.unpack(raw)
    return not flags & SIZES_FOLLOW and IN_ZIP64 in (packed, size)
