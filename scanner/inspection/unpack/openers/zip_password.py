"""Which of the known passwords a zip is under.

ZipCrypto checks one byte of a password, so that one wrong password of 256 seems right, and the library stays with the
first that does: of a hundred passwords the right one would often never be tried.
"""

from __future__ import annotations

from typing import BinaryIO

from scanner.inspection.unpack.openers.libarchive import Archive, Broken

ZIP = ("zip",)
MOST_ENTRIES = 100
"""Among how many one is looked for that is encrypted."""
MOST_BYTES = 64 * 1024**2
"""Of an entry, read to see whether its checksum is right."""


def right_first(file: BinaryIO, passwords: tuple[str, ...]) -> tuple[str, ...]:
    """All of them; first the one that opens the first member that needs one."""
    number = _first_encrypted(file) if len(passwords) > 1 else None
    if number is None:
        return passwords
    right = next((password for password in passwords if _opens(file, number, password)), passwords[0])
    return right, *(password for password in passwords if password != right)


def _first_encrypted(file: BinaryIO) -> int | None:
    """Its number, from 0."""
    try:
        with Archive(file, ZIP) as archive:
            for number in range(MOST_ENTRIES):
                entry = archive.next_entry()
                if entry is None:
                    return None
                if entry.encrypted:
                    return number
    except Broken:
        return None
    return None


def _opens(file: BinaryIO, number: int, password: str) -> bool:
    left = MOST_BYTES
    try:
        with Archive(file, ZIP, (), (password,)) as archive:
            for _ in range(number + 1):
                archive.next_entry()
            for piece in archive.pieces():
                left -= len(piece)
                if left < 0:
                    break
    except Broken:
        return False
    return True
