"""Text in binary formats whose structure is not worth reading for it: runs of letters, as `strings` finds them.

Good enough to search for words, numbers and addresses; where a run begins and ends means nothing.
"""

from __future__ import annotations

from typing import Any

import re2

_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1  # one byte is one character
NARROW = re2.compile(rb"[\t\r\n\x20-\x7e\xa0-\xff]{5,}", _BYTES)
WIDE = re2.compile(
    rb"(?s)(?:[\t\r\n\x20-\x7e\xa0-\xff]\x00"  # Latin
    rb"|[\x00-\xff][\x01-\x05]"  # its extensions, Greek, Cyrillic, Hebrew
    rb"|[\x10-\x1e\x26\xac]\x20){4,}",  # dashes, quotation marks, the euro sign
    _BYTES,
)


def narrow_runs(content: bytes) -> list[str]:
    """In an eight-bit character set, read as that of western Windows."""
    return [run.decode("cp1252", "replace") for run in _found(NARROW, content)]


def wide_runs(content: bytes) -> list[str]:
    """In UTF-16, of scripts left of India."""
    return [run.decode("utf-16-le", "replace") for run in _found(WIDE, content)]


def _found(pattern: Any, content: bytes) -> list[bytes]:
    return [found.group() for found in pattern.finditer(content)]
