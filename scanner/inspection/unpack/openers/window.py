"""A stretch of what an opener is given, as a content of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO, cast

from scanner.inspection.unpack.opening import Source
from scanner.inspection.unpack.stretch import Part

HEAD = 64 * 1024


class _Window(Part):
    """Of a file that others read as well."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        super().__init__(start, max(end - start, 0))
        self._file = file

    def _fill(self, room: memoryview, place: int) -> int:
        self._file.seek(place)
        got = self._file.read(len(room))
        room[: len(got)] = got
        return len(got)


def window(source: Source, start: int, end: int | None = None) -> Source:
    """Bytes `start` to `end` (else its end) of it. Both share one file, so that only one of them can be read from at a
    time."""
    end = source.size if end is None else min(end, source.size)
    file = cast("BinaryIO", io.BufferedReader(_Window(source.file, start, end), HEAD))
    head = file.read(HEAD)
    file.seek(0)
    return replace(source, mime="", head=head, size=max(end - start, 0), file=file)
