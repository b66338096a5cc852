"""What clamd passes over for its first bytes: a script that begins with `ID3=1;` it takes for music and says OK,
whatever stands in it; one that begins with `BM=1;` it takes for a picture, and tries no signature of scripts.

Such a content is shown to it once more with newlines in place of what led it astray. All else stays where it is, for
signatures that ask for a place. Mails, PDF and RTF are not among them: openers look into those. Pure.
"""

from __future__ import annotations

import re

IGNORED = re.compile(
    rb"ID3|\xff\xfb\x90|OggS|\.RMF|SIP-HIT \(SIP/H|SYMC\x01\x00|SQLite format 3\x00"
    rb"|\x37\x7f\x06[\x82\x83]\x00\x2d\xe2\x18|\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
)
"""What clamd looks at no further, by its own table of types (CL_TYPE_IGNORED in filetypes_int.h, 1.4.3)."""
PICTURE = re.compile(rb"/RGB\nID\n\xff{24}")
"""The same, wherever it begins in the first 128 bytes."""
NO_TEXT = re.compile(
    rb"BM|BZh|MM|MZ|GIF|[CFZ]WS|RIF[FX]|ITSF|Rar!|SZDD|EGGA|xar!|#@~\^|07070[127]|begin |\[aliases\]|%!PS-Adobe-"
    rb"|\(This file must be converted with BinHex 4\.0\)|\{\s{1,4}\"Magic\": ?\"CLAMJSONv0"
    rb"|(?s:.)[\x0c\r]\r\n|(?s:..)-(?:l[hz][0-9a-z]|pm0)-"
)
"""What clamd takes for no text, though all its bytes may be letters."""
NO_TEXT_AT = ((257, b"ustar"), (510, b"\x55\xaa"), (512, b"EFI PART"))
TEXT = re.compile(rb"[\x07-\x0a\x0c\x0d\x1b\x20-\x7e\x80-\xff]*+")
SEEN = 1024
"""Bytes by which clamd tells a text."""


def other_beginning(head: bytes) -> bytes | None:
    """To be shown in place of as many of the first bytes; None where clamd is led astray by none of them."""
    seen = head[:SEEN]
    other = _without(IGNORED.match(seen), seen)
    other = PICTURE.sub(lambda found: b"\n" * len(found[0]), other)
    if TEXT.fullmatch(seen) is not None:
        other = _without(NO_TEXT.match(other), other)
        for place, mark in NO_TEXT_AT:
            if other.startswith(mark, place):
                other = other[:place] + b"\n" * len(mark) + other[place + len(mark) :]
    return None if other == seen else other


def _without(found: re.Match[bytes] | None, data: bytes) -> bytes:
    return data if found is None else b"\n" * found.end() + data[found.end() :]
