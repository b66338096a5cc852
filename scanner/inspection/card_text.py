"""Files in calendars and visiting cards (iCalendar, RFC 5545; vCard, RFC 6350): a line of base64 each, which clamd does
not decode.

Pure. As generous as the programs that save them: parameters in any order, old names of the encoding, folded anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import re2

BEGIN = re2.compile(rb"(?i)begin:v(?:calendar|card|event|todo|journal)")
HEAD = re.compile(rb"(?:[^\":\r\n]++|\"[^\"\r\n]*+\")*+:")
"""Name and parameters, of which one in quotes may hold a colon."""
BASE64 = frozenset({b"b", b"base64", b"encoding=b", b"encoding=base64"})
"""Parameters, in small letters and without quotes; the short ones are of vCard 2.1."""
ADDRESS = re.compile(rb"data:[^,\r\n]{0,400};[ \t]*base64[ \t]*,", re.IGNORECASE)
LONGEST_HEAD = 4096
NAMES = (b"filename=", b"x-filename=", b"x-label=", b"x-apple-filename=")
FURTHER = re.compile(rb"\n[A-Za-z0-9+/=]++[ \t]*+(?=\n|\Z)")
"""A line of base64 that is not folded, as some old programs write them."""


class CardFile(NamedTuple):
    name: bytes
    """Empty where none is given."""
    coded: bytes


def has_card_file(data: bytes) -> bool:
    """Whether there is one in the first bytes of a content."""
    return next(card_files(data), None) is not None


def card_files(data: bytes) -> Iterator[CardFile]:
    if BEGIN.search(data) is None:
        return
    lines, at = _unfolded(data), 0
    while at < len(lines):
        end = lines.find(b"\n", at)
        end = len(lines) if end < 0 else end
        start = _start(lines, at, end)
        if start is not None:
            end = _end(lines, end)
            yield CardFile(_name(_parameters(lines, at, start)), lines[start:end])
        at = end + 1


def _unfolded(data: bytes) -> bytes:
    # Not by an expression: it makes a list of what may be millions of pieces.
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines.replace(b"\n ", b"").replace(b"\n\t", b"")


def _start(lines: bytes, at: int, end: int) -> int | None:
    """Where the base64 of a line begins; None where it holds none."""
    head = HEAD.match(lines, at, min(end, at + LONGEST_HEAD))
    if head is None:
        return None
    address = ADDRESS.match(lines, head.end(), end)
    if address is not None:
        return address.end()
    parameters = _parameters(lines, at, head.end())
    return head.end() if any(_bare(one.lower()) in BASE64 for one in parameters) else None


def _parameters(lines: bytes, at: int, end: int) -> list[bytes]:
    head = HEAD.match(lines, at, end)
    return head[0][:-1].split(b";")[1:] if head is not None else []


def _bare(parameter: bytes) -> bytes:
    return parameter.translate(None, b" \t\"'")


def _end(lines: bytes, end: int) -> int:
    while (further := FURTHER.match(lines, end)) is not None:
        end = further.end()
    return end


def _name(parameters: list[bytes]) -> bytes:
    given = (one.strip() for one in parameters if one.strip().lower().startswith(NAMES))
    return next(given, b"").partition(b"=")[2].strip(b" \t\"'")
