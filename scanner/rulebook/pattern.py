"""Regular expressions over bytes by RE2: linear in the content, whatever the expression.

The Python binding of RE2's Set is not used: it answers "no match" where its memory ran out. A single expression falls
back to a slower machine instead, and is right.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 2_000
"""Characters."""
SEARCH_LIMIT = 256 * 1024**2
"""Bytes of a content that are searched at most."""
_MEMORY = 4 * 1024**2
"""Bytes for one expression's automaton; a larger one is refused, a fuller one works more slowly."""


@lru_cache(maxsize=4_096)
def compiled(pattern: str, ignore_case: bool) -> Any:
    """Raises ValueError, saying what is wrong, for a pattern that RE2 refuses or that finds an empty text.

    A pattern in ASCII goes byte by byte (`.` is any byte but a line end); any other sees the content as UTF-8.
    """
    if not pattern or len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"must have 1 to {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.case_sensitive = not ignore_case
    if pattern.isascii():
        options.encoding = re2.Options.Encoding.LATIN1
    try:
        regexp = re2.compile(pattern.encode(), options)
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character (a lone surrogate)") from error
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"is no regular expression of RE2: {reason}") from error
    if regexp.search(b"") is not None:
        raise ValueError("finds the empty text, and so would match every content")
    return regexp


def find(regexp: Any, text: bytes, start: int, end: int) -> int | None:
    """Where in `text` the first match between `start` and `end` begins; only ^, $ and \\b see what lies around."""
    match = regexp.search(text, start, end)
    return None if match is None else match.start()
