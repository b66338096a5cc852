"""One content packed by itself: gzip, bzip2, xz and lzma by the standard library, the rarer ones by libarchive.

Several packed streams may stand one behind the other, and count as one. What follows the last and is neither zeros nor
a stream is not looked at, which is told.
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from scanner.inspection.unpack.openers.libarchive import Archive, Broken
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable

READ = 64 * 1024
PIECE = 256 * 1024
MOST_MEMORY = 256 * 1024**2
"""Bytes that xz may take; `xz -9` takes 65 MiB, a hostile header asks for 4 GiB."""
GZIP, BZIP2, XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"
LZIP, LZIP_HEADER, LZIP_TRAILER = b"LZIP\x01", 6, 20
LZMA = re.compile(rb"\x5d\x00\x00[\x00-\xff][\x00-\x40](?:\xff{8}|[\x00-\xff]{5}\x00{3})\x00", re.DOTALL)
"""Has no mark: properties, a dictionary of 64 KiB to 1 GiB, then the size, unknown or below 1 TiB."""
RARER = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x02\x21\x4c\x18": "lz4",  # its old form
    b"\x1f\x9d": "compress",
}
SUFFIXES = {
    "tgz": "tar",
    "taz": "tar",
    "tbz": "tar",
    "tbz2": "tar",
    "txz": "tar",
    "tlz": "tar",
    "tzst": "tar",
    "svgz": "svg",
    "emz": "emf",
    "wmz": "wmf",
}
DICTIONARIES = range(12, 30)
"""Powers of two that lzip knows."""
PACKED = frozenset({"gz", "bz2", "xz", "lzma", "zst", "lz4", "z", "lz"})


class Behind(ValueError):
    """Something else stands behind the last stream, from `place` on."""

    def __init__(self, place: int) -> None:
        super().__init__("something else behind its end")
        self.place = place


class Decompressor(Protocol):
    """As in `bz2` and `lzma`."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Gunzip:
    """The same for gzip."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        try:
            return self._inner.decompress(data or self._inner.unconsumed_tail, max_length)
        except zlib.error as error:
            raise ValueError(f"gzip: {error}") from error


class Lunzip:
    """The same for lzip: a header, LZMA with an end mark of its own, and checksum and sizes (manual of lzip, 5)."""

    def __init__(self) -> None:
        self._inner: lzma.LZMADecompressor | None = None
        self._header = self._trailer = b""
        self._checksum = 0

    @property
    def eof(self) -> bool:
        return len(self._trailer) >= LZIP_TRAILER

    @property
    def needs_input(self) -> bool:
        return self._inner is None or self._inner.eof or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._trailer[LZIP_TRAILER:]

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if self._inner is None:
            self._header += data
            if len(self._header) < LZIP_HEADER:
                return b""
            data = self._header[LZIP_HEADER:]
            self._inner = _lzip(self._header[LZIP_HEADER - 1])
        piece = b""
        if self._inner.eof:
            self._trailer += data
        else:
            piece = self._inner.decompress(data, max_length)
            self._checksum = zlib.crc32(piece, self._checksum)
            self._trailer = self._inner.unused_data
        if self.eof and self._checksum != int.from_bytes(self._trailer[:4], "little"):
            raise ValueError("lzip: wrong checksum")
        return piece


def decompressor(mark: bytes) -> tuple[bytes, Callable[[], Decompressor]] | None:
    """For what begins so: the first bytes of each further stream, and what unpacks one; None for the rarer ones."""
    if mark.startswith(GZIP):
        return GZIP[:2], Gunzip
    if mark.startswith(BZIP2):
        return BZIP2, bz2.BZ2Decompressor
    if mark.startswith(XZ):
        return XZ, lambda: _lzma(lzma.FORMAT_XZ)
    if mark.startswith(LZIP):
        return LZIP, Lunzip
    return (b"\x5d", lzma_alone) if LZMA.match(mark) else None


def lzma_alone() -> lzma.LZMADecompressor:
    return _lzma(lzma.FORMAT_ALONE)


def open_compressed(source: Source, told: Told) -> None:
    head = source.head
    name = _inner_name(source)
    try:
        known = decompressor(head)
        if known is None:
            _open_rarer(source, told, name)
        else:
            stored = _stored_name(head) if head.startswith(GZIP) else ""
            told.member(stored or name, unpacked(source.file, *known))
    except lzma.LZMAError as error:
        reason = Unscannable.MEMORY if "Memory usage limit" in str(error) else Unscannable.CORRUPT
        told.incomplete(reason, str(error))


def _open_rarer(source: Source, told: Told, name: str) -> None:
    filters = [known for mark, known in RARER.items() if source.head.startswith(mark)]
    if not filters:
        return
    try:
        with Archive(source.file, ("raw", "empty"), filters) as archive:
            entry = archive.next_entry()
            if archive.filters:
                told.member(name, archive.pieces() if entry is not None else ())
            else:
                told.incomplete(Unscannable.CORRUPT, f"{filters[0]}: no such stream")
    except Broken as fault:
        told.incomplete(Unscannable.MEMORY if fault.memory else Unscannable.CORRUPT, str(fault))


def unpacked(file: BinaryIO, mark: bytes, new: Callable[[], Decompressor]) -> Iterator[bytes]:
    """All streams. Raises Behind, ValueError, OSError or LZMAError behind what could be read."""
    data = file.read(READ)
    while data:
        if not data.startswith(mark):
            raise Behind(file.tell() - len(data))
        stream = new()
        while not stream.eof:
            ended = False
            if stream.needs_input and not data:
                data = file.read(READ)
                ended = not data
            piece = stream.decompress(data, PIECE)
            data = b""
            if piece:
                yield piece
            elif ended:
                raise ValueError("cut off")
        data = _behind(stream.unused_data, file)


def _behind(rest: bytes, file: BinaryIO) -> bytes:
    """What follows a stream, without the zeros that may fill it up, and long enough to show a mark."""
    data = rest.lstrip(b"\0")
    while len(data) < len(XZ) and (more := file.read(READ)):
        data = (data + more).lstrip(b"\0")
    return data


def _lzma(format: int) -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format, memlimit=MOST_MEMORY)


def _lzip(coded: int) -> lzma.LZMADecompressor:
    """`coded`: the size of its dictionary, a power of two less some sixteenths of it."""
    if coded & 0x1F not in DICTIONARIES:
        raise lzma.LZMAError("lzip: a dictionary of no size")
    size = 1 << (coded & 0x1F)
    size -= (size >> 4) * (coded >> 5)
    if size > MOST_MEMORY:
        raise lzma.LZMAError("Memory usage limit of lzip exceeded")
    settings = {"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": 3, "lp": 0, "pb": 2}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])


def _stored_name(head: bytes) -> str:
    """The name that gzip kept, which is what some programs unpack to."""
    flags, at = head[3], 10
    if flags & 4:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    return head[at : at + 1024].partition(b"\0")[0].decode("latin-1") if flags & 8 else ""


def _inner_name(source: Source) -> str:
    stem, _, suffix = source.name.rpartition(".")
    suffix = suffix.casefold()
    if not stem:
        return source.name or "content"
    return f"{stem}.{SUFFIXES[suffix]}" if suffix in SUFFIXES else stem if suffix in PACKED else source.name
