"""PDF, by pypdf: every object is looked at, not only what the pages lead to, since readers find other ways than we do.

What pypdf cannot parse is searched as bytes. Many honest files are slightly damaged, and readers open them anyway.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from io import BytesIO
from typing import TypeVar

from pypdf import Configuration, PageObject, PasswordType, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from scanner.inspection.marks import begins_as_pdf
from scanner.inspection.unpack.openers import pdf_objects, pdf_scan
from scanner.inspection.unpack.openers.pdf_objects import DAMAGE, Walk, in_the_clear
from scanner.inspection.unpack.openers.pdf_whole import may_hide_file
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait
from scanner.sandbox.alarm import TookTooLong, alarm_after

MAX_SIZE = 256 * 1024**2
"""Bytes; pypdf holds most of them in memory."""
MAX_PAGES = 20_000
MAX_FILES = 1000
MAX_UNPACKED = 64 * 1024**2
"""Bytes that one stream may unpack to."""
TEXT_SECONDS = 10.0
"""For the text of all pages: some 500 of them. The one thing here that costs more than a file's size lets expect."""
CONFIGURATION = Configuration(
    jbig2dec_binary=None,  # no program is started to decode pictures
    disable_legacy_handling=True,
    zlib_maximum_output_length=MAX_UNPACKED,
    lzw_maximum_output_length=MAX_UNPACKED,
    run_length_maximum_output_length=MAX_UNPACKED,
    brotli_maximum_output_length=MAX_UNPACKED,
    array_based_stream_maximum_output_length=MAX_UNPACKED,
    stream_decoding_work_maximum_length=2 * MAX_UNPACKED,
    stream_parsing_work_maximum_count=500_000,
    xform_maximum_invocations_per_extraction=500,
    page_tree_maximum_entries=MAX_PAGES,
    page_tree_maximum_page_entries=100_000,
)
END = b"\ntrailer\n<< /Size 1000 >>\nstartxref\n0\n%%EOF\n"
"""Of a file that was cut off: pypdf then searches it for objects, and the first thousand of them for the catalog."""
_Value = TypeVar("_Value")


def open_pdf(source: Source, told: Told) -> None:
    """Raises ValueError where not even its pages can be found; traits are told all the same."""
    if source.size > MAX_SIZE:
        told.incomplete(Unscannable.LIMITS, f"a PDF of {source.size} bytes")
        return
    content = source.file.read()
    for trait in sorted(pdf_scan.signs(content)):
        told.trait(trait)
    with apply_configuration(CONFIGURATION):
        try:
            reader = _repaired(content)
            locked = reader.is_encrypted and not _unlocked(reader, told.passwords)
            count = 0 if locked else min(len(reader.pages), MAX_PAGES)
        except DAMAGE as error:
            if _search(content, told) or begins_as_pdf(source.head, source.mime):
                raise ValueError(f"PDF: {type(error).__name__} {error}") from error
            return  # it only ends as one, like a PDF in a gzip that could not pack its end
        if locked:
            told.trait(Trait.ENCRYPTED)
            told.locked(source.name or "document.pdf", source.size)
        else:
            files = _tell_objects(reader, content, told)
            if reader.is_encrypted:
                _tell_in_the_clear(reader, source.name, told)
            else:
                _tell_files(files, told)
            _tell_text(reader, count, told)


def _repaired(content: bytes) -> PdfReader:
    """A reader that knows where the pages are."""
    try:
        return PdfReader(BytesIO(content), root_object_recovery_limit=1000)
    except DAMAGE:
        return PdfReader(BytesIO(content + END), root_object_recovery_limit=1000)


def _unlocked(reader: PdfReader, passwords: Iterable[str]) -> bool:
    """Most encrypted files open without a password: they only ask not to be printed."""
    return any(reader.decrypt(password) != PasswordType.NOT_DECRYPTED for password in ("", *passwords))


def _search(content: bytes, told: Told) -> bool:
    """What pypdf cannot parse may still be found by what it says. Gives whether that names an embedded file."""
    traits: set[Trait] = set()
    named = pdf_scan.names_file(content)
    for piece in pdf_scan.unpacked(content):
        traits |= pdf_scan.signs(piece)
        named = named or pdf_scan.names_file(piece)
    for trait in sorted(traits):
        told.trait(trait)
    return named


