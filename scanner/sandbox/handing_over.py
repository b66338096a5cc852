"""Contents as read-only descriptors, to be handed to another process: it can neither change them nor move our place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def read_only(descriptor: int) -> Iterator[int]:
    """An open file once more, for reading only and with a position of its own; closed at the end."""
    again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield again
    finally:
        os.close(again)


@contextmanager
def in_memory(data: bytes) -> Iterator[int]:
    """Bytes as a file that lives in memory, for reading only."""
    descriptor = os.memfd_create("content", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False, buffering=0) as file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        with read_only(descriptor) as again:
            yield again
    finally:
        os.close(descriptor)
