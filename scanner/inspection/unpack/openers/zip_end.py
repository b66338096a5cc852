"""Zips with something behind their end; see `inspection.zip_end` for what they are."""

from __future__ import annotations

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.unpack.openers.archive import ends_as_zip, open_zip
from scanner.inspection.unpack.openers.window import window
from scanner.inspection.unpack.opening import Source, Told
from scanner.inspection.zip_end import MOST_ZIPS, find_zips
from scanner.model import Unscannable


def has_zip_end(source: Source) -> bool:
    """Not those that end with the content, which `archive` opens."""
    if is_archive(source.head, source.mime) or ends_as_zip(source):
        return False
    return bool(find_zips(source.read_at, source.size))


def open_zip_end(source: Source, told: Told) -> None:
    zips = find_zips(source.read_at, source.size)
    for start, end in zips[:MOST_ZIPS]:
        open_zip(window(source, start, end), told)
    if len(zips) > MOST_ZIPS:
        told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"more than {MOST_ZIPS} zips one behind the other")
