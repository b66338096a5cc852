"""What is packed behind a script; see `inspection.packed_script` for what that is."""

from __future__ import annotations

import lzma

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.marks import LOOKED_THROUGH
from scanner.inspection.packed_script import Packed, behind_first_line, find_packed, has_packed
from scanner.inspection.unpack.openers.compressed import Behind, decompressor, unpacked
from scanner.inspection.unpack.openers.libarchive import PIECE
from scanner.inspection.unpack.openers.window import window
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable

NAME = "packed"
MOST = 50
"""Of what begins like something packed. Mostly there is one, and it is."""


def has_packed_behind(source: Source) -> bool:
    return not is_archive(source.head, source.mime) and has_packed(source.beginning())


def open_packed(source: Source, told: Told) -> None:
    """One after the other; between them anything may stand. What only begins like one is passed over: nothing would
    unpack it."""
    data, base = source.beginning(), 0
    at = behind_first_line(data)
    for _ in range(MOST):
        found = None if at is None else find_packed(data, at - base)
        if found is None:
            return
        at = _hand_on(source, Packed(base + found.start, found.mark), told)
        if at >= base + len(data):
            data, base = source.read_at(at, LOOKED_THROUGH), at
    told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"more than {MOST} packed contents in a script")


def _hand_on(source: Source, packed: Packed, told: Told) -> int:
    """Gives the place to look on from."""
    part = window(source, packed.start)
    known = decompressor(part.head)
    if known is None:
        told.member(NAME, iter(lambda: part.file.read(PIECE), b""))
        return source.size
    try:
        told.member(NAME, unpacked(part.file, *known))
    except Behind as behind:
        return packed.start + max(behind.place, 1)
    except (OSError, ValueError, EOFError, lzma.LZMAError) as error:
        if "Memory usage limit" in str(error):
            told.incomplete(Unscannable.MEMORY, str(error))
        return packed.start + 1
    return source.size
