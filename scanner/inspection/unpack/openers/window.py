"""A stretch of what an opener is given, as a content of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO, cast

from scanner.inspection.unpack.opening import Source

HEAD = 64 * 1024


class _Window(io.RawIOBase):
    """From a place in a file to another."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._length = max(end - start, 0)
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        if place < 0:
            raise ValueError(f"a place before the beginning: {place}")
        self._place = place
        return place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        room = memoryview(cast("bytearray", buffer)).cast("B")
        wanted = min(len(room), max(self._length - self._place, 0))
        self._file.seek(self._start + self._place)
        got = self._file.read(wanted)
        room[: len(got)] = got
        self._place += len(got)
        return len(got)


def window(source: Source, start: int, end: int | None = None) -> Source:
    """Bytes `start` to `end` (else its end) of it. Both share one file, so that only one of them can be read from at a
    time."""
    end = source.size if end is None else min(end, source.size)
    file = cast("BinaryIO", io.BufferedReader(_Window(source.file, start, end), HEAD))
    head = file.read(HEAD)
    file.seek(0)
    return replace(source, mime="", head=head, size=max(end - start, 0), file=file)
