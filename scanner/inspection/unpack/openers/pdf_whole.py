"""Whether pypdf has read all of a PDF that may hold a file. Of a damaged object it keeps what stands before the damage,
and says so in its log at most; other programs read on, and find what stands behind.

Asked only where something names an embedded file, since every object is read once more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import StreamObject, read_object

from scanner.inspection.unpack.openers.pdf_objects import DAMAGE
from scanner.inspection.unpack.openers.pdf_scan import names_file, object_streams

OF_OBJECTS = ("pypdf.generic._base", "pypdf.generic._data_structures")
"""Loggers that tell of what was wrong in an object, and what was made of it (`pypdf._utils.logger_warning`)."""
LEADING = frozenset({"/EF", "/F", "/UF", "/DOS", "/Mac", "/Unix", "/Type", "/Filter"})
"""Keys on the way to a file. pypdf takes the first of two, others the last; titles stand twice in many honest ones."""
BLANK = b"\0\t\n\f\r "
NEAR = 64
"""Bytes behind an object in which its end must stand."""

_LOG = logging.getLogger("pypdf")
_LOG.setLevel(logging.CRITICAL)  # it tells of every defect, and strangers write those
_LOG.propagate = False


class _Repairs(logging.Handler):
    made = False

    def emit(self, record: logging.LogRecord) -> None:
        key = record.args.get("key") if isinstance(record.args, dict) else None
        self.made |= record.name in OF_OBJECTS and (key is None or key in LEADING)


def may_hide_file(reader: PdfReader, content: bytes, *, named: bool, damaged: bool) -> bool:
    """`named`: an embedded file is told of outside object streams. `damaged`: some object could not be read at all."""
    packed = _object_streams(reader)
    unread = None in packed or object_streams(content) > len(packed)
    if not (named or unread or any(one is not None and names_file(one[0]) for one in packed)):
        return False
    with _noticed() as repairs:
        whole = all(_read_whole(reader, start) for start in _starts(reader))
        whole = whole and all(one is not None and _all_read(reader, *one) for one in packed)
    return damaged or repairs.made or not whole


def _object_streams(reader: PdfReader) -> list[tuple[bytes, int] | None]:
    """Of those that are known once every object was asked for, what is in each; None for one that cannot be read."""
    known = {number for (_, number), one in reader.resolved_objects.items() if _has_objects(one)}
    return [_object_stream(reader, number) for number in known | {number for number, _ in reader.xref_objStm.values()}]


def _has_objects(one: object) -> bool:
    return isinstance(one, StreamObject) and one.get("/Type") == "/ObjStm"


def _object_stream(reader: PdfReader, number: int) -> tuple[bytes, int] | None:
    """With where its first object begins."""
    try:
        found = reader.get_object(number)
        if not isinstance(found, StreamObject):
            return None
        first = found["/First"]
        return (found.get_data(), first) if isinstance(first, int) else None
    except DAMAGE:
        return None


@contextmanager
def _noticed() -> Iterator[_Repairs]:
    repairs = _Repairs()
    _LOG.addHandler(repairs)
    _LOG.setLevel(logging.WARNING)
    try:
        yield repairs
    finally:
        _LOG.setLevel(logging.CRITICAL)
        _LOG.removeHandler(repairs)


def _starts(reader: PdfReader) -> list[int]:
    free = reader.xref_free_entry
    return [
        start
        for generation, places in reader.xref.items()
        for number, start in places.items()
        if not free.get(generation, {}).get(number, False)
    ]


def _read_whole(reader: PdfReader, start: int) -> bool:
    """Of an object, that its end stands where pypdf takes it to be."""
    file = reader.stream
    file.seek(start)
    try:
        reader.read_object_header(file)
        read_object(file, reader)
    except DAMAGE:
        return False
    return file.read(NEAR).lstrip(BLANK).startswith(b"endobj")


def _all_read(reader: PdfReader, data: bytes, first: int) -> bool:
    """Of the objects in an object stream, that each ends where the next begins."""
    try:
        offsets = sorted(first + int(offset) for offset in data[:first].split()[1::2])
        return all(
            _is_one(reader, data[start:end]) for start, end in zip(offsets, [*offsets[1:], len(data)], strict=True)
        )
    except ValueError:
        return False


def _is_one(reader: PdfReader, written: bytes) -> bool:
    file = BytesIO(written.lstrip(BLANK))
    try:
        read_object(file, reader)
    except DAMAGE:
        return False
    return not file.read().strip(BLANK)
