"""Files between the lines of a text: by uuencode or base64 (POSIX.1-2017, uuencode), by yEnc, within a script that
unpacks itself (shar), or in a calendar or a visiting card. Programs for them look anywhere in a text; clamd
decodes the first two, in mails only.

Pure. A line that begins one is not enough, since manuals show them: a line of such a file has to follow.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

import re2

from scanner.inspection.base64_text import from_base64, letters_of
from scanner.inspection.card_text import has_card_file
from scanner.inspection.marks import any_word

MODE = re.compile(rb"begin(?:-base64|) [0-7]{3}")
"""What each line that begins one has in it, looked for first: a search that starts with a word is ten times as fast as
one for beginnings of lines."""
BEGIN = re.compile(rb"^X?begin(-base64|) [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
OF_TEXTS = rb"(?i:=ybegin |begin:v|-----begin |s/\^x//|base64|b64[ _]?d|certutil|openssl|begin(?:-base64)? [0-7]{3})"
"""Is in each text with a file in it, but for here documents."""
WORDS = re2.compile(OF_TEXTS)
FIRST_LINE = re.compile(rb"[\x07-\x09\x0b-\x0d\x1b\x20-\x7e\x80-\xff]*+(?:\n|\Z)")
"""Of what a shell takes for a script."""
SHAR = b"s/^X//"
"""What takes the letter away that a shar puts before lines."""
HERE = b"<<"
TOLD_BY = OF_TEXTS + b"|" + any_word(HERE)
WORD = re.compile(rb"(-?)[ \t]{0,8}['\"\\]?(\w{1,80})")
DECODES = re.compile(rb"base64|openssl|decode")
"""In a command whose here document may be base64 in lines however short."""
SHORT_LINE = re.compile(rb"[\t\r\n]{0,99}+[A-Za-z0-9+/]{2,400}={0,2}[\r\n]")
LONG_LINE = re.compile(rb"[\t\r\n]{0,99}+[A-Za-z0-9+/]{20,400}={0,2}[\r\n]")
ARMOUR, ARMOUR_END = b"-----BEGIN ", b"-----END "
ARMOURED = re.compile(rb"-----BEGIN [ -~]{0,80}-----[ \t]{0,8}\r?\n")
FIELDS = re.compile(rb"(?:[A-Za-z-]{1,40}: [^\r\n]{0,400}\r?\n(?:[ \t][^\r\n]{0,400}\r?\n){0,20}){0,20}[\r\n]{0,8}")
ARMOURED_LINE = re.compile(rb"[A-Za-z0-9+/]{4,400}={0,2}(?=[\r\n]|-----END)")
OF_BASE64 = re2.compile(rb"(?i)base64|b64[ _]?d|certutil|openssl")
"""In a text that may decode what stands in it."""
BARE_LINE = rb"[ \t#\"':;]{0,20}+[A-Za-z0-9+/]{%s}+={0,2}[\"'\\,;) \t]{0,9}+\r?$"
LONG = re2.compile(rb"[A-Za-z0-9+/]{60}")
"""In each BARE; most texts that have to do with base64 hold none, and the linear engine tells it five times as fast."""
BARE = re.compile(rb"(?:^%s\n?)++" % BARE_LINE % b"60,", re.MULTILINE)
BARE_END = re.compile(rb"^%s" % BARE_LINE % b"2,", re.MULTILINE)
DER = (0x30, 0x06)
"""First bytes of certificates, keys and parameters: a sequence, or an object identifier (X.690)."""
PGP = frozenset({1, 2, 3, 4, 5, 6, 8, 9, 10, 18, 20})
"""Kinds of packets that begin a message, a signature or a key."""
LONGEST_COMMAND = 600
"""Bytes of a command of the shell from SHAR on."""
YENC = re2.compile(rb"(?i)=ybegin ")
"""Twice as fast as a search for the same bytes."""
YENC_BEGIN = re.compile(rb"^=ybegin ([^\r\n]{1,400})\r?\n(?:=ypart [^\r\n]{0,400}\r?\n)?", re.MULTILINE)
"""What yEnc (yenc.org, version 1.3) has before a file."""
BASE64 = re.compile(rb"X?[A-Za-z0-9+/]{2,200}={0,2}\r?$", re.MULTILINE)
LONGEST_LINE = 400


def has_coded_file(data: bytes, *, in_mail: bool = False) -> bool:
    """Whether a file begins in the first bytes of a content. `in_mail`: lines of base64 are its own parts there."""
    if FIRST_LINE.match(data) is not None and base64_document(data, 0) is not None:
        return True
    if WORDS.search(data) is None:
        return False
    if here_document(data, 0) is not None or next(yenc_files(data), None) is not None or has_card_file(data):
        return True
    if armoured(data, 0) is not None or (not in_mail and bare_base64(data, 0) is not None):
        return True
    return MODE.search(data) is not None and any(is_line(found, data) for found in BEGIN.finditer(data))


class Here(NamedTuple):
    """The lines between a command of the shell and a word that ends them."""

    word: bytes
    start: int
    indented: bool
    """Tabs before lines and word do not count."""


def here_document(data: bytes, at: int) -> Here | None:
    """The next file of a shar behind `at`."""
    # No expression for the whole of it: one goes back and forth within a line, with all else in the process at rest.
    while (found := data.find(SHAR, at)) >= 0:
        end = data.find(b"\n", found)
        if end < 0:
            return None
        _, _, behind = data[found : min(end, found + LONGEST_COMMAND)].partition(HERE)
        word = WORD.match(behind)
        if word is not None:
            return Here(word[2], end + 1, bool(word[1]))
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


def base64_document(data: bytes, at: int) -> Here | None:
    """The next here document behind `at` that is base64, as far as its first line tells."""
    while (found := data.find(HERE, at)) >= 0:
        at = found + len(HERE)
        word = WORD.match(data, at)
        if word is None:
            continue
        end = data.find(b"\n", at)
        if end < 0:
            return None
        begin = data.rfind(b"\n", max(found - LONGEST_COMMAND, 0), found) + 1
        decodes = DECODES.search(data, begin, min(end, found + LONGEST_COMMAND)) is not None
        if (SHORT_LINE if decodes else LONG_LINE).match(data, end + 1) is not None:
            return Here(word[2], end + 1, bool(word[1]))
    return None


def armoured(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the next base64 between lines of dashes begins and ends that is no certificate, key or message:
    programs for those decode whatever stands there."""
    while (found := data.find(ARMOUR, at)) >= 0:
        at = found + len(ARMOUR)
        begin = ARMOURED.match(data, found)
        fields = None if begin is None else FIELDS.match(data, begin.end())
        line = None if fields is None else ARMOURED_LINE.match(data, fields.end())
        if line is None:
            continue
        end = data.find(ARMOUR_END, line.start())
        end = len(data) if end < 0 else end
        if not _is_known(line[0], data[line.start() : end], of_pgp=data.startswith(b"PGP", at)):
            return line.start(), end
        at = end
    return None


