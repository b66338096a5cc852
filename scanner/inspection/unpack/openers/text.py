"""Text that regular expressions on bytes would miss, because its characters are two or four bytes wide.

Text in UTF-8 or in an eight-bit character set is searched as it lies; of such this opener tells nothing.
"""

from __future__ import annotations

import codecs

from scanner.inspection.unpack.opening import Source, Told

PIECE = 256 * 1024
SAMPLE = 4096
"""Bytes from which the encoding is guessed where there is no byte order mark."""
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDEST = 0x10FFFF


def open_text(source: Source, told: Told) -> None:
    encoding = wide_encoding(source.head)
    if encoding is None:
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    told.text(decoder.decode(source.file.read(PIECE)).removeprefix("\ufeff"))
    while piece := source.file.read(PIECE):
        told.text(decoder.decode(piece))
    told.text(decoder.decode(b"", final=True))


def wide_encoding(head: bytes) -> str | None:
    """The wide encoding that a content beginning with `head` is text in; None where its bytes are text or no text."""
    for mark, encoding in MARKS:
        if head.startswith(mark) and _plausible(head[len(mark) :], encoding):
            return encoding
    return _by_zeros(head[:SAMPLE])


def _plausible(rest: bytes, encoding: str) -> bool:
    """Whether the first character after a mark of UTF-32 can be one: FF FE 00 00 also begins UTF-16."""
    if not encoding.startswith("utf-32") or len(rest) < 4:
        return True
    return int.from_bytes(rest[:4], "little" if encoding.endswith("le") else "big") <= WIDEST


def _by_zeros(sample: bytes) -> str | None:
    """What western text leaves zero: three bytes of four, or one of two, always in the same places."""
    count = len(sample) // 4
    if count == 0 or b"\0" not in sample:
        return None
    zeros = tuple(sample[place : count * 4 : 4].count(0) / count for place in range(4))
    filled, empty = 0.05, 0.7
    if zeros[0] < filled and min(zeros[1:]) > empty:
        return "utf-32-le"
    if zeros[3] < filled and min(zeros[:3]) > empty:
        return "utf-32-be"
    if max(zeros[0], zeros[2]) < filled and min(zeros[1], zeros[3]) > empty:
        return "utf-16-le"
    if max(zeros[1], zeros[3]) < filled and min(zeros[0], zeros[2]) > empty:
        return "utf-16-be"
    return None


CHARSETS = (
    "ascii",
    "utf-",
    "iso8859-",
    "cp",
    "koi8",
    "euc",
    "gb",
    "big5",
    "shift_jis",
    "iso2022",
    "mac",
    "tis-620",
    "hz",
)
"""How Python calls encodings of text. It knows others, some of them slow on purpose-made input (punycode, idna)."""


def charset(name: str) -> str:
    """The encoding that a document names, as one that decodes any bytes; western Windows' for what nobody knows."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return "cp1252"
    return known if known.startswith(CHARSETS) and known != "utf-7" else "cp1252"
