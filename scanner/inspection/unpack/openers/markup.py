"""XML from strangers, read in pieces by expat. Entities are refused as soon as one is declared; no tree is built.

Names are told without their prefix: OOXML has two families of namespaces for the same elements, and ODF several.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol
from xml.parsers import expat

from scanner.inspection.unpack.opening import Told

ENOUGH_PIECES = 4096
ENOUGH = 256 * 1024
"""Characters."""
NAMES_KEPT = 512


NO_XML = frozenset(
    expat.errors.codes[word]
    for word in (
        expat.errors.XML_ERROR_SYNTAX,
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_MISPLACED_XML_PI,
    )
)
"""Errors that, before the first element, are those of what is none: a PHP script, say."""


class NotWellFormed(ValueError):
    """Says what is wrong, and in which line."""

    def __init__(self, error: expat.ExpatError) -> None:
        super().__init__(f"XML: {expat.ErrorString(error.code)} in line {error.lineno}")
        self.code = error.code


class Listener(Protocol):
    """What is told of a document, in its order. Names and the keys of attributes are local, without prefix."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, piece: str) -> None: ...


def _refuse_entity(*_declaration: object) -> None:
    raise ValueError("XML: declares an entity")


def read_markup(pieces: Iterable[bytes], listener: Listener, declared: Callable[..., None] = _refuse_entity) -> None:
    """Tells `listener` a whole document. Raises ValueError where it is not well-formed, and what `declared` raises: it
    is called for each entity that is declared."""
    parser = _parser(declared)
    parser.buffer_text = True
    # A document of a few pages has ten thousand elements of some twenty names.
    local, told_start, told_end = lru_cache(maxsize=NAMES_KEPT)(_local), listener.start, listener.end

    def start(name: str, attributes: dict[str, str]) -> None:
        told_start(local(name), {local(key): value for key, value in attributes.items()} if attributes else {})

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: told_end(local(name))
    parser.CharacterDataHandler = listener.text
    with _refusing():
        for piece in pieces:
            parser.Parse(piece)
        parser.Parse(b"", True)


def read_document(pieces: Iterable[bytes], listener: Listener, roots: Collection[bytes]) -> None:
    """`read_markup` for what may begin with one of these elements: nothing is told of what begins with another one, or
    is no XML at all."""
    gate = _Gate(listener, roots)
    try:
        read_markup(pieces, gate, gate.declare)
    except _OtherRoot:
        return
    except NotWellFormed as error:
        if gate.passed or error.code not in NO_XML:
            raise


class _OtherRoot(Exception):
    """The first element is none of those wanted."""


class _Gate:
    """Lets a document through to its listener by its first element."""

    def __init__(self, listener: Listener, roots: Collection[bytes]) -> None:
        self._start = listener.start
        self.end, self.text = listener.end, listener.text
        self._roots = {root.decode() for root in roots}
        self._declares = self.passed = False

    def declare(self, *_declaration: object) -> None:
        # Drawings and books declare entities, too: only those of a document that is wanted are refused.
        self._declares = True

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.passed and name not in self._roots:
            raise _OtherRoot
        if self._declares:
            _refuse_entity()
        self.passed = True
        self._start(name, attributes)


def check_elements(document: bytes) -> None:
    """Raises ValueError where `read_markup` would, and where there is more than elements and text: a comment, say."""
    parser = _parser()
    parser.CommentHandler = parser.ProcessingInstructionHandler = _refuse_other
    parser.StartCdataSectionHandler = parser.StartDoctypeDeclHandler = _refuse_other
    with _refusing():
        parser.Parse(document, True)


def _parser(declared: Callable[..., None] = _refuse_entity) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    return parser


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except expat.ExpatError as error:
        raise NotWellFormed(error) from error


def _refuse_other(*_other: object) -> None:
    raise ValueError("XML: more than elements and text")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class Prose:
    """Text that comes in crumbs, told in pieces."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._crumbs: list[str] = []
        self._length = 0

    def add(self, crumb: str) -> None:
        self._crumbs.append(crumb)
        self._length += len(crumb)
        if len(self._crumbs) >= ENOUGH_PIECES or self._length >= ENOUGH:
            self.close()

    def close(self) -> None:
        """Tells what has not been told yet."""
        if self._crumbs:
            self._told.text("".join(self._crumbs))
        self._crumbs = []
        self._length = 0
