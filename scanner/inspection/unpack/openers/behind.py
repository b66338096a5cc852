"""A rar or 7z behind something else: viewers read from the front, programs for archives look for their mark further on.

Behind a picture the mark is enough, behind all else its header must be sound. A zip there is found by its end, behind
anything; see `archive.ends_as_zip` and `zip_end`.
"""

from __future__ import annotations

import re

from scanner.inspection.archive_behind import find_archive, is_archive
from scanner.inspection.unpack.openers.archive import open_formats
from scanner.inspection.unpack.openers.window import window
from scanner.inspection.unpack.opening import Source, Told

MARK = re.compile(rb"Rar!\x1a\x07(?:\x00|\x01\x00)|7z\xbc\xaf\x27\x1c\x00[\x02-\x04]")
LONGEST_MARK = 8
PIECE = 1024**2
FORMATS = ("7zip", "rar", "rar5")


def has_archive_behind(source: Source) -> bool:
    return _start(source) is not None


def open_behind(source: Source, told: Told) -> None:
    """What cannot be read there is damaged, or encrypted: its mark does not stand there by chance."""
    start = _start(source)
    if start is not None:
        open_formats(window(source, start).file, FORMATS, (), told)


def _start(source: Source) -> int | None:
    if source.mime.startswith("image/"):
        source.file.seek(0)
        return _first_mark(source)
    if is_archive(source.head, source.mime):
        return None
    return find_archive(source.beginning())


def _first_mark(source: Source) -> int | None:
    at, rest = 0, b""
    while piece := source.file.read(PIECE):
        found = MARK.search(rest + piece)
        if found is not None:
            return at - len(rest) + found.start()
        at += len(piece)
        rest = (rest + piece)[1 - LONGEST_MARK :]
    return None
