"""Several mails in one file (mbox): each begins with a line `From `, whatever the lines end with.

Programs differ in what such a line needs before it, or in it: either is enough. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BEGIN = b"From "
LINE = b"\nFrom "
BLANKS = (b"\n\n", b"\n\r\n", b"\n \n")
"""An empty line before it."""
TIME = re.compile(rb"[^\r\n]{0,300}\d\d?:\d\d")
MARK = b"\xef\xbb\xbf"


def in_lines(content: bytes) -> bytes:
    """With ends of lines that are known here: some lines end as on old Macintoshes."""
    content = content.removeprefix(MARK).lstrip(b"\0\t\r\n ")
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def is_mailbox(content: bytes) -> bool:
    """Whether there is more than one mail in it. As `in_lines` gives it."""
    return content.startswith(BEGIN) and next(_beginnings(content), None) is not None


def mails_of(content: bytes) -> Iterator[bytes]:
    """Of a mailbox, each with the line that begins it."""
    start = 0
    for begin in _beginnings(content):
        yield content[start:begin]
        start = begin
    yield content[start:]


def _beginnings(content: bytes) -> Iterator[int]:
    at = 0
    while (at := content.find(LINE, at)) >= 0:
        at += 1
        if content.endswith(BLANKS, max(0, at - 3), at) or TIME.match(content, at):
            yield at
