"""Files between the lines of a text; see `coded_text` for what they are."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import takewhile

from scanner.inspection.archive_behind import FARTHEST, is_archive
from scanner.inspection.card_text import card_files
from scanner.inspection.coded_text import BEGIN, has_coded_file, here_document, is_line, uu_bytes, yenc_files
from scanner.inspection.selftest.mail_kind import is_mail
from scanner.inspection.unpack.openers.mail_part import decoded, numbered
from scanner.inspection.unpack.openers.yenc import yenc_bytes
from scanner.inspection.unpack.opening import Source, Told, TooMuch
from scanner.model import Unscannable

MAX_SIZE = 256 * 1024**2
END, END_BASE64 = b"end", b"===="
NO_BYTES = (b"`", b" ")
MARK = b"X"
"""What a shar puts before each line."""


def has_coded(source: Source) -> bool:
    if is_archive(source.head, source.mime) or is_mail(source.head, source.name):
        return False
    source.file.seek(0)
    return has_coded_file(source.head if source.size == len(source.head) else source.file.read(FARTHEST))


def open_coded(source: Source, told: Told) -> None:
    """What is cut off is handed on as far as it goes."""
    if source.size > MAX_SIZE:
        raise TooMuch(f"a text of {source.size} bytes with files in it")
    tell_coded(source.file.read(), told)


def tell_coded(content: bytes, told: Told) -> None:
    """Hands on every file between its lines."""
    _tell_uuencoded(content, told)
    at = 0
    while (here := here_document(content, at)) is not None:
        word, begins = here
        at = _end(content, begins, word, b"")
        told.member("file", (line + b"\n" for line in _lines(content[begins:at], MARK)))
    for name, start in yenc_files(content):
        told.member(_text(name), yenc_bytes(content, start))
    for number, file in enumerate(card_files(content), 1):
        for way, reading in enumerate(decoded(file.coded, ["base64"]).readings, 1):
            told.member(numbered(_text(file.name) or f"file{number}", way), [reading])


def _tell_uuencoded(content: bytes, told: Told) -> None:
    at = 0
    while (begin := BEGIN.search(content, at)) is not None:
        at = begin.end()
        if is_line(begin, content):
            at = _end(content, at, END_BASE64 if begin[1] else END, begin[0])
            coded = _lines(content[begin.end() : at], begin[0])
            name = _text(begin[2])
            try:
                told.member(name, _by_base64(coded) if begin[1] else _by_uuencode(coded))
            except ValueError as error:
                told.incomplete(Unscannable.CORRUPT, f"{name[:80]!r}: {error}")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace").strip()


def _end(content: bytes, start: int, word: bytes, begin: bytes) -> int:
    """Where the line with `word` begins; the end of the content where there is none."""
    found = re.compile(b"^" + (MARK if begin.startswith(MARK) else b"") + re.escape(word), re.MULTILINE).search(
        content, start
    )
    return len(content) if found is None else found.start()


def _lines(coded: bytes, begin: bytes) -> Iterator[bytes]:
    """Without their ends, and without the letter before each in a shar."""
    for line in coded.splitlines():
        yield line.removeprefix(MARK) if begin.startswith(MARK) else line


def _by_uuencode(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Raises ValueError for what is none. Programs stop at a line without bytes, whatever follows it."""
    return map(uu_bytes, takewhile(lambda line: not line.startswith(NO_BYTES), lines))


def _by_base64(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Raises ValueError for what is none."""
    coded = b"".join(lines)
    yield base64.b64decode(coded[: len(coded) - len(coded) % 4])
