"""Mails as Outlook saves them ([MS-OXMSG]): a compound file with a stream for each property.

A mail attached to a mail is a storage inside the same file: what it holds is told as if it were the outer mail's, since
it is no file of its own that could be handed on.
"""

from __future__ import annotations

from scanner.inspection.unpack.openers.compound import MAGIC, Compound, Path, compound_file
from scanner.inspection.unpack.openers.html import decoded, page_text
from scanner.inspection.unpack.openers.native import STREAM, native, natives
from scanner.inspection.unpack.openers.package import tell_gap
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.rulebook.anatomy import Trait

MAX_STREAM = 128 * 1024**2
PROPERTIES = ("__properties_version1.0",)
PROPERTY = "__substg1.0_"
ATTACHMENT = "__attach_version1.0_#"
WIDE, NARROW = "001f", "001e"
"""Types of a text: UTF-16, or in a character set that the reader has to know."""
TEXTS = ("0037", "1000")
"""Subject and body."""
PAGE = ("10130102", "1013001f", "1013001e")
COMPRESSED = "10090102"
"""The body as compressed RTF."""
DATA = "37010102"
NAMES = ("3707", "3704", "3001")
"""Of an attachment: long, short, as it is shown."""


def is_message(source: Source) -> bool:
    """Whether it is a compound file with the properties of a mail. False for one that cannot be read."""
    if not source.head.startswith(MAGIC):
        return False
    try:
        with compound_file(source.file, source.size) as compound:
            return PROPERTIES in compound
    except (OSError, ValueError):
        return False


def open_msg(source: Source, told: Told) -> None:
    with compound_file(source.file, source.size) as compound:
        for path in compound.streams:
            try:
                _tell_stream(compound, path, told)
            except (OSError, ValueError) as error:
                tell_gap(told, error)
        _tell_natives(compound, told)


def _tell_stream(compound: Compound, path: Path, told: Told) -> None:
    last = path[-1].lower()
    inside = len(path) > 1 and path[-2].lower().startswith(ATTACHMENT)
    if not last.startswith(PROPERTY):
        if not last.startswith("__"):
            _tell_object(compound, path, told)
        return
    tag = last.removeprefix(PROPERTY)
    if inside and tag == DATA:
        told.member(_name(compound, path[:-1]), [compound.read(path, MAX_STREAM)])
    elif not inside and tag.startswith(TEXTS):
        told.text(_text(compound.read(path, MAX_STREAM), tag) + "\n")
    elif not inside and tag in PAGE:
        told.text(page_text(decoded(compound.read(path, MAX_STREAM))) + "\n")
    elif not inside and tag == COMPRESSED and not _has_body(compound, path[:-1]):
        told.member("body.rtf", [decompressed(compound.read(path, MAX_STREAM))])


def _tell_object(compound: Compound, path: Path, told: Told) -> None:
    """A stream of another program's, attached as an object. Packages are told apart, and for themselves."""
    content = compound.read(path, MAX_STREAM)
    if path[-1].lower() != STREAM or native(content) is None:
        told.member("/".join(path[-2:]), [content])


def _tell_natives(compound: Compound, told: Told) -> None:
    try:
        for found in natives(compound):
            told.trait(Trait.OLE_PACKAGE)
            told.member(found.name, [found.content])
    except (OSError, ValueError) as error:
        tell_gap(told, error)


def _name(compound: Compound, attachment: Path) -> str:
    for tag in NAMES:
        for kind in (WIDE, NARROW):
            path = (*attachment, f"{PROPERTY}{tag}{kind}")
            if path in compound and (name := _text(compound.read(path, 4096), kind)):
                return name
    return "attachment"


def _text(stream: bytes, tag: str) -> str:
    return stream.decode("utf-16-le" if tag.endswith(WIDE) else "cp1252", "replace").rstrip("\0")


def _has_body(compound: Compound, mail: Path) -> bool:
    tags = (*PAGE, *(f"1000{kind}" for kind in (WIDE, NARROW)))
    return any((*mail, PROPERTY + tag) in compound for tag in tags)


DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""[MS-OXRTFCP] 2.1.2.1: what the window holds at first."""
WINDOW = 4096
PLAIN, PACKED = b"MELA", b"LZFu"


def decompressed(stream: bytes) -> bytes:
    """[MS-OXRTFCP]. Raises ValueError for what is neither packed nor plain, TooMuch for what claims to be huge."""
    size = int.from_bytes(stream[4:8], "little")
    if size > MAX_STREAM:
        raise TooMuch(f"a body of {size} bytes")
    if stream[8:12] == PLAIN:
        return stream[16 : 16 + size]
    if stream[8:12] != PACKED:
        raise ValueError("a body that is no compressed RTF")
    return _unpacked(stream[16:], size)


def _unpacked(packed: bytes, size: int) -> bytes:
    """Up to the mark of the end: a reference to the place where the window is written next."""
    out = bytearray()
    window = bytearray(DICTIONARY.ljust(WINDOW, b"\0"))
    write, at = len(DICTIONARY), 0
    while at < len(packed) and len(out) < size:
        flags = packed[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                token = int.from_bytes(packed[at : at + 2], "big")
                at += 2
                if token >> 4 == write:
                    return bytes(out)
                piece = _copied(window, token >> 4, (token & 0xF) + 2, write)
            else:
                piece = packed[at : at + 1]
                at += 1
            for byte in piece:
                window[write] = byte
                write = (write + 1) % WINDOW
            out += piece
    return bytes(out)


def _copied(window: bytearray, start: int, length: int, write: int) -> bytes:
    """What a reference means; where it reaches the place written next, it repeats itself."""
    distance = (write - start) % WINDOW
    return bytes(window[(start + step % distance) % WINDOW] for step in range(length))
