"""Archives of many members, by libarchive: zip, 7z, rar, tar, iso, cab, cpio, ar, lha, xar, rpm.

A program may hold an archive to unpack itself, and a picture a zip behind it: of these, what is no archive is no fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, islice
from typing import BinaryIO

from scanner.inspection.archive_behind import has_beginning
from scanner.inspection.unpack.openers.libarchive import PIECE, Archive, Broken, Entry
from scanner.inspection.unpack.openers.package import Package, tell_gap
from scanner.inspection.unpack.openers.rest import hand_on_behind, hand_on_rest, rest_of
from scanner.inspection.unpack.openers.sound_zip import sound_members
from scanner.inspection.unpack.openers.zip_layout import STARTS, Directory, find_directory, has_disguised, layout_fault
from scanner.inspection.unpack.openers.zip_password import right_first
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

ZIP = ("zip",)
OTHERS = ("7zip", "rar", "rar5", "tar", "iso9660", "cab", "cpio", "ar", "lha", "xar", "warc")
PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
IN_PROGRAMS = ("7zip", "rar", "rar5", "cab")
RPM = b"\xed\xab\xee\xdb"
RPM_FILTERS = ("rpm", "gzip", "bzip2", "xz", "lzma", "zstd")
MOST_BROKEN = 100
"""Entries that cannot be read; some readers would give the same one for ever."""
MOST_FOLDERS = 100_000
UNKNOWN = re.compile(r"unsupported|not supported|unavailable|not available|unknown compression", re.IGNORECASE)
"""In the library's messages: nothing is wrong with the archive."""


def open_archive(source: Source, told: Told) -> None:
    """What its first bytes or its type say is an archive."""
    if source.head.startswith(STARTS):
        open_zip(source, told)
        return
    open_formats(source.file, OTHERS, RPM_FILTERS if source.head.startswith(RPM) else (), told)


def open_formats(file: BinaryIO, formats: Sequence[str], filters: Sequence[str], told: Told) -> None:
    """An archive in one of these formats, by the library's names."""
    try:
        with Archive(file, formats, filters, told.passwords) as archive:
            whole = _hand_on_all(archive, told)
            rest = rest_of(archive, file, whole=whole)
    except Broken as fault:
        _tell(fault, "", told, encrypted=False)
        return
    if rest is not None:
        hand_on_rest(file, rest, told)


def open_program(source: Source, told: Told) -> None:
    """An executable, that may unpack itself."""
    if ends_as_zip(source):
        open_zip(source, told)
        return
    source.file.seek(0)
    try:
        with Archive(source.file, IN_PROGRAMS, (), told.passwords) as archive:
            first = archive.next_entry()
            if first is not None:
                _hand_on_all(archive, told, first)
    except Broken:
        return


def ends_as_zip(source: Source) -> bool:
    """Something else with a zip behind it. Behind the zip of a program its signature may stand; elsewhere nothing, or
    a tar would be a zip for its last member."""
    if source.head.startswith(STARTS):
        return False
    directory = find_directory(source.file, exactly=not source.head.startswith(PROGRAMS))
    return directory is not None and directory.size > 0


def open_zip(source: Source, told: Told) -> None:
    """What is a zip, or ends as one."""
    members = sound_members(source.file)
    if members is None:
        _open_any_zip(source, told)
        return
    for name, content in members:
        if name.endswith("/"):
            continue
        told.member(name, (content[start : start + PIECE] for start in range(0, len(content), PIECE)))


def _open_any_zip(source: Source, told: Told) -> None:
    directory = find_directory(source.file)
    if directory is None:
        told.incomplete(Unscannable.CORRUPT, "zip: no directory")
    elif (gap := layout_fault(source.file, directory)) is not None:
        told.incomplete(gap.reason, gap.detail)
        if gap.reason is Unscannable.ARCHIVE_MEMBERS:
            return
    try:
        with Archive(source.file, ZIP, (), right_first(source.file, told.passwords)) as archive:
            _hand_on_all(archive, told)
    except Broken as fault:
        _tell(fault, "", told, encrypted=False)
    if directory is None:
        return
    if has_disguised(source.file, directory):
        _hand_on_disguised(source, told)
    if source.head.startswith(STARTS):  # behind the zip of a program its signature may stand
        _hand_on_behind_zip(source.file, directory, told)


def _hand_on_behind_zip(file: BinaryIO, directory: Directory, told: Told) -> None:
    """Programs for rars look for one there. A comment is nothing to be opened, unless one may be in it."""
    file.seek(directory.end)
    comment = file.read(directory.comment)
    hand_on_behind(file, directory.end + (0 if has_beginning(comment) else len(comment)), told)


def _hand_on_disguised(source: Source, told: Told) -> None:
    """The library gives no bytes of what it takes for a folder or a link."""
    try:
        for name, pieces in Package(source.file).disguised():
            try:
                told.member(name, pieces)
            except (OSError, ValueError) as error:
                tell_gap(told, error)
    except (OSError, ValueError) as error:
        tell_gap(told, error)


def _hand_on_all(archive: Archive, told: Told, entry: Entry | None = None) -> bool:
    """All entries from `entry`, or the next, on. Whether the end was reached."""
    folders, broken = 0, 0
    while folders <= MOST_FOLDERS and broken <= MOST_BROKEN:
        try:
            entry = entry or archive.next_entry()
        except Broken as fault:
            _tell(fault, "", told, encrypted=archive.encrypted)
            if fault.final:
                return False
            broken += 1
            continue
        if entry is None:
            return True
        folders += entry.folder
        broken += not _hand_on(archive, entry, told)
        entry = None
    told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"{folders} folders and {broken} broken members")
    return False


def _hand_on(archive: Archive, entry: Entry, told: Told) -> bool:
    """Whether the entry is sound, or only locked."""
    pieces = archive.pieces()
    first: tuple[bytes, ...] = ()
    if entry.encrypted:
        try:
            first = tuple(islice(pieces, 1))
        except Broken:
            told.locked(entry.name, entry.size)
            return True
    try:
        if entry.folder:
            first = first or tuple(islice(pieces, 1))
            if not first:
                return True  # whoever unpacks sees a folder; with content, some see a file
        told.member(entry.name, chain(first, pieces))
    except Broken as fault:
        # With a password that only seemed to be the right one, the checksum is wrong.
        _tell(fault, entry.name, told, encrypted=entry.encrypted)
        return False
    return True


def _tell(fault: Broken, name: str, told: Told, *, encrypted: bool) -> None:
    message = str(fault)
    if encrypted:
        told.trait(Trait.ENCRYPTED)
        reason = Unscannable.ENCRYPTED
    elif fault.memory:
        reason = Unscannable.MEMORY
    elif UNKNOWN.search(message):
        reason = Unscannable.FORMAT
    else:
        reason = Unscannable.CORRUPT
    told.incomplete(reason, f"{name[:80]!r}: {message}" if name else message)
