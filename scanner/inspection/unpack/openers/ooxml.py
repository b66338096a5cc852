"""Word, Excel, PowerPoint and Visio documents since 2007 (ECMA-376). What they hold is handed on by the archive opener.

What a part is, its content type and the relationships to it say; its name is a habit that a stranger need not share.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from posixpath import dirname, join, normpath

from scanner.inspection.unpack.openers.compound import MAGIC, compound_file
from scanner.inspection.unpack.openers.macros import MAX_STREAM, starts_sheet, tell_macros
from scanner.inspection.unpack.openers.markup import Prose, read_markup
from scanner.inspection.unpack.openers.native import tell_object
from scanner.inspection.unpack.openers.package import Package, is_elsewhere, part_name, tell_gap
from scanner.inspection.unpack.openers.part_text import BREAKS, MOST, TEXT, text_of_part
from scanner.inspection.unpack.openers.runs import wide_runs
from scanner.inspection.unpack.opening import Source, Told
from scanner.rulebook.anatomy import Trait

TYPES = "[content_types].xml"
VBA_TYPE = "application/vnd.ms-office.vbaproject"
SHEET_TYPES = ("application/vnd.ms-excel.macrosheet", "application/vnd.ms-excel.intlmacrosheet")
SHEET_KINDS = frozenset({"xlmacrosheet", "xlintlmacrosheet"})
BINARY_TYPES = ("application/vnd.ms-excel.",)
"""Parts of an xlsb, in which XML is replaced by records."""
MAX_BINARY = 64 * 1024**2
LOADED = frozenset({"attachedtemplate", "frame", "oleobject", "subdocument"})
"""Last words of the types of relationships whose target is loaded when the document is opened."""
TEXTLESS = frozenset(
    {
        "calcchain",
        "drawing",
        "fonttable",
        "numbering",
        "relationships",
        "settings",
        "slidelayout",
        "slidemaster",
        "styles",
        "tablestyles",
        "theme",
        "websettings",
    }
)
"""Last words of content types of parts without text: large in small documents, and the same in all of them."""


@dataclass(slots=True)
class _Types:
    """[Content_Types].xml."""

    defaults: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if name == "Override":
            self.overrides[part_name(attributes.get("PartName", ""))] = kind
        elif name == "Default":
            self.defaults[attributes.get("Extension", "").lower()] = kind

    def end(self, name: str) -> None: ...

    def text(self, piece: str) -> None: ...

    def of(self, part: str) -> str:
        return self.overrides.get(part) or self.defaults.get(part.rpartition(".")[2], "")


@dataclass(slots=True)
class _Relationships:
    """One part of relationships: those that leave the document, and the parts those inside lead to."""

    folder: str
    outward: list[tuple[str, str]] = field(default_factory=list)
    """Last word of the type, and the target."""
    inward: list[tuple[str, str]] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        target = attributes.get("Target", "")
        if attributes.get("TargetMode", "").lower() == "external":
            self.outward.append((kind, target))
        else:
            self.inward.append((kind, part_name(normpath(join("/", self.folder, target)))))

    def end(self, name: str) -> None: ...

    def text(self, piece: str) -> None: ...


class _Text:
    """Text of parts; of a cell that only points to a shared string, nothing."""

    def __init__(self, told: Told) -> None:
        self._prose = Prose(told)
        self._open = False
        self._shared = False
        self.starts_sheet = False
        """A name that makes Excel run a macro sheet."""
        self.starts_ribbon = False
        """A ribbon that calls a macro as soon as it is shown."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if attributes:
            if name == "c":
                self._shared = attributes.get("t") == "s"
            elif name == "definedName":
                self.starts_sheet |= starts_sheet(attributes.get("name", ""))
            elif name == "customUI":
                self.starts_ribbon |= "onLoad" in attributes
        elif name == "c":
            self._shared = False
        self._open = name in TEXT and not (self._shared and name == "v")

    def end(self, name: str) -> None:
        self._open = False
        if name in BREAKS:
            self._prose.add(BREAKS[name])

    def text(self, piece: str) -> None:
        if self._open:
            self._prose.add(piece)

    def part(self, pieces: Iterator[bytes]) -> None:
        """One of XML. Raises what `pieces` raise, after what came before it, and ValueError."""
        self._shared = False
        begun, rest = _begun(pieces)
        text = None if rest else text_of_part(b"".join(begun))
        if text is not None:
            self._prose.add(text)
        else:
            read_markup(chain(begun, rest or ()), self)

    def binary(self, part: bytes) -> None:
        for run in wide_runs(part):
            self.starts_sheet |= starts_sheet(run)
            self._prose.add(run)
            self._prose.add("\n")

    def close(self) -> None:
        self._prose.close()


