"""XML from strangers, read in pieces by expat. Entities are refused as soon as one is declared; no tree is built.

Names are told without their prefix: OOXML has two families of namespaces for the same elements, and ODF several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Protocol
from xml.parsers import expat

from scanner.inspection.unpack.opening import Told

ENOUGH_PIECES = 4096
NAMES_KEPT = 512


class Listener(Protocol):
    """What is told of a document, in its order. Names and the keys of attributes are local, without prefix."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, piece: str) -> None: ...


def read_markup(pieces: Iterable[bytes], listener: Listener) -> None:
    """Tells `listener` a whole document. Raises ValueError where it is not well-formed or declares entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entity
    # A document of a few pages has ten thousand elements of some twenty names.
    local, told_start, told_end = lru_cache(maxsize=NAMES_KEPT)(_local), listener.start, listener.end

    def start(name: str, attributes: dict[str, str]) -> None:
        told_start(local(name), {local(key): value for key, value in attributes.items()} if attributes else {})

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: told_end(local(name))
    parser.CharacterDataHandler = listener.text
    try:
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(f"XML: {expat.ErrorString(error.code)} in line {error.lineno}") from error


def _refuse_entity(*_declaration: object) -> None:
    raise ValueError("XML: declares an entity")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class Prose:
    """Text that comes in crumbs, told in pieces."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._crumbs: list[str] = []

    def add(self, crumb: str) -> None:
        self._crumbs.append(crumb)
        if len(self._crumbs) >= ENOUGH_PIECES:
            self.close()

    def close(self) -> None:
        """Tells what has not been told yet."""
        if self._crumbs:
            self._told.text("".join(self._crumbs))
        self._crumbs = []
