"""Where the sandbox puts what it takes out: a file of the service's, filled from its beginning."""

from __future__ import annotations

import os

from scanner.inspection.unpack.opening import Enough
from scanner.rulebook.anatomy import Span


class OutputFull(Enough):
    """The file takes no more, for want of room on the disk."""


class Output:
    """Bytes one behind the other, in stretches. Only one stretch is open at a time."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._start = 0
        self._place = 0

    @property
    def written(self) -> int:
        """Bytes of the open stretch."""
        return self._place - self._start

    def write(self, data: bytes) -> None:
        """Raises OutputFull."""
        rest = memoryview(data)
        try:
            while rest:
                put = os.pwrite(self.descriptor, rest, self._place)
                self._place += put
                rest = rest[put:]
        except OSError as error:
            raise OutputFull(error.strerror) from error

    def cut(self) -> Span:
        """Ends the open stretch and begins the next."""
        span = Span(self._start, self.written)
        self._start = self._place
        return span

    def forget(self) -> None:
        """Begins the open stretch again."""
        self._place = self._start
