"""Archives that begin later than a content; see `inspection.late_archive` for which."""

from __future__ import annotations

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.late_archive import find_late
from scanner.inspection.unpack.openers.archive import open_formats
from scanner.inspection.unpack.openers.window import window
from scanner.inspection.unpack.opening import Source, Told


def has_late(source: Source) -> bool:
    return not is_archive(source.head, source.mime) and bool(find_late(source.beginning()))


def open_late(source: Source, told: Told) -> None:
    for start, kind in find_late(source.beginning()):
        open_formats(window(source, start).file, (kind,), (), told)
