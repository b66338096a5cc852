"""Reading archives with libarchive. Uses the library as `libarchive-c` loads it, with functions of our own around it:
that package tells warnings (a wrong checksum is one) only to a log, and enables all formats or one.

Never enable `mtree`, which reads files of this machine that the archive names, nor `all`, which holds it, nor the
filters lrzip, lzop and grzip, which start programs.
"""

from __future__ import annotations

import ctypes
import errno
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO

from libarchive import ffi

OK, EOF, RETRY, WARN = 0, 1, -10, -20
FATAL = -30
FAMILY = 0xFFFF0000
CPIO, TAR, ISO, XAR, LHA, CAB, RAR, SEVEN_ZIP, RAR5 = (
    0x10000, 0x30000, 0x40000, 0xA0000, 0xB0000, 0xC0000, 0xD0000, 0xE0000, 0x100000,
)  # fmt: skip
"""What the library calls them, of whatever kind."""
BLOCK = 64 * 1024
"""Bytes read from the source at once; each seek of the zip reader throws away what it has of them."""
PIECE = 256 * 1024


class Broken(ValueError):
    """The library cannot go on with an entry, or at all."""

    def __init__(self, message: str, *, final: bool, memory: bool = False) -> None:
        super().__init__(message)
        self.final = final
        """No further entry can be read."""
        self.memory = memory
        """For want of memory."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in an archive; valid for reading until the next one is asked for."""

    name: str
    size: int
    """As the archive says it; 0 where it does not."""
    folder: bool
    encrypted: bool


def _function(name: str, result: Any, *arguments: Any) -> Any:
    # By index the loader makes a new function object; by name it would hand out the one that `libarchive-c` checks.
    function = ffi.libarchive["archive_" + name]
    function.restype, function.argtypes = result, arguments
    return function


_P = ctypes.c_void_p
_new = _function("read_new", _P)
_free = _function("read_free", ctypes.c_int, _P)
_add_passphrase = _function("read_add_passphrase", ctypes.c_int, _P, ctypes.c_char_p)
_open = _function("read_open", ctypes.c_int, _P, _P, _P, ffi.READ_CALLBACK, _P)
_set_seek = _function("read_set_seek_callback", ctypes.c_int, _P, ffi.SEEK_CALLBACK)
_next_header = _function("read_next_header", ctypes.c_int, _P, ctypes.POINTER(_P))
_read_block = _function(
    "read_data_block",
    ctypes.c_int,
    _P,
    ctypes.POINTER(_P),
    ctypes.POINTER(ctypes.c_size_t),
    ctypes.POINTER(ctypes.c_longlong),
)
_error_string = _function("error_string", ctypes.c_char_p, _P)
_errno = _function("errno", ctypes.c_int, _P)
_has_encrypted = _function("read_has_encrypted_entries", ctypes.c_int, _P)
_filter_bytes = _function("filter_bytes", ctypes.c_longlong, _P, ctypes.c_int)
_format = _function("format", ctypes.c_int, _P)
_filter_count = _function("filter_count", ctypes.c_int, _P)
_pathname = _function("entry_pathname", ctypes.c_char_p, _P)
_pathname_utf8 = _function("entry_pathname_utf8", ctypes.c_char_p, _P)
_size = _function("entry_size", ctypes.c_longlong, _P)
_mode = _function("entry_filetype", ctypes.c_uint, _P)
_encrypted = _function("entry_is_encrypted", ctypes.c_int, _P)


