"""Where containers end that others open: of these the reader does not tell, or there is none here."""

from __future__ import annotations

import struct
from typing import BinaryIO

from scanner.inspection.unpack.openers.rest import hand_on_behind
from scanner.inspection.unpack.opening import Source, Told, TooMuch

LZ4, LZ4_OLD = 0x184D2204, 0x184C2102
SKIPPED = range(0x184D2A50, 0x184D2A60)
"""Marks of frames that hold nothing (LZ4 frame format, skippable frames)."""
LARGEST_OLD_BLOCK = 9 * 1024**2
"""Bytes that 8 MiB may be packed into; a larger number is none."""
HIGHEST_BIT = 0x80000000
ARJ, ARJ_MAIN = b"\x60\xea", 2
MOST_STEPS = 1_000_000
"""Blocks of honest files have 64 KiB and more; headers of archives are some thousands."""


def open_rest_of_lz4(source: Source, told: Told) -> None:
    hand_on_behind(source.file, _Steps(source.file).end_of_lz4(), told)


def open_rest_of_arj(source: Source, told: Told) -> None:
    """clamd alone opens the archive itself."""
    hand_on_behind(source.file, _Steps(source.file).end_of_arj(), told)


class _Steps:
    """From header to header. Raises TooMuch, a ValueError, where there are too many."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MOST_STEPS

    def end_of_lz4(self) -> int:
        at = 0
        while True:
            mark = self._number(at)
            if mark == LZ4:
                at = self._behind_frame(at + 4)
            elif mark == LZ4_OLD:
                at = self._behind_blocks(at + 4)
            elif mark in SKIPPED:
                at += 8 + self._number(at + 4)
            else:
                return at

    def _behind_frame(self, at: int) -> int:
        self._file.seek(at)
        flags = (self._file.read(1) or b"\0")[0]
        at += 3 + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0)
        while size := self._number(at):
            at += 4 + (size & ~HIGHEST_BIT) + (4 if flags & 0x10 else 0)
        return at + 4 + (4 if flags & 0x04 else 0)

    def _behind_blocks(self, at: int) -> int:
        while 0 < (size := self._number(at)) <= LARGEST_OLD_BLOCK:
            at += 4 + size
        return at

    def end_of_arj(self) -> int:
        """Of each header: mark, size, itself, checksum, then further ones of which nobody writes any; behind it what is
        packed."""
        at = 0
        while size := self._number(at, 2, "<H"):
            header = self._file.read(size)
            at += 4 + size + 4
            while more := self._number(at, 0, "<H"):
                at += 2 + more + 4
            at += 2
            if len(header) >= 16 and header[6] != ARJ_MAIN:
                at += struct.unpack_from("<I", header, 12)[0]
        return at + 4

    def _number(self, place: int, skip: int = 0, layout: str = "<I") -> int:
        """0 where there is none."""
        self._left -= 1
        if not self._left:
            raise TooMuch(f"more than {MOST_STEPS} blocks or headers")
        self._file.seek(place + skip)
        raw = self._file.read(struct.calcsize(layout))
        return int(struct.unpack(layout, raw)[0]) if len(raw) == struct.calcsize(layout) else 0
