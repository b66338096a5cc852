"""winmail.dat ([MS-OXTNEF]): what Outlook sends when it takes the other side for Outlook.

A row of attributes; those of MAPI hold properties as a .msg does, and a mail attached to the mail.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.inspection.unpack.openers.html import decoded, page_text
from scanner.inspection.unpack.openers.msg import decompressed
from scanner.inspection.unpack.openers.package import tell_gap
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.model import Unscannable

HEAD = b"\x78\x9f\x3e\x22"
MAX_SIZE = 128 * 1024**2
MAX_PROPERTIES = 10_000
ATTRIBUTE = struct.Struct("<BII")
"""Level, name and length; behind the bytes follows a checksum."""
CHECKSUM = 2
MESSAGE, ATTACHMENT = 1, 2
SUBJECT, BODY, PROPERTIES = 0x00018004, 0x0002800C, 0x00069003
BEGIN, TITLE, DATA, ATTACHED = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
"""Of an attachment; the last holds its properties."""
LONG_NAME, OBJECT, HTML, RTF = 0x3707, 0x3701, 0x1013, 0x1009
SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Of the values of types that always have the same."""
MANY, WIDE, NARROW, GUID = 0x1000, 0x1F, 0x1E, 16


@dataclass(slots=True)
class _Attached:
    """An attachment in the making."""

    name: str = ""
    content: bytes | None = None


def open_tnef(source: Source, told: Told) -> None:
    if source.size > MAX_SIZE:
        raise TooMuch(f"TNEF of {source.size} bytes")
    attached = _Attached()
    for name, data in _attributes(source.file.read(), told):
        if name == BEGIN:
            _hand_on(attached, told)
            attached = _Attached()
        elif name == TITLE:
            attached.name = attached.name or _text(data, NARROW)
        elif name == DATA:
            attached.content = data
        elif name in (SUBJECT, BODY):
            told.text(_text(data, NARROW) + "\n")
        elif name in (PROPERTIES, ATTACHED):
            _tell_properties(data, attached, told)
    _hand_on(attached, told)


def _attributes(content: bytes, told: Told) -> Iterator[tuple[int, bytes]]:
    """Those before some damage, which is told: an attachment may be whole by then."""
    at = len(HEAD) + 2
    while len(content) - at >= ATTRIBUTE.size:
        level, name, length = ATTRIBUTE.unpack_from(content, at)
        at += ATTRIBUTE.size
        if level not in (MESSAGE, ATTACHMENT):
            told.incomplete(Unscannable.CORRUPT, f"TNEF: no attribute has the level {level}")
            return
        yield name, content[at : at + length]
        at += length + CHECKSUM
    # Programs that save an attachment may put the end of a line behind it.
    if at > len(content) or content[at:].strip(b"\r\n\0"):
        told.incomplete(Unscannable.CORRUPT, "TNEF: cut off")


def _hand_on(attached: _Attached, told: Told) -> None:
    if attached.content is not None:
        told.member(attached.name or "attachment", [attached.content])


def _tell_properties(data: bytes, attached: _Attached, told: Told) -> None:
    try:
        for kind, name, value in _properties(data):
            if name == LONG_NAME:
                attached.name = _text(value, kind) or attached.name
            elif name == OBJECT and HEAD in value[: GUID + len(HEAD)]:
                told.member("message.tnef", [value[value.index(HEAD) :]])
            elif name == OBJECT and value:
                told.member(attached.name or "object", [value])
            elif name == HTML:
                told.text(page_text(decoded(value)) + "\n")
            elif name == RTF:
                told.member("body.rtf", [decompressed(value)])
    except struct.error as error:
        tell_gap(told, ValueError(f"TNEF: properties cut off ({error})"))
    except ValueError as error:
        tell_gap(told, error)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, name and value of each. Raises ValueError or struct.error for damage."""
    (count,) = struct.unpack_from("<I", data)
    if count > MAX_PROPERTIES:
        raise TooMuch(f"TNEF: {count} properties")
    at = 4
    for _ in range(count):
        kind, name = struct.unpack_from("<HH", data, at)
        at = _behind_name(data, at + 4) if name >= 0x8000 else at + 4
        size = SIZES.get(kind & ~MANY)
        values = 1
        if size is None or kind & MANY:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        for _ in range(min(values, MAX_PROPERTIES)):
            length = size
            if length is None:
                (length,) = struct.unpack_from("<I", data, at)
                at += 4
            yield kind & ~MANY, name, data[at : at + length]
            at += length + -length % 4


def _behind_name(data: bytes, at: int) -> int:
    """Properties with a name of their own have a GUID, then a number or a text."""
    (kind, length) = struct.unpack_from("<II", data, at + GUID)
    at += GUID + 8
    return at + length + -length % 4 if kind else at


def _text(value: bytes, kind: int) -> str:
    text = value.decode("utf-16-le" if kind == WIDE else "cp1252", "replace")
    return text.partition("\0")[0]
