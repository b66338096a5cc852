"""yEnc (version 1.3): bytes moved up by 42, those that would hurt marked by a = and moved up by 64 more. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

END = b"\n=y"
"""What comes next, be it the end, a part or another file: no byte is coded so."""
PIECE = 256 * 1024
ENDS_OF_LINES = b"\r\n"
MARKED = re.compile(rb"=(.)", re.DOTALL)
DOWN = bytes((code - 42) & 0xFF for code in range(256))
MARK_DOWN = [bytes([(code - 64) & 0xFF]) for code in range(256)]


def yenc_bytes(coded: bytes, start: int) -> Iterator[bytes]:
    """Of a file whose lines begin at `start`, as far as it goes."""
    end = coded.find(END, max(0, start - 1))  # one of no bytes ends at once
    end = len(coded) if end < 0 else end
    while start < end:
        until = min(start + PIECE, end)
        while until < end and coded[until - 1 : until] == b"=":
            until += 1
        piece = coded[start:until].translate(None, ENDS_OF_LINES)
        yield MARKED.sub(lambda marked: MARK_DOWN[marked[1][0]], piece).translate(DOWN)
        start = until
