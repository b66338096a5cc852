"""An office document as the zip it is: parts read in pieces and within limits, never handed on.

Its members are handed on by the opener of archives; whoever reads a part here wants only to know what it says.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO

import re2

from scanner.inspection.unpack.openers.sound_zip import sound_members
from scanner.inspection.unpack.openers.zip_layout import is_disguised
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.model import Unscannable

PIECE = 64 * 1024
MAX_DIRECTORY = 4 * 1024**2
"""Bytes of the zip's directory; at about 100 a part, more parts than any document has."""
MAX_BYTES = 256 * 1024**2
"""Unpacked, of all parts that are read of one document."""


SCHEME = re2.compile(r"[a-z][a-z0-9+.-]+:")
"""Of an address; a drive has but one letter."""


class _Careful:
    """A file that refuses to be read in one large piece, as `zipfile` would a directory of any size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1, /) -> bytes:
        if size > MAX_DIRECTORY:
            raise TooMuch(f"zip: a directory of {size} bytes")
        return self._file.read(size)


class Package:
    """The parts of a document. Raises ValueError or OSError where it is no zip that can be read."""

    def __init__(self, file: BinaryIO) -> None:
        self._left = MAX_BYTES
        sound = sound_members(file)
        self._zip = _opened(file) if sound is None else None
        infos = self._zip.infolist() if self._zip else ()
        self._parts: dict[str, bytes | zipfile.ZipInfo] = {part_name(info.filename): info for info in infos}
        self._parts |= {part_name(name): content for name, content in sound or ()}

    @property
    def names(self) -> tuple[str, ...]:
        """As `part_name` makes them."""
        return tuple(self._parts)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a part, in pieces. Raises ValueError or OSError for what cannot be read, or no more of it."""
        part = self._parts.get(name)
        if part is None:
            raise ValueError(f"no part {name[:80]!r}")
        yield from self._counted((part,)) if isinstance(part, bytes) else self._pieces(part)

    def disguised(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Members with bytes that say they are no files: their names as written, and their content as `pieces`."""
        for info in self._zip.infolist() if self._zip else ():
            name = info.orig_filename.encode("utf-8", "replace")
            if is_disguised(name, info.create_system, info.external_attr, info.compress_size):
                yield info.filename, self._pieces(info)

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        assert self._zip is not None
        try:
            with self._zip.open(info) as part:
                yield from self._counted(iter(partial(part.read, PIECE), b""))
        # RuntimeError: encrypted. NotImplementedError (one, too): a method that Python does not know.
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise ValueError(f"part {info.filename[:80]!r}: {error}") from error

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._left -= len(piece)
            if self._left < 0:
                raise TooMuch(f"more than {MAX_BYTES} bytes of parts")
            yield piece

    def read(self, name: str, most: int) -> bytes:
        """A part as a whole. Raises TooMuch (a ValueError) where it has more than `most` bytes, and as `pieces`."""
        content = bytearray()
        for piece in self.pieces(name):
            content += piece
            if len(content) > most:
                raise TooMuch(f"part {name[:80]!r} has more than {most} bytes")
        return bytes(content)


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(_Careful(file))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError(f"zip: {error}") from error


def has_part(source: Source, *names: str) -> bool:
    """Whether it is a zip with all these parts, named as `part_name` names them. False for one that cannot be read."""
    if not source.head.startswith(b"PK"):
        return False
    try:
        return set(names) <= set(Package(source.file).names)
    except (OSError, ValueError):
        return False


def part_name(name: str) -> str:
    """The name of a part to compare by: parts are told apart without regard to case (ECMA-376 part 2, 6.2.2)."""
    return name.replace("\\", "/").lstrip("/").lower()


def tell_gap(told: Told, error: OSError | ValueError) -> None:
    reason = Unscannable.LIMITS if isinstance(error, TooMuch) else Unscannable.CORRUPT
    told.incomplete(reason, str(error))


def is_elsewhere(target: str) -> bool:
    """Whether a target is fetched over a network. What lies on a drive is not: every letter names its template so."""
    plain = target.strip().lower().replace("\\", "/")
    if plain.startswith("file:"):
        path = plain.removeprefix("file:")
        slashes = len(path) - len(path.lstrip("/"))
        host = path.lstrip("/").partition("/")[0]
        return slashes > 3 or (slashes == 2 and host != "localhost" and not host.endswith(":"))
    return plain.startswith("//") or SCHEME.match(plain) is not None
