"""Signs of code in the bytes of a PDF, whatever its structure: a reader repairs files that no library understands.

Looks for whole names only, which chance does not write; in compressed bytes a short one like /JS turns up by itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import re2

from scanner.rulebook.anatomy import Trait

MAX_STREAMS = 100_000
MAX_UNPACKED = 128 * 1024**2
"""Bytes that all streams together may unpack to."""
MAX_STREAM = 8 * 1024**2
"""Of one stream, as much is looked at."""
_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1


END = r"(?:[\x00\s/<>()\[\]{}%]|$)"
"""Of a name."""


def _pair(key: str, value: str) -> Any:
    """A key and its value. The value alone would do, did not addresses on the web end in it: `…/Web/JavaScript`."""
    return re2.compile((_name(key) + r"[\x00\s]*" + _name(value) + END).encode(), _BYTES)


def _name(word: str) -> str:
    """A name as it may be written: each letter as itself or as a number (ISO 32000-1, 7.3.5)."""
    return "/" + "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in word)


PAIRS = {
    Trait.PDF_JAVASCRIPT: _pair("S", "JavaScript"),
    Trait.PDF_LAUNCH: _pair("S", "Launch"),
    Trait.PDF_EMBEDDED_FILE: _pair("Type", "EmbeddedFile"),
}
FILE = re2.compile((_name("EF") + r"[\x00\s]*(?:<<|[0-9%])|" + _name("EmbeddedFile") + END).encode(), _BYTES)
"""The key under which a file specification has its files, with a value; or their type, which some do not have."""
OBJECT_STREAM = re2.compile((_name("ObjStm") + END).encode(), _BYTES)


def signs(content: bytes) -> set[Trait]:
    """What the bytes as they lie tell."""
    return {trait for trait, pair in PAIRS.items() if pair.search(content)}


def names_file(content: bytes) -> bool:
    """Whether an embedded file may be told of in the bytes as they lie."""
    return FILE.search(content) is not None


def object_streams(content: bytes) -> int:
    """How many streams call themselves one of objects."""
    return sum(1 for _ in OBJECT_STREAM.finditer(content))


def unpacked(content: bytes) -> Iterator[bytes]:
    """What lies deflated in a file, found by the word before it; without regard to its directory and to lengths."""
    left = MAX_UNPACKED
    at = content.find(b"stream")
    for _ in range(MAX_STREAMS):
        if at < 0 or left <= 0:
            return
        start = at + len(b"stream")
        while content[start : start + 1] in {b"\r", b"\n"}:
            start += 1
        piece = _inflated(content[start : start + MAX_STREAM])
        left -= len(piece)
        if piece:
            yield piece
        at = content.find(b"stream", start)


def _inflated(packed: bytes) -> bytes:
    if packed[:1] not in {b"\x08", b"\x18", b"\x28", b"\x38", b"\x48", b"\x58", b"\x68", b"\x78"}:
        return b""
    try:
        return zlib.decompressobj().decompress(packed, MAX_STREAM)
    except zlib.error:
        return b""
