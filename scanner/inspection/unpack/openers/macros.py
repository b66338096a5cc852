"""Code in office documents: VBA projects ([MS-OVBA]) and the macro sheets that Excel had before them.

Read by own code, not by olevba: that unpacks without a limit (two bytes become four thousand), and a module it cannot
read it leaves out without a word. The tests hold both to the same sources.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import re2

from scanner.inspection.unpack.openers.compound import Compound, Path
from scanner.inspection.unpack.openers.package import tell_gap
from scanner.inspection.unpack.opening import Told, TooMuch
from scanner.rulebook.anatomy import Trait

MAX_STREAM = 32 * 1024**2
"""Bytes of one stream of a project, packed; and of all sources together, unpacked."""
CHUNK = 4096
"""Bytes that one chunk of a compressed stream unpacks to, at most ([MS-OVBA] 2.4.1.1.4)."""
MARK = b"\0Attribut"
"""How the source of every module begins that Office has written: a flag byte of eight literals, and those."""

GAP = r"(?:[ \t]|_[ \t]*\r?\n)+"
NAMES = "|".join(
    (
        "auto_?(?:exec|open|close|exit|new|activate|deactivate)",
        "document_?(?:open|close|new|beforeclose)",
        "workbook_?(?:open|activate|deactivate|beforeclose|windowactivate|sheetcalculate)",
        "worksheet_calculate",
        "presentation_?(?:open|close|beforeclose)",
        "newdocument",
    )
)
EVENTS = "layout|painted|painting|resize|beforenavigate2|documentcomplete"
"""What a control on the page tells by itself when it is drawn. Not what needs a hand: a click, the focus."""
AUTO_EXEC = re2.compile(
    rf"(?im)(?:^|[:\r])[ \t]*(?:(?:public|private|friend|static){GAP})*(?:sub|function){GAP}"
    rf"(?:(?:{NAMES})\b|(?P<control>\w+)_(?:{EVENTS})\b)"
)
FORM = "userform"
"""How every form is called in its own events, which come only once code has opened it."""
AUTO_MODULE = re2.compile(r"(?i)auto(?:exec|open|close|exit|new)")
"""In Word, `Main` in a module of such a name runs as the macro of that name would."""
MAIN = re2.compile(rf"(?i)\bsub{GAP}main\b")


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    stream: str
    offset: int
    """Where in the stream its source begins; before it lies what the compiler made of it."""


def tell_macros(compound: Compound, told: Told) -> list[str]:
    """Tells whether there are macros in a compound file, and such as start by themselves; returns their sources.

    A project or module that cannot be read is told as incomplete.
    """
    sources = []
    left = MAX_STREAM
    for project in _projects(compound):
        told.trait(Trait.MACRO)
        try:
            found = _modules(compound, project)
        except (OSError, ValueError) as error:
            tell_gap(told, error)
            continue
        for module, encoding in found:
            source = _told_source(compound, (*project, module.stream), module, told, left)
            left -= len(source)
            text = source.decode(encoding, "replace")
            if starts_itself(module.name, text):
                told.trait(Trait.AUTO_EXEC_MACRO)
            sources.append(text)
    return sources


def starts_itself(module: str, source: str) -> bool:
    """Whether a module has code that runs when its document is opened or closed."""
    if AUTO_MODULE.fullmatch(module) and MAIN.search(source):
        return True
    return any((found["control"] or "").lower() != FORM for found in AUTO_EXEC.finditer(source))


def tell_sheet_macros(workbook: bytes, told: Told) -> None:
    """Macro sheets of a workbook stream (BIFF5 or BIFF8), and names that start them."""
    wide = False
    for kind, record in biff_records(workbook):
        if kind == _BOF:
            wide = record[:2] == BIFF8
        elif kind == _BOUNDSHEET and record[5:6] == b"\1":
            told.trait(Trait.MACRO)
        elif kind == _LBL and _auto_name(record, _NAME_START + wide):
            told.trait(Trait.AUTO_EXEC_MACRO)


def _projects(compound: Compound) -> list[Path]:
    """Folders called VBA in which a list of modules lies."""
    return [path for path in compound.storages if path and path[-1].lower() == "vba" and (*path, "dir") in compound]


def _modules(compound: Compound, project: Path) -> list[tuple[Module, str]]:
    listing = decompressed(compound.read((*project, "dir"), MAX_STREAM), MAX_STREAM)
    encoding = "latin-1"
    modules = []
    name, stream, offset = "", "", 0
    for kind, value in _dir_records(listing):
        if kind == _CODE_PAGE:
            encoding = _encoding(int.from_bytes(value[:2], "little"))
        elif kind == _MODULE_NAME:
            name, stream, offset = value.decode(encoding, "replace"), "", 0
        elif kind == _STREAM_NAME:
            stream = value.decode(encoding, "replace")
        elif kind == _STREAM_NAME_WIDE and value:
            stream = value.decode("utf-16-le", "replace")
        elif kind == _OFFSET:
            offset = int.from_bytes(value[:4], "little")
        elif kind == _MODULE_END:
            modules.append((Module(name, stream or name, offset), encoding))
    return modules


_CODE_PAGE, _VERSION, _MODULE_NAME, _STREAM_NAME, _STREAM_NAME_WIDE = 0x03, 0x09, 0x19, 0x1A, 0x32
_OFFSET, _MODULE_END = 0x31, 0x2B
_HEAD = struct.Struct("<HI")


def _dir_records(listing: bytes) -> Iterator[tuple[int, bytes]]:
    """[MS-OVBA] 2.3.4.2; every record says its length, but for the version, which says 4 and has 6 bytes."""
    at = 0
    while at + _HEAD.size <= len(listing):
        kind, size = _HEAD.unpack_from(listing, at)
        at += _HEAD.size
        size = 6 if kind == _VERSION else size
        yield kind, listing[at : at + size]
        at += size


def _encoding(code_page: int) -> str:
    try:
        return codecs.lookup("utf-8" if code_page == 65001 else f"cp{code_page}").name
    except LookupError:
        return "latin-1"


def _told_source(compound: Compound, path: Path, module: Module, told: Told, most: int) -> bytes:
    """A module's source; where it is not at its place, what looks like one in the stream."""
    try:
        stream = compound.read(path, MAX_STREAM)
        try:
            return decompressed(stream[module.offset :], most)
        except ValueError:
            start = stream.find(MARK) - 3
            return decompressed(stream[max(start, 0) :], most)
    except (OSError, ValueError) as error:
        tell_gap(told, error)
        return b""


