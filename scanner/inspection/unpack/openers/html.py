"""Pages: their text, and whether one makes a file of data inside itself and hands that to the reader ("smuggling").

Honest pages hold much base64 (pictures, fonts) and scripts that save files. Only the two together count, and only data
that is neither a picture nor a font.
"""

from __future__ import annotations

import html

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
DATA = re2.compile(r"[A-Za-z0-9+/%]{200,}")  # % for what is escaped as in an address
HARMLESS = re2.compile(r"(?i)(?:data:(?:image|font|audio|video)/|application/(?:x-)?font|integrity=|sourcemapping)")
FILE_DATA = re2.compile(r"(?i)data:(?:application|text)/[\w.+-]+[^'\",]{0,60};base64,")
MAKES = re2.compile(r"(?i)(?:createObjectURL|msSaveOrOpenBlob|msSaveBlob|new\s+File\s*\(|new\s+Blob\s*\()")
DECODES = re2.compile(r"(?i)(?:\batob\s*\(|fromCharCode|charCodeAt|Uint8Array|fromBase64|base64,)")
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
    if not _has_data(page):
        return False
    if all(part.search(page) for part in (MAKES, DECODES, HANDS_OVER)):
        return True
    return FILE_DATA.search(page) is not None and LINK.search(page) is not None


def _has_data(page: str) -> bool:
    """Whether there is enough base64 in it that is no picture; in one piece or in several."""
    total = 0
    for found in DATA.finditer(page):
        before = page[max(found.start() - BEFORE, 0) : found.start()]
        if not HARMLESS.search(before):
            total += found.end() - found.start()
        if total >= LEAST:
            return True
    return False


def page_text(page: str) -> str:
    """What a reader sees, roughly: no script, no style, a line for each block."""
    visible = TAG.sub("", BLOCK.sub("\n", SILENT.sub(" ", page)))
    return html.unescape(visible).encode("utf-8", "replace").decode()
