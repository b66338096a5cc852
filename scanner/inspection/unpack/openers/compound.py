"""An OLE compound file (doc, xls, ppt, msi, msg, vbaProject.bin) as olefile reads it, within limits.

olefile reads what a header claims, not what the file can hold, and recurses down the directory; both are fenced here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import olefile

from scanner.inspection.unpack.opening import TooMuch

MAGIC = olefile.MAGIC
HEADER = struct.Struct("<8s16s6H10I")
"""Up to the list of FAT sectors ([MS-CFB] 2.2)."""
DAMAGE = (
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    UnicodeError,
    struct.error,
)
"""What olefile raises for damaged files beside OSError and ValueError; seen by fuzzing."""
Path = tuple[str, ...]


class Compound:
    """The streams of a compound file."""

    def __init__(self, ole: olefile.OleFileIO, size: int) -> None:
        self._ole = ole
        self._size = size
        self.streams: tuple[Path, ...] = tuple(tuple(path) for path in ole.listdir(streams=True, storages=False))
        self._by_name = {_key(path): path for path in self.streams}

    @property
    def storages(self) -> tuple[Path, ...]:
        """Folders that hold a stream directly."""
        return tuple(sorted({path[:-1] for path in self.streams}))

    def __contains__(self, path: Path) -> bool:
        return _key(path) in self._by_name

    def read(self, path: Path, most: int) -> bytes:
        """A stream as a whole; names are told apart without regard to case.

        Raises ValueError or OSError where it cannot be read, TooMuch (a ValueError) beyond `most` bytes.
        """
        shown = "/".join(path)[:80]
        try:
            written = list(self._by_name[_key(path)])
            size = self._ole.get_size(written)
            if size > self._size:
                raise ValueError(f"stream {shown!r} claims {size} bytes")
            if size > most:
                raise TooMuch(f"stream {shown!r} has more than {most} bytes")
            return bytes(self._ole.openstream(written).read())
        except DAMAGE as error:
            raise ValueError(f"stream {shown!r}: {type(error).__name__}") from error

    def root_clsid(self) -> str:
        return str(self._ole.root.clsid)


@contextmanager
def compound_file(file: BinaryIO, size: int) -> Iterator[Compound]:
    """Raises ValueError or OSError for what is no compound file that can be read."""
    _check_header(file, size)
    with _opened(file) as ole:
        yield _listed(ole, size)


def _check_header(file: BinaryIO, size: int) -> None:
    """olefile loops as often as these counts say."""
    file.seek(0)
    raw = file.read(HEADER.size)
    if len(raw) < HEADER.size or not raw.startswith(MAGIC):
        raise ValueError("OLE: no header")
    _, _, _, _, _, shift, mini_shift, _, _, _, fats, _, _, _, _, mini_fats, _, difats = HEADER.unpack(raw)
    if shift not in {9, 12} or mini_shift != 6:
        raise ValueError("OLE: sectors of a size that there is not")
    if max(fats, mini_fats, difats) > size >> shift:
        raise ValueError("OLE: the header claims more sectors than there are")


def _opened(file: BinaryIO) -> olefile.OleFileIO:
    file.seek(0)
    try:
        return olefile.OleFileIO(file)
    except DAMAGE as error:
        raise ValueError(f"OLE: {type(error).__name__} {error}") from error


def _listed(ole: olefile.OleFileIO, size: int) -> Compound:
    try:
        return Compound(ole, size)
    except DAMAGE as error:
        raise ValueError(f"OLE directory: {type(error).__name__}") from error


def _key(path: Path) -> str:
    return "/".join(path).lower()
