"""What stands behind the end of an archive: another one, for which some programs look there, and clamd does not."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.unpack.openers.libarchive import (
    CAB,
    CPIO,
    ISO,
    LHA,
    PIECE,
    RAR,
    RAR5,
    SEVEN_ZIP,
    TAR,
    XAR,
    Archive,
)
from scanner.inspection.unpack.opening import BEHIND, Told

AS_READ = frozenset({TAR, CPIO, LHA, XAR, RAR, RAR5})
"""Read from the front to the end."""
LOOSE = frozenset({LHA, XAR, RAR, RAR5})
"""Of which the last bytes may be left: a mark of the end, or as many as a checksum has."""
MOST_LEFT = 64
LONGEST_MARK = 512
TAR_BLOCK = 512
DISC_START = 32 * 1024
DISC_MARKS = {b"\x01CD001": DISC_START, b"BEA01": DISC_START + 1}
"""First bytes of a disc behind the zeros that it begins with, and how many those are."""


def rest_of(archive: Archive, file: BinaryIO, *, whole: bool) -> int | None:
    """Where what stands behind it begins, once its entries were asked for; None where nothing does, or nobody can tell.
    `whole`: they were read to the last. Where they were not, what could not be read counts as well, but for a tar, of
    which the fault tells enough."""
    end = _end_of(archive, file, whole=whole)
    start = None if end is None else filled_from(file, end)
    if start is None or end is None:
        return None
    if archive.family == TAR:
        return start - (start - end) % TAR_BLOCK
    return _behind_the_mark(file, start) if archive.family in LOOSE else start


def hand_on_rest(file: BinaryIO, start: int, told: Told) -> None:
    """What is no filling from there on, and of a disc the zeros that it begins with."""
    filled = filled_from(file, start)
    if filled is None:
        return
    file.seek(filled)
    mark = file.read(8)
    before = next((zeros for mark_of_disc, zeros in DISC_MARKS.items() if mark.startswith(mark_of_disc)), 0)
    # A disc that is the whole content is behind nothing.
    file.seek(filled - before if before and filled > before else start)
    told.member(BEHIND, iter(lambda: file.read(PIECE), b""))


def hand_on_behind(file: BinaryIO, end: int, told: Told) -> None:
    """The same, from the first byte that is no filling on."""
    rest = filled_from(file, end)
    if rest is not None:
        hand_on_rest(file, rest, told)


def filled_from(file: BinaryIO, place: int) -> int | None:
    """Where the first byte stands that is no zero."""
    if place >= file.seek(0, io.SEEK_END):
        return None
    file.seek(place)
    while piece := file.read(PIECE):
        zeros = len(piece) - len(piece.lstrip(b"\0"))
        if zeros < len(piece):
            return place + zeros
        place += len(piece)
    return None


def _end_of(archive: Archive, file: BinaryIO, *, whole: bool) -> int | None:
    family = archive.family
    if archive.filters or (family == TAR and not whole):
        return None
    if family in AS_READ:
        return archive.consumed
    if family == CAB:
        return _number(file, 8, "<I")
    if family == SEVEN_ZIP:
        return 32 + _number(file, 12, "<Q") + _number(file, 20, "<Q")
    if family == ISO:
        return _number(file, DISC_START + 80, "<I") * _number(file, DISC_START + 128, "<H")
    return None


def _behind_the_mark(file: BinaryIO, start: int) -> int | None:
    file.seek(start)
    data = file.read(MOST_LEFT + LONGEST_MARK)
    if len(data) <= MOST_LEFT:
        return None
    known = (at for at in range(MOST_LEFT + 1) if is_archive(data[at:], ""))
    return start + next(known, 0)


def _number(file: BinaryIO, place: int, layout: str) -> int:
    """At a place in the header, which is there where the library read it; 0 where it is not."""
    file.seek(place)
    raw = file.read(struct.calcsize(layout))
    return int(struct.unpack(layout, raw)[0]) if len(raw) == struct.calcsize(layout) else 0
