"""Files between the lines of a text; see `coded_text` for what they are."""

from __future__ import annotations

import base64
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import count, takewhile

from scanner.inspection.archive_behind import is_archive
from scanner.inspection.base64_text import from_base64
from scanner.inspection.card_text import card_files
from scanner.inspection.coded_text import (
    BEGIN,
    Here,
    armoured,
    bare_base64,
    base64_document,
    has_coded_file,
    here_document,
    is_line,
    uu_bytes,
    yenc_files,
)
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
    return has_coded_file(source.beginning())


def open_coded(source: Source, told: Told) -> None:
    """What is cut off is handed on as far as it goes."""
    if source.size > MAX_SIZE:
        raise TooMuch(f"a text of {source.size} bytes with files in it")
    tell_coded(source.file.read(), told)


def tell_coded(content: bytes, told: Told, *, in_mail: bool = False) -> None:
    """Hands on every file between its lines. `in_mail`: lines of base64 are its own parts there."""
    seen = _tell_uuencoded(content, told)
    numbers = count(1)
    at = 0
    while (here := here_document(content, at)) is not None:
        at = _end_of(content, here)
        seen.append((here.start, at))
        told.member(
            numbered("file", next(numbers)), (line + b"\n" for line in _here_lines(content[here.start : at], here))
        )
    for name, start in yenc_files(content):
        told.member(_text(name), yenc_bytes(content, start))
    for number, file in enumerate(card_files(content), 1):
        for way, reading in enumerate(decoded(file.coded, ["base64"]).readings, 1):
            told.member(numbered(_text(file.name) or f"file{number}", way), [reading])
    for start, end in _in_base64(content, seen, in_mail=in_mail):
        told.member(numbered("file", next(numbers)), [from_base64(content[start:end])])


def _tell_uuencoded(content: bytes, told: Told) -> list[tuple[int, int]]:
    """Gives where they stand."""
    at = 0
    seen: list[tuple[int, int]] = []
    while (begin := BEGIN.search(content, at)) is not None:
        at = begin.end()
        if is_line(begin, content):
            at = _end(content, at, END_BASE64 if begin[1] else END, begin[0])
            seen.append((begin.end(), at))
            coded = _lines(content[begin.end() : at], begin[0])
            name = _text(begin[2])
            try:
                told.member(name, _by_base64(coded) if begin[1] else _by_uuencode(coded))
            except ValueError as error:
                told.incomplete(Unscannable.CORRUPT, f"{name[:80]!r}: {error}")
    return seen


def _in_base64(content: bytes, seen: list[tuple[int, int]], *, in_mail: bool) -> list[tuple[int, int]]:
    """Where it stands: in here documents, between lines of dashes, and by itself where nothing else was seen."""
    coded: list[tuple[int, int]] = []
    at = 0
    while (here := base64_document(content, at)) is not None:
        at = _end_of(content, here)
        coded.append((here.start, at))
    at = 0
    while (between := armoured(content, at)) is not None:
        coded.append(between)
        at = between[1]
    known, at = sorted(seen + coded), 0
    while not in_mail and (bare := bare_base64(content, at)) is not None:
        place = bisect_right(known, (bare[0], len(content)))
        if not place or known[place - 1][1] <= bare[0]:
            coded.append(bare)
        at = bare[1]
    return sorted(coded)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace").strip()


def _end(content: bytes, start: int, word: bytes, begin: bytes) -> int:
    """Where the line with `word` begins; the end of the content where there is none."""
    found = re.compile(b"^" + (MARK if begin.startswith(MARK) else b"") + re.escape(word), re.MULTILINE).search(
        content, start
    )
    return len(content) if found is None else found.start()


def _end_of(content: bytes, here: Here) -> int:
    tabs = rb"\t*+" if here.indented else b""
    found = re.compile(b"^" + tabs + re.escape(here.word), re.MULTILINE).search(content, here.start)
    return len(content) if found is None else found.start()


def _here_lines(coded: bytes, here: Here) -> Iterator[bytes]:
    for line in coded.splitlines():
        yield (line.lstrip(b"\t") if here.indented else line).removeprefix(MARK)


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
