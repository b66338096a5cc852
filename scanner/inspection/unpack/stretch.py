"""A stretch of a file as a file of its own, for openers: reading only, with a place of its own."""

from __future__ import annotations

import io
import os
from abc import ABC, abstractmethod
from typing import BinaryIO, cast


class Part(io.RawIOBase, ABC):
    """Bytes `start` to `start + length` of something else."""

    def __init__(self, start: int, length: int) -> None:
        super().__init__()
        self._start = start
        self._length = length
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise ValueError(f"a place before the beginning: {base + offset}")
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        room = memoryview(cast("bytearray", buffer)).cast("B")
        wanted = min(len(room), max(self._length - self._place, 0))
        got = self._fill(room[:wanted], self._start + self._place) if wanted else 0
        self._place += got
        return got

    @abstractmethod
    def _fill(self, room: memoryview, place: int) -> int:
        """From that place in the whole, as far as there is something; gives how many bytes."""


class Stretch(Part):
    """Of a descriptor, which stays somebody else's."""

    def __init__(self, descriptor: int, start: int, length: int) -> None:
        super().__init__(start, length)
        self._descriptor = descriptor

    def _fill(self, room: memoryview, place: int) -> int:
        return os.preadv(self._descriptor, [room], place)


def opened(descriptor: int, start: int, length: int) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(Stretch(descriptor, start, length), 64 * 1024))
