"""Room for the contents under inspection, bounded over all of them: small ones in memory, others in unlinked files.

Room is reserved once per content, before its first byte: two half-read contents can then never wait for each other.
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from scanner.model import ContentFacts, Gap, Unchecked
from scanner.sandbox.handing_over import in_memory, read_only
from scanner.settings import SpoolSettings

MEMORY_LIMIT = 1024**2
"""Bytes up to which a content is kept in memory."""
PIECE = 256 * 1024
"""Bytes of one piece of `chunks`."""
LONGEST_READ = 16 * 1024**2


class Spool:
    """Hands out room; thread-safe."""

    def __init__(self, settings: SpoolSettings) -> None:
        self.folder = settings.dir
        self.limit = settings.max_total
        """Bytes all contents may take together."""
        self.written = 0
        """Bytes of all contents ever: as long as it grows, contents come in."""
        self._used = 0
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @property
    def used(self) -> int:
        """Bytes reserved at the moment."""
        return self._used

    def reserve(self, size: int) -> Room:
        """Room for one content of at most `size` bytes. Waits until there is that much, first come first served: a
        large content is not overtaken for ever. Raises ValueError where it could never be."""
        if not 0 <= size <= self.limit:
            raise ValueError(f"{size} bytes can never fit into a spool of {self.limit}")
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: self._waiting[0] is ticket and self._used + size <= self.limit)
                self._used += size
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
        return Room(self, size)

    def count(self, size: int) -> None:
        """Called by a room that was written to."""
        with self._changed:
            self.written += size

    def give_back(self, size: int) -> None:
        """Called by a room that shrinks or closes."""
        with self._changed:
            self._used -= size
            self._changed.notify_all()


class Room:
    """The bytes of one content: written by one thread, then read by any number of them."""

    def __init__(self, spool: Spool, reserved: int) -> None:
        self.size = 0
        """Bytes written."""
        self._spool = spool
        self._reserved = reserved
        self._memory = io.BytesIO()
        self._file: BinaryIO | None = None
        self._bytes = b""

    def write(self, chunk: bytes) -> Gap | None:
        """Append. A gap means that the disk would not take it. Raises ValueError beyond what was reserved."""
        if self.size + len(chunk) > self._reserved:
            raise ValueError(f"more than the {self._reserved} bytes reserved")
        try:
            if self._file is None and self.size + len(chunk) > MEMORY_LIMIT:
                self._move_to_file()
            if self._file is None:
                self._memory.write(chunk)
            else:
                _write_all(self._file, chunk)
        except OSError as error:
            return Gap(Unchecked.SPOOL_UNAVAILABLE, f"{self._spool.folder}: {error.strerror}")
        self.size += len(chunk)
        self._spool.count(len(chunk))
        return None

    def settle(self) -> None:
        """All is written: give back what was reserved beyond it."""
        self._bytes = self._memory.getvalue()
        self._spool.give_back(self._reserved - self.size)
        self._reserved = self.size

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` on, in pieces. Each call is a pass of its own."""
        for offset in range(start, self.size, PIECE):
            yield self.read_at(offset, PIECE)

    def read_at(self, offset: int, length: int) -> bytes:
        """`length` bytes (at most 16 MiB) from `offset`; fewer at the end. Raises ValueError outside these bounds."""
        if offset < 0 or not 0 <= length <= LONGEST_READ:
            raise ValueError(f"cannot read {length} bytes from {offset}")
        if self._file is None:
            return self._bytes[offset : offset + length]
        return os.pread(self._file.fileno(), length, offset)

    def descriptor(self) -> AbstractContextManager[int]:
        """All bytes as a read-only descriptor, for another process."""
        return in_memory(self._bytes) if self._file is None else read_only(self._file.fileno())

    def close(self) -> None:
        """Drop the bytes and give the room back; a second call does nothing."""
        if self._file is not None:
            self._file.close()
        self._bytes = b""
        self._memory.close()
        self._spool.give_back(self._reserved)
        self._reserved = 0

    def _move_to_file(self) -> None:
        # O_TMPFILE where the file system knows it, else unlinked at once: no crash leaves a content behind.
        self._file = tempfile.TemporaryFile(buffering=0, dir=self._spool.folder)  # noqa: SIM115 -- closed by close()
        _write_all(self._file, self._memory.getvalue())
        self._memory = io.BytesIO()


@dataclass(frozen=True, slots=True)
class SpooledContent:
    """A version's bytes, read and hashed; what engines are shown."""

    facts: ContentFacts
    head: bytes
    """The first 64 KiB."""
    room: Room

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        return self.room.chunks(start)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.room.read_at(offset, length)

    def descriptor(self) -> AbstractContextManager[int]:
        return self.room.descriptor()

    def close(self) -> None:
        self.room.close()


def _write_all(file: BinaryIO, content: bytes) -> None:
    """An unbuffered file may take less than it is given, and says so only in the number."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
