"""RTF: the objects in it ([MS-OLEDS] 2.2), a template that it loads from elsewhere, its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.inspection.marks import RTF
from scanner.inspection.unpack.openers.compound import MAGIC
from scanner.inspection.unpack.openers.markup import Prose
from scanner.inspection.unpack.openers.native import native
from scanner.inspection.unpack.openers.package import is_elsewhere
from scanner.inspection.unpack.openers.rtf_reader import Reader
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

HEAD = re.compile(RTF)
MAX_SIZE = 128 * 1024**2
MAX_OBJECTS = 2000
LINKED, EMBEDDED = 1, 2
LONGEST_NAME = 1024


@dataclass(frozen=True, slots=True)
class Object:
    """An object as OLE 1 writes it."""

    kind: int
    program: str
    target: str
    """What a linked object is linked to."""
    content: bytes


def open_rtf(source: Source, told: Told) -> None:
    """Raises ValueError where it is none."""
    if source.size > MAX_SIZE:
        told.incomplete(Unscannable.LIMITS, f"RTF of {source.size} bytes")
        return
    content = source.file.read()
    if HEAD.match(content) is None:
        raise ValueError("no RTF")
    prose = Prose(told)
    reader = Reader(content, prose.add)
    reader.read()
    prose.close()
    if any(is_elsewhere(template) for template in reader.templates):
        told.trait(Trait.EXTERNAL_TEMPLATE)
    if len(reader.objects) > MAX_OBJECTS:
        told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"RTF with {len(reader.objects)} objects")
    for number, data in enumerate(reader.objects[:MAX_OBJECTS], 1):
        _tell_object(data, number, told)


def _tell_object(data: bytes, number: int, told: Told) -> None:
    found = parsed(data)
    if found is None:
        start = max(data.find(MAGIC), 0)
        if data:
            told.member(f"object{number}.bin", [data[start:]])
        return
    if found.kind == LINKED:
        told.text(f"\n{found.target}\n")
        if is_elsewhere(found.target):
            told.trait(Trait.EXTERNAL_TEMPLATE)
    packed = native(bytes(4) + found.content) if found.program.lower() == "package" else None
    if packed is not None:
        told.trait(Trait.OLE_PACKAGE)
        told.member(packed.name, [packed.content])
    elif found.content:
        told.member(f"object{number}.bin", [found.content])


def parsed(data: bytes) -> Object | None:
    """None for what is no object. Word does not look at the version in the first four bytes."""
    kind = int.from_bytes(data[4:8], "little")
    if kind not in {LINKED, EMBEDDED}:
        return None
    program, at = _name(data, 8)
    topic, at = _name(data, at)
    _, at = _name(data, at)
    if at == 0:
        return None
    if kind == LINKED:
        return Object(kind, program, topic, b"")
    size = int.from_bytes(data[at : at + 4], "little")
    return Object(kind, program, topic, data[at + 4 : at + 4 + size])


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name behind its length, and where the next thing begins; 0 where there is none."""
    length = int.from_bytes(data[at : at + 4], "little")
    if at == 0 or length > LONGEST_NAME or at + 4 + length > len(data):
        return "", 0
    return data[at + 4 : at + 4 + length].rstrip(b"\0").decode("cp1252", "replace"), at + 4 + length