def bare_base64(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the next lines of nothing but base64 begin and end, in a text that has to do with it; not behind a line of
    dashes, where something else than files may stand."""
    if OF_BASE64.search(data) is None or LONG.search(data) is None:
        return None
    while (found := BARE.search(data, at)) is not None:
        last = BARE_END.match(data, found.end())
        at = found.end() if last is None else last.end()
        if not data.endswith((b"-----\n", b"-----\r\n"), max(found.start() - 8, 0), found.start()):
            return found.start(), at
    return None


def _packet(first: bytes) -> int:
    """Its kind, in the old form or in the new one (RFC 9580, 4.2)."""
    return -1 if first < b"\x80" else first[0] & 0x3F if first >= b"\xc0" else (first[0] & 0x3C) >> 2


def _is_known(line: bytes, coded: bytes, *, of_pgp: bool) -> bool:
    """Whether it begins as what may stand there; certificates and keys say themselves how long they are."""
    start = from_base64(line[:16])
    if len(start) < 6 or start[0] not in DER:
        return start.startswith(b"openssh-key") or (of_pgp and _packet(start[:1]) in PGP)
    if start[1] < 0x80:
        size = 2 + start[1]
    else:
        more = start[1] & 0x7F
        size = 2 + more + int.from_bytes(start[2 : 2 + more], "big") if more <= 4 else 0
    return size == len(letters_of(coded).replace(b"=", b"")) * 3 // 4


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
