"""Compound files: doc, xls, ppt as they were until 2007, msi, and whatever else is kept in them.

Of documents, their streams are no members: what lies in them as an object is. Of any other compound file, and of an
installer, every stream is handed on.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from scanner.inspection.unpack.openers import encryption
from scanner.inspection.unpack.openers.compound import MAGIC, Compound, Path, compound_file
from scanner.inspection.unpack.openers.macros import tell_macros, tell_sheet_macros
from scanner.inspection.unpack.openers.native import STREAM, native, natives
from scanner.inspection.unpack.openers.package import is_elsewhere, tell_gap
from scanner.inspection.unpack.openers.runs import narrow_runs, wide_runs
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.rulebook.anatomy import Trait

MAX_STREAM = 128 * 1024**2
BOOKS = frozenset({"workbook", "book"})
SLIDES = "powerpoint document"
TEXTS = frozenset({"worddocument", *BOOKS, SLIDES, "visiodocument"})
"""Streams that make a document, or one inside another, what it is."""
MESSAGE = ("__properties_version1.0",)
LINK = "\x01ole"
MONIKERS = (
    b"\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b",  # an address
    b"\x03\x03\x00\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46",  # a file
)
"""What a linked object is linked to ([MS-OLEDS] 2.3.3, [MS-OSHARED] 2.3.7)."""
WHOLE_FILES = frozenset({"package", "contents"})
"""Streams, in the folder of an object, that are the file itself: of an OOXML document, of a PDF."""


def open_ole(source: Source, told: Told) -> None:
    with compound_file(source.file, source.size) as compound:
        documents = [path for path in compound.streams if path[-1].lower() in TEXTS]
        if MESSAGE in compound and not documents:
            return  # a mail of Outlook, of which the opener of mails tells
        locked = encryption.is_encrypted(compound)
        if locked:
            _unlock(source, compound, told)
        code = tell_macros(compound, told)
        for text in code:
            told.text(text + "\n")
        _tell_objects(compound, told)
        if not (documents or code or locked):
            _tell_streams(compound, told)
        for path in () if locked else documents:
            _tell_document(compound, path, told)


def _unlock(source: Source, compound: Compound, told: Told) -> None:
    try:
        content = encryption.decrypted(source.file, compound, told.passwords)
    except (OSError, ValueError) as error:
        tell_gap(told, error)
        content = None
    if content is None:
        told.trait(Trait.ENCRYPTED)
        told.locked(source.name or "document", source.size)
    else:
        told.member(source.name or "document", [content])


def _tell_objects(compound: Compound, told: Told) -> None:
    """Files that lie in a document, each as the kind of document keeps them."""
    try:
        for found in natives(compound):
            told.trait(Trait.OLE_PACKAGE)
            told.member(found.name, [found.content])
        for path in compound.streams:
            if path[-1].lower() == LINK:
                _tell_link(compound.read(path, MAX_STREAM), told)
            elif len(path) > 1 and path[-1].lower() in WHOLE_FILES:
                told.member(stream_name(path), [compound.read(path, MAX_STREAM)])
            elif path[-1].lower() == SLIDES:
                for number, content in enumerate(_slide_objects(compound.read(path, MAX_STREAM)), 1):
                    _tell_macros_of(content, told)
                    told.member(f"object{number}.bin", [content])
    except (OSError, ValueError) as error:
        tell_gap(told, error)


def _tell_link(stream: bytes, told: Told) -> None:
    """An object whose content is fetched from an address as soon as it is shown (CVE-2017-0199)."""
    if any(moniker in stream for moniker in MONIKERS):
        targets = wide_runs(stream) + narrow_runs(stream)
        told.text("\n".join(targets) + "\n")
        if any(is_elsewhere(target) for target in targets):
            told.trait(Trait.EXTERNAL_TEMPLATE)


def _tell_macros_of(content: bytes, told: Told) -> None:
    """PowerPoint keeps its project as an object among the others."""
    if content.startswith(MAGIC):
        with compound_file(io.BytesIO(content), len(content)) as compound:
            tell_macros(compound, told)


_SLIDE_RECORD = struct.Struct("<HHI")
_CONTAINER = 0xF
_OBJECT = 0x1011


def _slide_objects(slides: bytes) -> Iterator[bytes]:
    """[MS-PPT] 2.10.34: compound files, each deflated or not. Containers are entered by not being passed over."""
    at = 0
    while at + _SLIDE_RECORD.size <= len(slides):
        version, kind, size = _SLIDE_RECORD.unpack_from(slides, at)
        at += _SLIDE_RECORD.size
        if kind == _OBJECT:
            value = slides[at : at + size]
            yield _inflated(value[4:]) if version >> 4 else value
        if version & 0xF != _CONTAINER:
            at += size


def _inflated(packed: bytes) -> bytes:
    inflating = zlib.decompressobj()
    try:
        content = inflating.decompress(packed, MAX_STREAM)
    except zlib.error as error:
        raise ValueError(f"an object among slides: {error}") from error
    if inflating.unconsumed_tail:
        raise TooMuch(f"an object among slides has more than {MAX_STREAM} bytes")
    return content


def _tell_streams(compound: Compound, told: Told) -> None:
    for path in compound.streams:
        try:
            content = compound.read(path, MAX_STREAM)
        except (OSError, ValueError) as error:
            tell_gap(told, error)
            continue
        if path[-1].lower() != STREAM or native(content) is None:
            told.member(stream_name(path), [content])


def stream_name(path: Path) -> str:
    """The path as one name. Windows Installer packs two letters of a stream's name into one character."""
    return "/".join("".join(map(_letters, part)) for part in path)


_INSTALLER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"


def _letters(character: str) -> str:
    code = ord(character) - 0x3800
    if 0 <= code < 0x1000:
        return _INSTALLER[code & 0x3F] + _INSTALLER[code >> 6]
    if 0x1000 <= code < 0x1040:
        return _INSTALLER[code - 0x1000]
    return character


def _tell_document(compound: Compound, path: Path, told: Told) -> None:
    try:
        content = compound.read(path, MAX_STREAM)
    except (OSError, ValueError) as error:
        tell_gap(told, error)
        return
    if path[-1].lower() in BOOKS:
        tell_sheet_macros(content, told)
    for runs in (narrow_runs(content), wide_runs(content)):
        if runs:
            told.text("\n".join(runs) + "\n")
