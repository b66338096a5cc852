"""Pages: their text, and whether one makes a file of data inside itself and hands that to the reader ("smuggling").

Honest pages hold much base64 (pictures, fonts) and scripts that save files. Only the two together count, and only data
that is neither a picture nor a font. Both may be in pieces: `'at' + 'ob'`, base64 in lines or in a list.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import re2

from scanner.inspection.unpack.openers.text import charset, wide_encoding
from scanner.inspection.unpack.opening import Source, Told
from scanner.model import Unscannable
from scanner.rulebook.anatomy import Trait

MAX_SIZE = 64 * 1024**2
LEAST = 1000
"""Characters of base64 that a file worth hiding has at least: 750 bytes."""
BEFORE = 80
"""How far before data its type is looked for."""
LEAST_NUMBERS, LEAST_KINDS = 1000, 64
"""Numbers of one list that is a file, and how many of them differ: tables of programs have fewer of either."""
DATA = re2.compile(r"[A-Za-z0-9+/%]{200,}")  # % for what is escaped as in an address
PIECED = re2.compile(r"[A-Za-z0-9+/]{200,}|[\w-]{200,}")
"""The same of what stood in pieces, or in the alphabet of addresses: names, too, are written with - and _."""
DIGITS, FEWEST = "0123456789", 16
"""One of so many signs at least is a digit where they are no names."""
ESCAPES = re2.compile(r"(?:\\(?:x|u00)[0-9A-Fa-f]{2}){200,}")
"""Tables of character sets have up to 128 in a row."""
NUMBERS = re2.compile(r"(?:(?:0x[0-9A-Fa-f]{1,2}|-?[0-9]{1,3})\s{0,9},\s{0,9}){20,}")
# What a file's pieces are joined by. No part of these can be read in two ways, so that they are linear without RE2,
# which knows no look-behind, and whose binding replaces slowly.
PLUS = re.compile(r"['\"`]\s{0,20}\+\s{0,20}['\"`]")
BETWEEN = re.compile(
    r"(?=[=\\\s'\"`])(?<=[A-Za-z0-9+/%_-]{32})={0,2}"  # behind a piece that is none of prose
    r"(?:(?:\\[nrt]|[\\\s]){1,20}"  # a line's end, also an escaped one
    # The end of one text, a few words of a script (`; data +=`, `).concat(`), and the beginning of another.
    r"|['\"`][^\w$.'\"`<>]{0,24}(?:[\w$.]{1,24}[^\w$.'\"`<>]{1,12}){0,3}['\"`])"
    r"(?=[A-Za-z0-9+/%_-]{4})"
)
LETTERS = {f"{code:02{form}}": chr(code) for code in range(0x20, 0x7F) for form in "xX"}
"""As they are written behind `\\x` and `\\u00`."""
HARMLESS = re2.compile(r"(?i)(?:data:(?:image|font|audio|video)/|application/(?:x-)?font|integrity=|sourcemapping)")
FILE_DATA = re2.compile(r"(?i)data:(?:application|text)/[\w.+-]+[^'\",]{0,60};base64,")
MAKES = re2.compile(r"(?i)(?:createObjectURL|msSaveOrOpenBlob|msSaveBlob|new\s+File\s*\(|new\s+Blob\s*\()")
DECODES = re2.compile(r"(?i)(?:\batob\b|fromCharCode|charCodeAt|int8(?:Clamped)?Array|fromBase64|base64,)")
HANDS_OVER = re2.compile(r"(?i)(?:msSave|\.download\b|['\"]download['\"]|\bdownload\s*=|location(?:\.href)?\s*=)")
LINK = re2.compile(r"(?i)(?:<a\b[^>]*\bdownload\b|location(?:\.href)?\s*=|http-equiv\s*=\s*['\"]?refresh)")
SILENT = re2.compile(r"(?is)<!--.*?-->|<(?:script|style)\b.*?(?:</(?:script|style)\s*>|$)")
BLOCK = re2.compile(r"(?i)</?(?:p|div|br|tr|li|h[1-6]|table|td|th|title|section|article|option)\b[^>]*>")
TAG = re2.compile(r"<[^>]*>")
DECLARED = re2.compile(rb"(?i)charset\s*=\s*[\"']?\s*([\w.:-]{1,40})")


def open_html(source: Source, told: Told) -> None:
    if source.size > MAX_SIZE:
        told.incomplete(Unscannable.LIMITS, f"a page of {source.size} bytes")
        return
    page = decoded(source.file.read())
    if smuggles(page):
        told.trait(Trait.HTML_SMUGGLING)
    told.text(page_text(page))


def decoded(content: bytes) -> str:
    wide = wide_encoding(content)
    if wide is not None:
        return content.decode(wide, "replace")
    declared = DECLARED.search(content[:2048])
    return content.decode(charset(declared.group(1).decode("latin-1")) if declared else "utf-8", "replace")


def smuggles(page: str) -> bool:
    """Whether a page hands over a file of the data in it: by script, or by a link that holds the file."""
    whole = PLUS.sub("", page)
    code = _spelt_out(whole)
    by_script = all(part.search(code) for part in (MAKES, DECODES, HANDS_OVER))
    return (by_script or all(part.search(code) for part in (FILE_DATA, LINK))) and _has_data(whole)


def _has_data(page: str) -> bool:
    """Whether there is enough of a file in it that is no picture; in one piece or in several."""
    joined = BETWEEN.sub("", page)
    ways = (_lengths(DATA, page), _lengths(ESCAPES, page), _lengths(PIECED, joined, fewest=FEWEST))
    return any(_reaches(LEAST, lengths) for lengths in ways) or _is_listed(page)


def _lengths(pattern: Any, page: str, *, fewest: int = 0) -> Iterator[int]:
    """Of what is no picture, and has one digit in `fewest` signs."""
    for start, end in (found.span() for found in pattern.finditer(page)):
        digits = sum(page.count(digit, start, end) for digit in DIGITS) if fewest else end - start
        if digits * max(fewest, 1) >= end - start and not HARMLESS.search(page[max(start - BEFORE, 0) : start]):
            yield end - start


def _reaches(least: int, lengths: Iterator[int]) -> bool:
    return any(total >= least for total in accumulate(lengths))


def _spelt_out(code: str) -> str:
    """With letters where a script has `\\x61` or `\\u0061`."""
    first, *others = code.replace("\\u00", "\\x").split("\\x")
    return first + "".join(LETTERS.get(other[:2], other[:2]) + other[2:] for other in others)


def _is_listed(page: str) -> bool:
    """Whether a file stands in it byte by byte, as numbers."""
    found = (one.group() for one in NUMBERS.finditer(page) if one.end() - one.start() >= 2 * LEAST_NUMBERS)
    lists = (one.split(",") for one in found)
    return any(len(one) >= LEAST_NUMBERS and len(set(one)) >= LEAST_KINDS for one in lists)


def page_text(page: str) -> str:
    """What a reader sees, roughly: no script, no style, a line for each block."""
    visible = TAG.sub("", BLOCK.sub("\n", SILENT.sub(" ", page)))
    return html.unescape(visible).encode("utf-8", "replace").decode()