def decompressed(packed: bytes, most: int) -> bytes:
    """[MS-OVBA] 2.4.1. Raises ValueError for what is damaged, TooMuch (one, too) beyond `most` bytes.

    An end in the middle of a chunk is no damage: what there is of it counts.
    """
    if not packed.startswith(b"\1"):
        raise ValueError("VBA: not a compressed stream")
    out = bytearray()
    at = 1
    while at + 2 <= len(packed):
        header = int.from_bytes(packed[at : at + 2], "little")
        end = at + (header & 0xFFF) + 3
        if header >> 12 & 7 != 3:
            raise ValueError("VBA: a chunk without its signature")
        chunk = packed[at + 2 : end]
        out += _chunk(chunk) if header & 0x8000 else chunk
        if len(out) > most:
            raise TooMuch(f"VBA: more than {most} bytes of source")
        at = end
    return bytes(out)


def _chunk(packed: bytes) -> bytearray:
    out = bytearray()
    at = 0
    while at < len(packed):
        flags = packed[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                _copy(out, int.from_bytes(packed[at : at + 2], "little"))
                at += 2
            else:
                out += packed[at : at + 1]
                at += 1
            if at >= len(packed):
                break
    return out


def _copy(out: bytearray, token: int) -> None:
    """[MS-OVBA] 2.4.1.3.19: the more there is to copy from, the more bits of a token say where from."""
    bits = max((len(out) - 1).bit_length(), 4)
    back = (token >> (16 - bits)) + 1
    length = (token & (0xFFFF >> bits)) + 3
    if back > len(out) or len(out) + length > CHUNK:
        raise ValueError("VBA: a chunk copies from before its beginning or beyond its end")
    pattern = out[-back:]
    out += (pattern * (length // back + 1))[:length]


_BOF, _EOF, _BOUNDSHEET, _LBL = 0x809, 0x0A, 0x85, 0x18
BIFF8 = b"\0\6"
_BIFF_HEAD = struct.Struct("<HH")
_NAME_START = 14
"""Where in a record Lbl the name begins ([MS-XLS] 2.4.150); in BIFF8 one byte more."""
_BUILT_IN = 0x20
_BUILT_IN_AUTO = frozenset({1, 2, 0x0A, 0x0B})
"""Auto_Open, Auto_Close, Auto_Activate, Auto_Deactivate ([MS-XLS] 2.5.114)."""


def biff_records(workbook: bytes) -> Iterator[tuple[int, bytes]]:
    """Up to the end of what is said of the workbook as a whole."""
    at = 0
    while at + _BIFF_HEAD.size <= len(workbook):
        kind, size = _BIFF_HEAD.unpack_from(workbook, at)
        at += _BIFF_HEAD.size
        if kind == _EOF:
            return
        yield kind, workbook[at : at + size]
        at += size


def _auto_name(record: bytes, start: int) -> bool:
    if int.from_bytes(record[:2], "little") & _BUILT_IN:
        return len(record) > start and record[start] in _BUILT_IN_AUTO
    return starts_sheet(record[start : start + 40].replace(b"\0", b"").decode("latin-1"))


def starts_sheet(name: str) -> bool:
    """Whether Excel runs the macro of this name by itself. What follows the name does not matter to it."""
    plain = name.lower().removeprefix("_xlnm.")
    return plain.startswith(("auto_open", "auto_close", "auto_activate", "auto_deactivate"))