class Archive:
    """One pass over an archive, as a context. `formats` and `filters` are those that may be recognised."""

    def __init__(
        self, file: BinaryIO, formats: Sequence[str], filters: Sequence[str] = (), passwords: Sequence[str] = ()
    ) -> None:
        self._file = file
        self._size = 0
        self._block = ctypes.create_string_buffer(BLOCK)
        self._archive = _new()
        if not self._archive:
            raise MemoryError
        for kind, names in (("filter", filters), ("format", formats)):
            for name in names:
                _function(f"read_support_{kind}_{name}", ctypes.c_int, _P)(self._archive)
        for password in passwords:
            _add_passphrase(self._archive, password.encode())

    def __enter__(self) -> Archive:
        """Raises Broken where the library knows none of the formats."""
        self._file.seek(0)
        try:
            self._check(self._start())
        except Broken:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._archive:
            _free(self._archive)
            self._archive = None

    def next_entry(self) -> Entry | None:
        """None at the end. Raises Broken; where that is not final, a further call goes on behind it."""
        pointer = _P()
        status = _next_header(self._archive, ctypes.byref(pointer))
        if status == EOF:
            return None
        # A warning means that the entry is good for what we want of it: a name, mostly, is in no known alphabet.
        if status != WARN:
            self._check(status)
        entry = _entry(pointer)
        self._size = entry.size
        return entry

    def pieces(self) -> Iterator[bytes]:
        """The content of the entry. Raises Broken after what could be read; further entries may be sound."""
        # Not by `archive_read_data`: it drops the last block where the checksum is wrong, and fills up the entries of
        # xar and warc with zeros, since their readers count on from the entry before.
        place, status = 0, OK
        while status == OK:
            status, data, offset = self._next_block()
            if status == EOF:
                yield from _zeros(min(offset, self._size) - place)
                return
            if data:
                if offset < place:
                    raise Broken("parts of an entry in the wrong order", final=False)
                yield from _zeros(offset - place)
                yield from (data[start : start + PIECE] for start in range(0, len(data), PIECE))
                place = offset + len(data)
        self._check(status)

    def _next_block(self) -> tuple[int, bytes, int]:
        """Its bytes, which may come with a warning, and where in the entry they stand."""
        block, size, offset = _P(), ctypes.c_size_t(), ctypes.c_longlong()
        status = _read_block(self._archive, ctypes.byref(block), ctypes.byref(size), ctypes.byref(offset))
        sound = status in (OK, WARN) and block.value
        return status, ctypes.string_at(block, size.value) if sound else b"", offset.value

    @property
    def encrypted(self) -> bool:
        """It has said of some entry, or of its directory, that it is encrypted."""
        return bool(_has_encrypted(self._archive) > 0)

    @property
    def filters(self) -> int:
        """How many filters took the content for theirs; known once an entry was asked for."""
        return int(_filter_count(self._archive)) - 1  # the last is none

    @property
    def family(self) -> int:
        """Of formats; known once an entry was asked for."""
        return int(_format(self._archive)) & FAMILY

    @property
    def consumed(self) -> int:
        """Bytes of the file that the entries so far took, and their end mark where all were asked for."""
        return int(_filter_bytes(self._archive, 0))

    def _start(self) -> int:
        # Kept here: the library holds them without the interpreter's knowledge.
        self._read_callback = ffi.READ_CALLBACK(self._read)
        self._seek_callback = ffi.SEEK_CALLBACK(self._seek)
        _set_seek(self._archive, self._seek_callback)
        return int(_open(self._archive, None, None, self._read_callback, None))

    def _read(self, archive: int, context: int, place: Any) -> int:
        """For the library. An exception must not leave it: it would be lost, and read as an end."""
        try:
            length = self._file.readinto(self._block)  # type: ignore[attr-defined]
        except (OSError, ValueError):
            return FATAL
        ctypes.cast(place, ctypes.POINTER(_P))[0] = ctypes.cast(self._block, _P)
        return int(length)

    def _seek(self, archive: int, context: int, offset: int, whence: int) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return FATAL

    def _check(self, status: int) -> None:
        if status == OK:
            return
        message = (_error_string(self._archive) or b"unreadable").decode("utf-8", "replace")
        code = _errno(self._archive)
        raise Broken(message, final=status <= FATAL, memory=code == errno.ENOMEM)


def _zeros(count: int) -> Iterator[bytes]:
    """A hole, as in sparse files."""
    while count > 0:
        yield bytes(min(count, PIECE))
        count -= PIECE


def _entry(pointer: ctypes.c_void_p) -> Entry:
    raw = _pathname_utf8(pointer) or _pathname(pointer) or b""
    return Entry(
        raw.decode("utf-8", "replace"),
        max(_size(pointer), 0),
        stat.S_ISDIR(_mode(pointer)),
        _encrypted(pointer) > 0,
    )
