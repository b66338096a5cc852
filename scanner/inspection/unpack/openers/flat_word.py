"""Word documents in one file of XML: what Word 2003 saved, and the parts of an OOXML document one after the other.

What is embedded stands in base64, a project of macros within a file of Office's own ("ActiveMime"), deflated.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping

from scanner.inspection.flat import WORD_ROOTS
from scanner.inspection.unpack.openers.markup import Prose, read_document
from scanner.inspection.unpack.openers.package import PIECE
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

MAX_SIZE = 256 * 1024**2
EMBEDDED = frozenset({"binData", "binaryData", "docOleData"})
PART = "part"
BREAKS = {"p": "\n", "br": "\n", "tab": "\t", "tc": "\t"}
CODE = ("editdata.mso", "vbaproject.bin")
LONGEST_HEADER = 256
"""Bytes of an ActiveMime file before what is deflated in it; nobody documents them, and 50 is what Office writes."""


class _Listener:
    def __init__(self, told: Told) -> None:
        self._told = told
        self._prose = Prose(told)
        self._name = ""
        self._coded: list[str] | None = None
        self._count = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == PART or name in EMBEDDED:
            self._name = attributes.get("name", self._name)
        if name in EMBEDDED:
            self._coded = []

    def end(self, name: str) -> None:
        if name in BREAKS:
            self._prose.add(BREAKS[name])
        elif name in EMBEDDED and self._coded is not None:
            self._hand_on("".join(self._coded))
            self._coded = None

    def text(self, piece: str) -> None:
        if self._coded is None:
            self._prose.add(piece)
        else:
            self._coded.append(piece)

    def _hand_on(self, coded: str) -> None:
        self._count += 1
        name = self._name or f"embedded-{self._count}"
        if name.lower().endswith(CODE):
            self._told.trait(Trait.MACRO)
        try:
            data = base64.b64decode(coded)
        except ValueError as error:
            self._told.incomplete(Unscannable.CORRUPT, f"{name[:80]!r}: {error}")
            return
        if data:
            self._told.member(name, [data])

    def close(self) -> None:
        self._prose.close()


def open_flat_word(source: Source, told: Told) -> None:
    listener = _Listener(told)
    read_document(_pieces(source), listener, WORD_ROOTS)
    listener.close()


def open_active_mime(source: Source, told: Told) -> None:
    """Raises ValueError where nothing is deflated in it."""
    if source.size > MAX_SIZE:
        raise TooMuch(f"an ActiveMime file of {source.size} bytes")
    content = source.file.read()
    for start in (50, *range(10, LONGEST_HEADER)):
        if content[start : start + 1] == b"\x78" and (data := _inflated(content[start:])):
            told.member("oledata.mso", [data])
            return
    raise ValueError("ActiveMime: nothing is deflated in it")


def _inflated(packed: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        data = inflating.decompress(packed, MAX_SIZE)
    except zlib.error:
        return b""
    if inflating.unconsumed_tail:
        raise TooMuch(f"an ActiveMime file with more than {MAX_SIZE} bytes")
    return data


def _pieces(source: Source) -> Iterator[bytes]:
    if source.size > MAX_SIZE:
        raise TooMuch(f"a document of {source.size} bytes of XML")
    while piece := source.file.read(PIECE):
        yield piece