def _tell_objects(reader: PdfReader, content: bytes, told: Told) -> list[tuple[str, StreamObject]]:
    """Gives the embedded files."""
    files: dict[int, tuple[str, StreamObject]] = {}
    walk = Walk(reader)
    for found in walk.dictionaries():
        if found.get("/JS") is not None or _value(found, "/S", "") == "/JavaScript":
            told.trait(Trait.PDF_JAVASCRIPT)
            told.text(_script(found) + "\n")
        if _value(found, "/S", "") == "/Launch":
            told.trait(Trait.PDF_LAUNCH)
        if "/XFA" in found and any(b"javascript" in form.lower() for form in _forms(found)):
            told.trait(Trait.PDF_JAVASCRIPT)
        if "/EF" in found:
            files.update(_files(found))
        elif isinstance(found, StreamObject) and _value(found, "/Type", "") == "/EmbeddedFile":
            files.setdefault(id(found), ("", found))
    named = _search(content, told) if walk.damaged or walk.limited else pdf_scan.names_file(content)
    if walk.limited:
        told.incomplete(Unscannable.LIMITS, f"a PDF with more in an object than is read: {walk.limited}")
    if may_hide_file(reader, content, named=named, damaged=walk.damaged):
        told.incomplete(Unscannable.CORRUPT, "a damaged PDF with an embedded file, of which not all could be read")
    if walk.cut:
        told.incomplete(Unscannable.LIMITS, f"a PDF of more than {pdf_objects.MAX_OBJECTS} objects")
    if files:
        told.trait(Trait.PDF_EMBEDDED_FILE)
    return list(files.values())


def _tell_in_the_clear(reader: PdfReader, name: str, told: Told) -> None:
    """For clamd, which says so only where a password is needed, and else decrypts (1.4.3) what is packed besides and
    nothing else. Embedded files lie in the copy."""
    walk = Walk(reader)
    told.member(name or "document.pdf", in_the_clear(walk))
    if walk.limited:
        told.incomplete(Unscannable.LIMITS, f"an encrypted PDF with more in an object than is read: {walk.limited}")
    if walk.damaged:
        told.incomplete(Unscannable.CORRUPT, "an encrypted PDF with an object that cannot be read")


def _tell_files(files: list[tuple[str, StreamObject]], told: Told) -> None:
    if len(files) > MAX_FILES:
        told.incomplete(Unscannable.ARCHIVE_MEMBERS, f"a PDF with {len(files)} embedded files")
    for name, stream in files[:MAX_FILES]:
        try:
            data = stream.get_data()
        except LimitReachedError as error:
            told.incomplete(Unscannable.LIMITS, f"embedded file {name[:80]!r}: {error}")
        except DAMAGE as error:
            told.incomplete(Unscannable.CORRUPT, f"embedded file {name[:80]!r}: {type(error).__name__}")
        else:
            told.member(name or "embedded", [data])


def _value(found: DictionaryObject, key: str, otherwise: _Value) -> _Value | object:
    """What a key leads to, through a reference where it is one."""
    try:
        return found[key]
    except DAMAGE:
        return otherwise


def _script(action: DictionaryObject) -> str:
    """The source of an action: a string, or a stream."""
    value = _value(action, "/JS", "")
    if not isinstance(value, StreamObject):
        return value if isinstance(value, str) else ""
    return _data(value).decode("latin-1")


def _forms(found: DictionaryObject) -> list[bytes]:
    """The parts of an XFA form: one stream, or names and streams by turns."""
    value = _value(found, "/XFA", None)
    parts = [_value_at(value, index) for index in range(len(value))] if isinstance(value, ArrayObject) else [value]
    return [_data(part) for part in parts if isinstance(part, StreamObject)]


def _value_at(values: ArrayObject, index: int) -> object:
    try:
        return values[index].get_object()
    except DAMAGE:
        return None


def _data(stream: StreamObject) -> bytes:
    try:
        return stream.get_data()
    except DAMAGE:
        return b""


def _files(specification: DictionaryObject) -> dict[int, tuple[str, StreamObject]]:
    """The streams a file specification leads to, by identity: the same file stands there once for each kind of name."""
    name = next((name for key in ("/UF", "/F") if isinstance(name := _value(specification, key, ""), str) and name), "")
    streams = _value(specification, "/EF", None)
    if not isinstance(streams, DictionaryObject):
        return {}
    found = [_value(streams, key, None) for key in streams]
    return {id(stream): (name, stream) for stream in found if isinstance(stream, StreamObject)}


def _page_text(page: PageObject) -> str:
    contents = page.get_contents()
    if contents is not None:
        contents.get_data()  # pypdf takes contents beyond a limit for none when it extracts the text
    return page.extract_text()


def _tell_text(reader: PdfReader, count: int, told: Told) -> None:
    end = time.monotonic() + TEXT_SECONDS
    failed = 0
    for index in range(count):
        if time.monotonic() > end:
            told.incomplete_text(Unscannable.SCAN_TIME, f"the text of {index} of {count} pages in {TEXT_SECONDS} s")
            return
        try:
            with alarm_after(end - time.monotonic()):
                text = _page_text(reader.pages[index])
        except TookTooLong:
            told.incomplete_text(
                Unscannable.SCAN_TIME, f"page {index + 1} alone outlasted what is left of {TEXT_SECONDS} s"
            )
            return
        except LimitReachedError as error:
            told.incomplete_text(Unscannable.LIMITS, f"page {index + 1}: {error}")
            continue
        except DAMAGE:
            failed += 1
            continue
        # Fonts may name half of a pair of surrogates, which UTF-8 cannot hold.
        told.text(text.encode("utf-8", "replace").decode() + "\n")
    if count and failed == count:
        told.incomplete_text(Unscannable.CORRUPT, f"no text of any of {count} pages can be read")
