"""A rar or 7z behind a picture: viewers read from the front, programs for archives look for their mark anywhere.

A zip there is found by its end, behind anything; see `archive.ends_as_zip`.
"""

from __future__ import annotations

import io
import re
from typing import BinaryIO, cast

from scanner.inspection.unpack.openers.archive import open_formats
from scanner.inspection.unpack.opening import Source, Told

MARK = re.compile(rb"Rar!\x1a\x07(?:\x00|\x01\x00)|7z\xbc\xaf\x27\x1c\x00[\x02-\x04]")
LONGEST_MARK = 8
PIECE = 1024**2
FORMATS = ("7zip", "rar", "rar5")


class _From(io.RawIOBase):
    """A file from a place in it on."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        super().__init__()
        self._file = file
        self._start = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset + (0 if whence else self._start), whence) - self._start

    def readinto(self, buffer: object) -> int:
        return int(self._file.readinto(buffer))  # type: ignore[attr-defined]


def has_archive_behind(source: Source) -> bool:
    return _start(source) is not None


def open_behind(source: Source, told: Told) -> None:
    """Seven bytes do not stand there by chance: what cannot be read behind them is damaged, or encrypted."""
    start = _start(source)
    if start is not None:
        open_formats(cast("BinaryIO", _From(source.file, start)), FORMATS, (), told)


def _start(source: Source) -> int | None:
    """Of the first mark, in a picture."""
    if not source.mime.startswith("image/"):
        return None
    source.file.seek(0)
    at, rest = 0, b""
    while piece := source.file.read(PIECE):
        found = MARK.search(rest + piece)
        if found is not None:
            return at - len(rest) + found.start()
        at += len(piece)
        rest = (rest + piece)[1 - LONGEST_MARK :]
    return None
