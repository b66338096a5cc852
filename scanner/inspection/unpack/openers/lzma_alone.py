"""LZMA by itself, with other properties than those that everybody knows; see `inspection.lzma_alone`."""

from __future__ import annotations

import lzma
from collections.abc import Iterator

from scanner.inspection.lzma_alone import is_lzma_alone, only_7zip_unpacks
from scanner.inspection.unpack.openers.compressed import LZMA, MOST_MEMORY, lzma_alone, unpacked
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable

NAME = "content"
LARGEST_DICTIONARY = MOST_MEMORY // 2
CERTAIN = 64 * 1024
"""Bytes out of something else that would not have come without a fault."""


class _Smaller:
    """A decompressor that is told of a smaller dictionary. Nothing is lost, as long as nothing farther is repeated."""

    def __init__(self) -> None:
        self._inner = lzma_alone()
        self._told = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if not self._told:
            size = min(int.from_bytes(data[1:5], "little"), LARGEST_DICTIONARY)
            data, self._told = data[:1] + size.to_bytes(4, "little") + data[5:], True
        return self._inner.decompress(data, max_length)


def has_lzma_alone(source: Source) -> bool:
    return is_lzma_alone(source.head) and LZMA.match(source.head) is None


def open_lzma_alone(source: Source, told: Told) -> None:
    """Without a mark it may be something else: what comes out is looked at, and that no more does is no damage."""
    if only_7zip_unpacks(source.head):
        told.incomplete(Unscannable.FORMAT, "lzma with properties that only 7-Zip knows")
        return
    counted = _Counted(unpacked(source.file, source.head[:1], _Smaller))
    try:
        told.member(NAME, counted)
    except (OSError, ValueError, EOFError, lzma.LZMAError):
        if counted.bytes >= CERTAIN and int.from_bytes(source.head[1:5], "little") > LARGEST_DICTIONARY:
            told.incomplete(Unscannable.MEMORY, "lzma with a dictionary of over 128 MiB")


class _Counted:
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.bytes += len(piece)
            yield piece
