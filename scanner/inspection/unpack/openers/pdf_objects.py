"""The objects of a PDF: all that a reader knows, whether or not anything leads to them, also decrypted in a file."""

from __future__ import annotations

import io
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import DependencyError, DeprecationError, LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

MAX_OBJECTS = 300_000
HEAD = b"%%%s-1.7\n%%\xe2\xe3\xcf\xd3\n" % b"PDF"
"""Not in one piece, or this file would be taken for one."""
OF_FILE = ("/ObjStm", "/XRef")
"""Types of streams that hold other objects or where they are; written again, they would tell of other places."""
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DependencyError,
    DeprecationError,
    LookupError,
    NotImplementedError,
    OSError,
    PyPdfError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What pypdf raises for damaged files; seen by fuzzing."""


class Walk:
    """Through all objects that a reader knows, whether or not anything leads to them."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self.damaged = False
        """Some object could not be read."""
        self.cut = False
        """There are more than are looked at."""
        self.limited = ""
        """What stopped pypdf at one that is sound."""

    @property
    def root(self) -> bytes:
        """The reference to the catalog."""
        out = io.BytesIO()
        self._reader.trailer.raw_get("/Root").write_to_stream(out)
        return out.getvalue()

    def dictionaries(self) -> Iterator[DictionaryObject]:
        left = MAX_OBJECTS
        for reference in self.references():
            stack = [self.resolved(reference)]
            while stack:
                left -= 1
                if left < 0:
                    self.cut = True
                    return
                value = stack.pop()
                if isinstance(value, DictionaryObject):
                    yield value
                    stack.extend(part for part in value.values() if isinstance(part, (DictionaryObject, ArrayObject)))
                elif isinstance(value, ArrayObject):
                    stack.extend(part for part in value if isinstance(part, (DictionaryObject, ArrayObject)))

    def references(self) -> list[IndirectObject]:
        listed = [(number, generation) for generation, places in self._reader.xref.items() for number in places]
        listed += [(number, 0) for number in self._reader.xref_objStm]
        return [IndirectObject(number, generation, self._reader) for number, generation in dict.fromkeys(listed)]

    def resolved(self, reference: IndirectObject) -> object:
        """None for what cannot be read."""
        try:
            return reference.get_object()
        except (LimitReachedError, RecursionError) as error:
            self.limited = f"object {reference.idnum}: {type(error).__name__}"
        except DAMAGE:
            self.damaged = True
        return None


def in_the_clear(walk: Walk) -> Iterator[bytes]:
    """The file written again without its encryption, in pieces: each object under its number, streams packed as they
    were. One that cannot be read is left out, which the walk knows."""
    yield HEAD
    at, places = len(HEAD), {}
    for reference in walk.references():
        piece = _written(walk, reference)
        if piece:
            yield piece
            places[reference.idnum] = (at, reference.generation)
            at += len(piece)
    yield b"xref\n0 1\n0000000000 65535 f \n"
    for number, (place, generation) in sorted(places.items()):
        yield b"%d 1\n%010d %05d n \n" % (number, place, generation)
    yield b"trailer\n<< /Size %d /Root %s >>\nstartxref\n%d\n%%%%EOF\n" % (max(places, default=0) + 1, walk.root, at)


def _written(walk: Walk, reference: IndirectObject) -> bytes:
    value, out = walk.resolved(reference), io.BytesIO()
    if not isinstance(value, PdfObject):
        return b""
    try:
        if isinstance(value, StreamObject) and value.get("/Type") in OF_FILE:
            return b""
        value.write_to_stream(out)
    except DAMAGE:
        walk.damaged = True
        return b""
    return b"%d %d obj\n%s\nendobj\n" % (reference.idnum, reference.generation, out.getvalue())
