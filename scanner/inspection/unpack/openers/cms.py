"""What a message holds that is signed, packed or stamped (CMS: .p7m, .tsd), be it a mail's text with its attachments or
a file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from scanner.inspection.cms_text import OCTETS, PARTS, Element, Kind, binary, cms_kind, content_at, element, kind_of
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.rulebook.anatomy import Trait

MAX_SIZE = 256 * 1024**2
DEEPEST = 50
PIECE = 256 * 1024
SUFFIXES = (".p7m", ".tsd")


def is_cms(source: Source) -> bool:
    return cms_kind(source.head) is not None


def open_cms(source: Source, told: Told) -> None:
    """Raises ValueError for damage."""
    if source.size > MAX_SIZE:
        raise TooMuch(f"a message (CMS) of {source.size} bytes")
    der = binary(source.file.read())
    kind = kind_of(der)
    named = source.name.casefold().endswith(SUFFIXES)
    name = (source.name.rpartition(".")[0] if named else "") or "content"
    if kind is Kind.LOCKED:
        told.trait(Trait.ENCRYPTED)
        told.locked(name, len(der))
        return
    found = content_at(der, kind) if kind is not None else None
    if found is None:
        return
    pieces = _octets(der, found)
    told.member(name, _unpacked(pieces) if kind is Kind.PACKED else pieces)


def _octets(der: bytes, within: Element) -> Iterator[bytes]:
    """The bytes of a string that may be in parts; what is no string, as it is."""
    if element(der, within.start).tag not in (OCTETS, PARTS):
        yield der[within.start : within.end]
        return
    at, ends = within.start, [within]
    while ends:
        if ends[-1].open and der.startswith(b"\0\0", at):
            at += 2
            ends.pop()
        elif not ends[-1].open and at >= ends[-1].end:
            ends.pop()
        else:
            at = _step(der, at, ends)
            if ends[-1].tag == OCTETS:
                yield der[ends[-1].start : ends.pop().end]


def _step(der: bytes, at: int, ends: list[Element]) -> int:
    """Into the next string, or past one that has no parts. Raises ValueError."""
    one = element(der, at)
    if one.tag not in (OCTETS, PARTS) or len(ends) > DEEPEST or one.end > len(der):
        raise ValueError(f"CMS: no part of a string at {at}")
    ends.append(one)
    return one.end if one.tag == OCTETS else one.start


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Raises ValueError for damage."""
    unpacking = zlib.decompressobj()
    try:
        for piece in pieces:
            yield unpacking.decompress(piece, PIECE)
            while unpacking.unconsumed_tail:
                yield unpacking.decompress(unpacking.unconsumed_tail, PIECE)
        while not unpacking.eof and (rest := unpacking.decompress(b"", PIECE)):
            yield rest
    except zlib.error as error:
        raise ValueError(f"CMS: {error}") from error
    if not unpacking.eof:
        raise ValueError("CMS: packed, and cut off")