@dataclass(slots=True)
class _Found:
    """Parts that are more than text, as types, relationships and names say it."""

    vba: set[str]
    macro_sheets: set[str]
    objects: set[str] = field(default_factory=set)


def open_ooxml(source: Source, told: Told) -> None:
    package = Package(source.file)
    types = _Types()
    read_markup(package.pieces(TYPES), types)
    found = _Found(
        {name for name in package.names if name.endswith("vbaproject.bin") or types.of(name) == VBA_TYPE},
        {name for name in package.names if types.of(name).startswith(SHEET_TYPES)},
    )
    for name in package.names:
        if name.endswith(".rels"):
            _follow(package, name, told, found)
    if found.macro_sheets:
        told.trait(Trait.MACRO)
    for name in sorted(found.vba.intersection(package.names)):
        _tell_vba(package, name, types, told)
    for name in sorted(found.objects.intersection(package.names)):
        tell_object(package, name, told)
    _tell_text(package, types, found, told)


def _follow(package: Package, name: str, told: Told, found: _Found) -> None:
    """What one part of relationships leads to."""
    relationships = _Relationships(dirname(dirname(name)))
    try:
        read_markup(package.pieces(name), relationships)
    except (OSError, ValueError) as error:
        tell_gap(told, error)
    if any(kind in LOADED and is_elsewhere(target) for kind, target in relationships.outward):
        told.trait(Trait.EXTERNAL_TEMPLATE)
    for kind, target in relationships.inward:
        if kind == "vbaproject":
            found.vba.add(target)
        elif kind in SHEET_KINDS:
            found.macro_sheets.add(target)
        elif kind == "oleobject":
            found.objects.add(target)


def _tell_vba(package: Package, name: str, types: _Types, told: Told) -> None:
    try:
        content = package.read(name, MAX_STREAM)
        by_default = name not in types.overrides and not name.endswith("vbaproject.bin")
        if by_default and not content.startswith(MAGIC):
            return  # The default type of .bin covers settings of printers, too.
        told.trait(Trait.MACRO)
        with compound_file(io.BytesIO(content), len(content)) as compound:
            tell_macros(compound, told)
    except (OSError, ValueError) as error:
        tell_gap(told, error)


def _tell_text(package: Package, types: _Types, found: _Found, told: Told) -> None:
    text = _Text(told)
    for name in package.names:
        kind = types.of(name)
        try:
            if name.endswith(".xml") or kind.endswith("+xml"):
                if name != TYPES and not _textless(kind):
                    text.part(package.pieces(name))
            elif kind.startswith(BINARY_TYPES):
                text.binary(package.read(name, MAX_BINARY))
        except (OSError, ValueError) as error:
            tell_gap(told, error)
    text.close()
    has_code = bool(found.macro_sheets or found.vba.intersection(package.names))
    if has_code and (text.starts_sheet or text.starts_ribbon):
        told.trait(Trait.AUTO_EXEC_MACRO)


def _begun(pieces: Iterator[bytes]) -> tuple[list[bytes], Iterator[bytes] | None]:
    """The first pieces, and the others: None where these are all."""
    begun, size = [], 0
    try:
        for piece in pieces:
            begun.append(piece)
            size += len(piece)
            if size > MOST:
                return begun, pieces
    except (OSError, ValueError) as error:
        return begun, _broken(error)
    return begun, None


def _broken(error: OSError | ValueError) -> Iterator[bytes]:
    yield from ()
    raise error


def _textless(kind: str) -> bool:
    """Whether a content type is one of TEXTLESS: `…wordprocessingml.styles+xml`."""
    return kind.removesuffix("+xml").rpartition(".")[2] in TEXTLESS
