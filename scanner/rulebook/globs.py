"""Globs over paths and names, matched in linear time whatever the glob and whatever the name.

Both sides are folded first: Egnyte's names differ by more than case (fact sheet 1.4), and an accent can be written
in two ways. A lone surrogate, which no regular expression over UTF-8 can match, becomes a question mark, so that it
cannot hide a name from `*`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import re2

LONGEST_GLOB = 1_000
"""Characters."""
MOST_KEPT = 128
"""Answers of one set of globs."""
LONGEST_KEPT = 200
"""Characters of a text whose answer is kept."""
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True
_OPTIONS.dot_nl = True
_OPTIONS.max_mem = 4 * 1024**2


def folded(text: str) -> str:
    """The form in which names and globs are compared."""
    if text.isascii():
        return text.lower()
    whole = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", whole.casefold())


class GlobSet:
    """Any of several globs, over a whole text."""

    __slots__ = ("_kept", "_regexp")

    def __init__(self, globs: Sequence[str], *, below: bool = False) -> None:
        """`below`: what matches, and everything below it. Raises ValueError where they are too many or too long."""
        self._kept: dict[str, bool] = {}
        each = "|".join(as_regexp(glob) for glob in globs)
        try:
            self._regexp: Any = re2.compile(f"(?:{each})(?:/.*)?" if below else f"(?:{each})", _OPTIONS)
        except re2.error as error:
            raise ValueError("the globs together are too large; use fewer or shorter ones") from error

    def matches(self, text: str) -> bool:
        """`text` must be folded."""
        return self._regexp.fullmatch(text) is not None

    def matches_often(self, text: str) -> bool:
        """The same, for texts of which few differ, such as types: their answers are kept."""
        if len(text) > LONGEST_KEPT:
            return self.matches(text)
        kept = self._kept.get(text)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[text] = self.matches(text)
        return kept


def checked(glob: str) -> str:
    """The same glob. Raises ValueError, saying what is wrong, for one that cannot be understood."""
    if not glob:
        raise ValueError("is an empty glob")
    if len(glob) > LONGEST_GLOB:
        raise ValueError(f"is longer than {LONGEST_GLOB} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in glob):
        raise ValueError("holds a control character, which no name can have")
    as_regexp(glob)
    return glob


def as_regexp(glob: str) -> str:
    """`*` and `?` stay within a segment of a path, `**` as a whole segment spans any number of them, also none."""
    segments = folded(glob).split("/")
    parts = []
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "**":
            parts.append(".*" if last else "(?:.*/)?")
        elif "**" in segment:
            raise ValueError("** must stand alone between slashes, as in /Shared/**/x")
        else:
            parts.append(_segment(segment) + ("" if last else "/"))
    return "".join(parts)


def _segment(segment: str) -> str:
    parts = []
    position = 0
    while position < len(segment):
        character = segment[position]
        if character == "[":
            end = segment.find("]", position + (3 if segment[position + 1 : position + 2] == "!" else 2))
            if end < 0:
                raise ValueError("has a [ without its ]; write [[] for the character itself")
            parts.append(_character_class(segment[position + 1 : end]))
            position = end
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character))
        position += 1
    return "".join(parts)


def _character_class(inner: str) -> str:
    for low, high in re.findall("(.)-(.)", inner.removeprefix("!"), re.DOTALL):
        if low > high:
            raise ValueError(f"has a range the wrong way round: {low}-{high}")
    negated = inner.startswith("!")
    listed = re.sub(r"([\\\[\]^&~|]|^-|-$)", r"\\\1", inner.removeprefix("!"))
    return f"[^/{listed}]" if negated else f"[{listed}]"
