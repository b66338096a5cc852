"""Bytes of file versions: small ones in memory, large ones on disk, generated ones nowhere.

A Blob never changes and is named by the SHA-512 of its bytes; many versions may share one.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Protocol

PIECE = 256 * 1024
MEMORY_LIMIT = 1024 * 1024


class Blob(Protocol):
    @property
    def size(self) -> int: ...
    @property
    def sha512(self) -> str: ...
    def pieces(self, start: int, length: int) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class MemoryBlob:
    data: bytes
    sha512: str

    @property
    def size(self) -> int:
        return len(self.data)

    async def pieces(self, start: int, length: int) -> AsyncIterator[bytes]:
        yield self.data[start : start + length]


@dataclass(frozen=True, slots=True)
class FileBlob:
    path: Path
    size: int
    sha512: str

    async def pieces(self, start: int, length: int) -> AsyncIterator[bytes]:
        if length <= PIECE:  # a thread would cost more than the read
            yield self._read(start, length)
            return
        stream = await asyncio.to_thread(self._open, start)
        try:
            while length > 0:
                piece = await asyncio.to_thread(stream.read, min(PIECE, length))
                if not piece:
                    raise EOFError(f"{self.path} is shorter than recorded")
                length -= len(piece)
                yield piece
        finally:
            stream.close()

    def _read(self, start: int, length: int) -> bytes:
        with self._open(start) as stream:
            return stream.read(length)

    def _open(self, start: int) -> IO[bytes]:
        stream = self.path.open("rb", buffering=0)
        stream.seek(start)
        return stream


@dataclass(frozen=True, slots=True)
class PatternBlob:
    """`pattern` repeated up to `size` bytes, made while it is read."""

    pattern: bytes
    size: int
    sha512: str

    async def pieces(self, start: int, length: int) -> AsyncIterator[bytes]:
        block = _block(self.pattern)
        unit = len(self.pattern)
        while length > 0:
            skip = start % unit
            take = min(PIECE, length)
            yield block[skip : skip + take]
            start += take
            length -= take


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a blob, as http.Content."""

    blob: Blob
    start: int
    length: int

    def pieces(self) -> AsyncIterator[bytes]:
        return self.blob.pieces(self.start, self.length)


def pattern_blob(pattern: bytes, size: int) -> PatternBlob:
    """Hashes `size` bytes (about two seconds a gigabyte, once a size): call it in a thread."""
    return PatternBlob(pattern, size, _pattern_sha512(pattern, size))


def memory_blob(data: bytes) -> MemoryBlob:
    return MemoryBlob(data, hashlib.sha512(data).hexdigest())


class BlobStore:
    """Where large content lies: a temporary folder that goes with the emulator, or `blobs/` in the state folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="emulator-") if folder is None else None
        self.folder = Path(self._temporary.name) if self._temporary is not None else folder or Path()
        self.folder.mkdir(parents=True, exist_ok=True)

    def writer(self) -> BlobWriter:
        return BlobWriter(self.folder)

    def close(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()


class BlobWriter:
    """Takes pieces, hashes them as they pass, and moves to disk once memory would be too much.

    Ends with `finish` or `discard`; an unfinished file is removed by neither, so call one of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hash = hashlib.sha512()
        self._pieces: list[bytes] = []
        self._held = 0
        self._file: IO[bytes] | None = None
        self.size = 0

    async def write(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._held += len(piece)
        self.size += len(piece)
        if self._held >= (PIECE if self._file else MEMORY_LIMIT):
            await asyncio.to_thread(self._spill)

    async def finish(self) -> Blob:
        if self._file is None:
            data = b"".join(self._pieces)
            return memory_blob(data)
        return await asyncio.to_thread(self._finish_file, self._file)

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(dir=self._folder, prefix="part-", delete=False)  # noqa: SIM115
        data = b"".join(self._pieces)
        self._hash.update(data)
        self._file.write(data)
        self._pieces, self._held = [], 0

    def _finish_file(self, stream: IO[bytes]) -> FileBlob:
        self._spill()
        stream.close()
        digest = self._hash.hexdigest()
        path = self._folder / digest
        Path(stream.name).replace(path)
        return FileBlob(path, self.size, digest)


@lru_cache(maxsize=16)
def _block(pattern: bytes) -> bytes:
    return pattern * ((PIECE + 2 * len(pattern)) // len(pattern))


@lru_cache(maxsize=256)
def _pattern_sha512(pattern: bytes, size: int) -> str:
    block = pattern * max(1, 1024 * 1024 // len(pattern))
    digest = hashlib.sha512()
    for _ in range(size // len(block)):
        digest.update(block)
    digest.update(block[: size % len(block)])
    return digest.hexdigest()
