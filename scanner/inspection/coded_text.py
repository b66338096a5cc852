"""Files between the lines of a text: by uuencode or base64 (POSIX.1-2017, uuencode), by yEnc, within a script that
unpacks itself (shar), or in a calendar or a visiting card. Programs for them look anywhere in a text; clamd
decodes the first two, in mails only.

Pure. A line that begins one is not enough, since manuals show them: a line of such a file has to follow.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

import re2

from scanner.inspection.card_text import has_card_file

BEGINNINGS = (b"begin ", b"begin-base64 ")
MODE = re.compile(rb"begin(?:-base64|) [0-7]{3}")
"""What each line that begins one has in it, looked for first: a search that starts with a word is ten times as fast as
one for beginnings of lines."""
BEGIN = re.compile(rb"^X?begin(-base64|) [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
SHAR = b"s/^X//"
"""What takes the letter away that a shar puts before lines."""
WORD = re.compile(rb"[ \t]{0,8}['\"\\]?(\w{1,80})")
LONGEST_COMMAND = 600
"""Bytes of a command of the shell from SHAR on."""
YENC = re2.compile(rb"(?i)=ybegin ")
"""Twice as fast as a search for the same bytes."""
YENC_BEGIN = re.compile(rb"^=ybegin ([^\r\n]{1,400})\r?\n(?:=ypart [^\r\n]{0,400}\r?\n)?", re.MULTILINE)
"""What yEnc (yenc.org, version 1.3) has before a file."""
BASE64 = re.compile(rb"X?[A-Za-z0-9+/]{2,200}={0,2}\r?$", re.MULTILINE)
LONGEST_LINE = 400


def has_coded_file(data: bytes) -> bool:
    """Whether a file begins in the first bytes of a content."""
    if here_document(data, 0) is not None or next(yenc_files(data), None) is not None or has_card_file(data):
        return True
    if not any(word in data for word in BEGINNINGS) or MODE.search(data) is None:
        return False
    return any(is_line(found, data) for found in BEGIN.finditer(data))


def here_document(data: bytes, at: int) -> tuple[bytes, int] | None:
    """The word that ends the next file of a shar behind `at`, and where the file begins."""
    # No expression for the whole of it: one goes back and forth within a line, with all else in the process at rest.
    while (found := data.find(SHAR, at)) >= 0:
        end = data.find(b"\n", found)
        if end < 0:
            return None
        _, _, behind = data[found : min(end, found + LONGEST_COMMAND)].partition(b"<<")
        word = WORD.match(behind)
        if word is not None:
            return word[1], end + 1
        at = end
    return None


def yenc_files(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The name of each, and where it begins. Any byte may be one of it: what begins one is all there is to see."""
    if YENC.search(data) is None:
        return
    for begin in YENC_BEGIN.finditer(data):
        before, _, name = begin[1].partition(b"name=")
        if name and b"size=" in before:
            yield name, begin.end()


def uu_bytes(line: bytes) -> bytes:
    """What a line of uuencode holds. Raises ValueError for what is none. Bits of its last letters that belong to no
    byte do not matter: GNU's uuencode leaves some, and programs for it pass over them."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        letters = (((line[0] - 0x20) & 0x3F) * 4 + 5) // 3
        return binascii.a2b_uu(line[:letters])


def is_line(begin: re.Match[bytes], data: bytes) -> bool:
    """Whether a line of a file follows the one that begins it."""
    if begin[1]:
        return BASE64.match(data, begin.end()) is not None
    line = data[begin.end() : begin.end() + LONGEST_LINE].partition(b"\n")[0].rstrip(b"\r")
    line = line.removeprefix(b"X") if begin[0].startswith(b"X") else line
    return bool(line) and len(line.rstrip()) - 1 <= 2 * 64 and _is_uu(line)


def _is_uu(line: bytes) -> bool:
    """Its first letter says how many bytes it holds; spaces at its end may be lost."""
    count = (line[0] - 0x20) & 0x3F
    coded = line[1:]
    return (
        0x20 < line[0] <= 0x60
        and all(0x20 <= each <= 0x60 for each in coded)
        and len(coded) <= (count + 2) // 3 * 4 + 2
    )
