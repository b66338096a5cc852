"""OpenDocument texts, sheets and slides, as packages or as one file of XML. What packages hold the archive opener hands
on; what stands in the XML itself, in base64, is handed on here.

A document made from a template names it for ever; only one that lies elsewhere on a network counts as external.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from urllib.parse import unquote

from scanner.inspection.flat import ODF_ROOTS, is_flat_odf
from scanner.inspection.unpack.openers.markup import Prose, read_document, read_markup
from scanner.inspection.unpack.openers.native import tell_object
from scanner.inspection.unpack.openers.package import PIECE, Package, is_elsewhere, part_name, tell_gap
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

MANIFEST = "meta-inf/manifest.xml"
MAX_FLAT = 256 * 1024**2
READ = frozenset({"content.xml", "styles.xml", "meta.xml"})
"""Parts that are read, at any depth: an object in a document is laid out as a document."""
INDEXES = frozenset({"script-lb.xml", "script-lc.xml", "dialog-lb.xml", "dialog-lc.xml"})
"""Lists of modules, which stand in many documents without any."""
LOADED = frozenset({"template", "section-source", "floating-frame", "object", "object-ole", "auto-reload"})
BREAKS = {"p": "\n", "h": "\n", "line-break": "\n", "table-cell": "\t", "tab": "\t", "s": " ", "module": "\n"}
EMBEDDED = "binary-data"
OPENING = frozenset(
    {
        "dom:load",
        "dom:unload",
        "office:load-finished",
        "office:new",
        "office:prepare-unload",
        "office:view-close",
        "office:view-created",
        "on-load",
        "on-unload",
        "on-new",
    }
)
"""Events of a document that come without a hand, when it is opened or closed."""


class _Listener:
    """Reads text, code, events and links, of one part after the other."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._prose = Prose(told)
        self._embedded: list[str] | None = None
        self._count = 0
        self.objects: set[str] = set()
        """Parts that are objects of other programs."""
        self.encrypted = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        href = attributes.get("href", "")
        if name == "module":
            self._told.trait(Trait.MACRO)
        elif name == "event-listener" and _runs_code(attributes.get("event-name", ""), href):
            self._told.trait(Trait.AUTO_EXEC_MACRO)
        elif name == "encryption-data":
            self.encrypted = True
        elif name in LOADED and is_elsewhere(href):
            self._told.trait(Trait.EXTERNAL_TEMPLATE)
        elif name == "object-ole":
            self.objects.add(part_name(href.removeprefix("./")))
        elif name == EMBEDDED:
            self._embedded = []

    def end(self, name: str) -> None:
        if name in BREAKS:
            self._prose.add(BREAKS[name])
        elif name == EMBEDDED:
            self._hand_on("".join(self._embedded or ()))
            self._embedded = None

    def text(self, piece: str) -> None:
        if self._embedded is None:
            self._prose.add(piece)
        else:
            self._embedded.append(piece)

    def _hand_on(self, coded: str) -> None:
        self._count += 1
        try:
            data = base64.b64decode(coded)
        except ValueError as error:
            self._told.incomplete(Unscannable.CORRUPT, f"{EMBEDDED} {self._count}: {error}")
        else:
            self._told.member(f"{EMBEDDED}-{self._count}", iter([data]))

    def close(self) -> None:
        self._prose.close()


def open_odf(source: Source, told: Told) -> None:
    listener = _Listener(told)
    if source.head.startswith(b"PK"):
        _open_package(Package(source.file), source, listener, told)
    elif is_flat_odf(source.head):
        read_document(_pieces(source.file), listener, ODF_ROOTS)
    else:
        read_markup(_pieces(source.file), listener)
    listener.close()


def _open_package(package: Package, source: Source, listener: _Listener, told: Told) -> None:
    if MANIFEST in package.names:
        read_markup(package.pieces(MANIFEST), listener)
    if listener.encrypted:
        told.trait(Trait.ENCRYPTED)
        told.locked(source.name or "document", source.size)
        return
    if any(_is_script(name) for name in package.names):
        told.trait(Trait.MACRO)
    for name in package.names:
        if _is_module(name) or name.rpartition("/")[2] in READ:
            try:
                read_markup(package.pieces(name), listener)
            except (OSError, ValueError) as error:
                tell_gap(told, error)
    for name in sorted(listener.objects.intersection(package.names)):
        tell_object(package, name, told)


def _runs_code(event: str, href: str) -> bool:
    """Whether opening or closing the document runs code of its own. Templates of LibreOffice call code installed with
    it; a path that climbs out of there calls anything (CVE-2018-16858)."""
    where = unquote(href)
    if event.lower() not in OPENING or not where:
        return False
    installed = "location=application" in where or "location=share" in where
    return ".." in where or not installed


def _is_script(name: str) -> bool:
    """Code in another language than Basic: the file is the code."""
    return name.startswith("scripts/") and not name.endswith("/")


def _is_module(name: str) -> bool:
    return name.startswith("basic/") and name.endswith(".xml") and name.rpartition("/")[2] not in INDEXES


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    left = MAX_FLAT
    while piece := file.read(PIECE):
        left -= len(piece)
        if left < 0:
            raise TooMuch(f"a document of more than {MAX_FLAT} bytes of XML")
        yield piece
