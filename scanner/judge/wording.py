"""What the owner of a file is told, in a comment on it. Pure.

Everything quoted here came from strangers: names may be long, foreign or meant to deceive. So a comment is one line of
printable ASCII without angle brackets, and never longer than LIMIT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from unicodedata import category, combining, normalize

from scanner.model import Gap, Unchecked, Unscannable, Verdict, VerdictKind

LIMIT = 1_000
"""Characters. The platform's own limit is not documented (fact sheet 6)."""
_NAMES_SHOWN = 2

_GAPS: dict[Unscannable | Unchecked, str] = {
    Unscannable.ENCRYPTED: "it is encrypted or protected by a password",
    Unscannable.TOO_LARGE: "it is too large",
    Unscannable.CORRUPT: "it is damaged",
    Unscannable.LIMITS: "it holds too many files, or packs them too deeply or too tightly",
    Unscannable.ARCHIVE_DEPTH: "it packs archives into each other too deeply",
    Unscannable.ARCHIVE_MEMBERS: "it holds too many files",
    Unscannable.ARCHIVE_SIZE: "it would be too large when unpacked",
    Unscannable.ARCHIVE_RATIO: "it is packed more tightly than honest files are",
    Unscannable.MEMORY: "opening it needs too much memory",
    Unscannable.SCAN_TIME: "checking it takes too long",
    Unscannable.FORMAT: "its format cannot be opened",
    Unscannable.BLIND_SPOT: "its format cannot be opened",
    Unscannable.MASKED: "something in it that is known and allowed here hides the rest",
    Unchecked.CHECKSUM_MISMATCH: "its content does not agree with its checksum",
    Unchecked.DOWNLOAD_BROKEN: "its content could not be read",
    Unchecked.ACCESS_REFUSED: "the scanner may not read it",
    Unchecked.NOT_FOUND: "the scanner could not find it",
}
_ANY_OTHER_GAP = "the scanner could not finish with it"


class Fate(StrEnum):
    """What becomes of the file, as its owner is told."""

    LEFT = "It was left where it is:"
    LOCKED = "It was left where it is, and locked:"
    MOVED = "It was moved to quarantine from"
    DELETED = "It was deleted from"
    REVERTED = "That version was deleted, and the last one found clean is in its place:"


def comment_body(verdict: Verdict, *, fate: Fate, now: datetime, contact: str) -> str:
    """What was found, what was done, which version, when, where it was, whom to ask.

    Ends with a marker in brackets that is the same for every comment on this version in this domain.
    """
    version = verdict.version
    entry = _plain(version.entry_id, 40)
    uploaded = "" if version.uploaded_at is None else f", uploaded {_moment(version.uploaded_at)}"
    before = f'{_what(verdict)} {fate} "'
    after = (
        f'". Version {entry}{uploaded}; checked {_moment(now)}. If this is a mistake, or if you need the file, ask '
        f'your Egnyte administrators; this comment was made by the account "{_plain(contact, 60)}". '
        f"[scanner {_plain(version.domain, 40)}/{entry}]"
    )
    return before + _plain(version.path, LIMIT - len(before) - len(after)) + after


def tombstone_text(verdict: Verdict, *, fate: Fate, now: datetime, contact: str) -> str:
    """The text of a file that stands where another was. The name of that one is in the name of this."""
    version = verdict.version
    entry = _plain(version.entry_id, 40)
    lines = (
        f'The file "{_plain(version.name, 200)}" is not here any more.',
        "",
        f'{_what(verdict)} {fate} this folder by the account "{_plain(contact, 60)}".',
        f"Version {entry}; checked {_moment(now)}.",
        "",
        "If this is a mistake, or if you need the file, ask your Egnyte administrators. You may delete this note.",
        f"[scanner {_plain(version.domain, 40)}/{entry}]",
    )
    return "\n".join(lines) + "\n"


def _what(verdict: Verdict) -> str:
    counting = [finding for finding in verdict.findings if finding.counts]
    malware = _quoted(finding.name for finding in counting if finding.malware)
    rules = _quoted(finding.name for finding in counting if not finding.malware)
    if verdict.kind is VerdictKind.INFECTED:
        first = f"This file contains malware: {malware}."
    elif verdict.kind is VerdictKind.UNSCANNABLE:
        first = f"This file could not be checked for malware: {_why(verdict)}."
    elif verdict.kind is VerdictKind.UNCHECKED:
        first = f"This file has not been checked for malware: {_why(verdict)}."
    else:
        message = next((finding.message for finding in counting if finding.message), "")
        tail = f" ({_plain(message, 120)})" if message else ""
        return f"This file matches a security rule: {rules}{tail}."
    return f"{first} It also matches a security rule: {rules}." if rules else first


def _why(verdict: Verdict) -> str:
    """The gap that made the verdict: one of the same transience as its kind."""
    transient = verdict.kind is VerdictKind.UNCHECKED
    gaps: list[Gap] = [one.gap for one in verdict.inspections if one.gap is not None]
    return next((_GAPS.get(gap.reason, _ANY_OTHER_GAP) for gap in gaps if gap.transient is transient), _ANY_OTHER_GAP)


def _quoted(names: Iterable[str]) -> str:
    each = list(dict.fromkeys(names))
    shown = ", ".join(f'"{_plain(name, 60)}"' for name in each[:_NAMES_SHOWN])
    more = len(each) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _plain(text: str, limit: int) -> str:
    """Printable ASCII to stand between quotation marks; cut in the middle, since both ends of a name tell most."""
    visible = (char for char in normalize("NFKD", text) if not combining(char) and category(char)[0] != "C")
    ascii_text = "".join(char if char.isascii() else "?" for char in visible)
    safe = re.sub("[<>]", "?", ascii_text).replace('"', "'")
    if len(safe) <= limit:
        return safe
    tail = (limit - 3) // 2
    return f"{safe[: limit - 3 - tail]}...{safe[-tail:]}"
