"""Archives that begin later than a content; see `inspection.late_archive` for which."""

from __future__ import annotations

from scanner.inspection.archive_behind import FARTHEST, is_archive
from scanner.inspection.late_archive import Late, find_late
from scanner.inspection.unpack.openers.archive import open_formats
from scanner.inspection.unpack.openers.window import window
from scanner.inspection.unpack.opening import Source, Told


def has_late(source: Source) -> bool:
    return not is_archive(source.head, source.mime) and bool(_found(source))


def open_late(source: Source, told: Told) -> None:
    for start, kind in _found(source):
        open_formats(window(source, start).file, (kind,), (), told)


def _found(source: Source) -> list[Late]:
    source.file.seek(0)
    return find_late(source.head if source.size == len(source.head) else source.file.read(FARTHEST))
