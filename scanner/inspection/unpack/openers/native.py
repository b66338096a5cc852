"""Files put into documents as objects ("packages"): the stream \\1Ole10Native, of which Microsoft documents the frame
only ([MS-OLEDS] 2.3.6); its inside is as packager.exe writes it.

The same stream also holds pictures of old programs: those are no packages.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.inspection.unpack.openers.compound import MAGIC, Compound, compound_file
from scanner.inspection.unpack.openers.package import Package, tell_gap
from scanner.inspection.unpack.opening import Told
from scanner.rulebook.anatomy import Trait

STREAM = "\x01ole10native"
MAX_PACKAGE = 128 * 1024**2
LONGEST_NAME = 1024


@dataclass(frozen=True, slots=True)
class Native:
    name: str
    """As the person saw it who put it in; may be a path, or anything."""
    content: bytes


def natives(compound: Compound) -> Iterator[Native]:
    """Raises ValueError or OSError for a stream that cannot be read."""
    for path in compound.streams:
        if path[-1].lower() == STREAM:
            found = native(compound.read(path, MAX_PACKAGE))
            if found is not None:
                yield found


def native(stream: bytes) -> Native | None:
    """The file in a native stream that is a package. What is cut off at the end is left out without a word."""
    if stream[4:6] != b"\2\0":
        return None
    label, at = _name(stream, 6)
    source, at = _name(stream, at)
    if at == 0:
        return None
    # Four bytes nobody explains, the length of a path, that path, the length of the content.
    path_length = int.from_bytes(stream[at + 4 : at + 8], "little")
    at += 8 + path_length
    size = int.from_bytes(stream[at : at + 4], "little")
    if at + 4 > len(stream):
        return None
    return Native(label or source, stream[at + 4 : at + 4 + size])


def _name(stream: bytes, start: int) -> tuple[str, int]:
    """A name that ends with a zero, and where the next thing begins; 0 where there is none."""
    end = stream.find(b"\0", start, start + LONGEST_NAME)
    if start == 0 or end < 0:
        return "", 0
    return stream[start:end].decode("cp1252", "replace"), end + 1


def tell_object(package: Package, name: str, told: Told) -> None:
    """Tells whether a part of a document holds a file. The archive opener hands the part on, the next one the file."""
    try:
        content = package.read(name, MAX_PACKAGE)
        if content.startswith(MAGIC):
            with compound_file(io.BytesIO(content), len(content)) as compound:
                if any(natives(compound)):
                    told.trait(Trait.OLE_PACKAGE)
    except (OSError, ValueError) as error:
        tell_gap(told, error)
