"""The audit as a chain: what an entry says, its digest over the digest before it, and where a chain breaks. Pure.

The digest shows that nothing was changed, taken out or put in between two entries. It does not show that the newest
entries were cut off: for that its head has to be known from elsewhere, as from a signed statement of coverage.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = "0" * 64
"""What the first entry follows."""
_PURPOSE = b"scanner audit 1\n"
"""Before the digested text, so that the digest of nothing else can be taken for one of the audit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, as it was recorded."""

    seq: int
    """From 1, without holes."""
    at: datetime
    actor: str
    """A person as they named themselves, or `service`."""
    action: str
    subject: str
    """What was acted on: a version as `domain/entry id`, a plan, a folder, a file of settings."""
    detail: str
    """Canonical JSON."""
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain does not hold."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a chain; of an empty one the beginning."""

    seq: int = 0
    hash: str = BEGINNING


def canonical(value: object) -> str:
    """The one way to write a value of JSON: ASCII, keys in order, no spaces. Raises TypeError for what has more than
    one way (floats), and for what is no JSON."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has more than one way to be written")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for one in inner:
        _refuse_floats(one)


def moment(at: datetime) -> str:
    """In UTC, with microseconds: always of the same length."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def digest(seq: int, at: datetime, said: tuple[str, str, str], detail: str, prev_hash: str) -> str:
    """Of an entry; `said` is actor, action and subject, `detail` the canonical text."""
    actor, action, subject = said
    fields = [seq, moment(at), actor, action, subject, detail, prev_hash]
    return hashlib.sha256(_PURPOSE + canonical(fields).encode("ascii")).hexdigest()


def digest_of(entry: Entry) -> str:
    """What its hash has to be."""
    return digest(entry.seq, entry.at, (entry.actor, entry.action, entry.subject), entry.detail, entry.prev_hash)


class Walker:
    """Follows a chain from its beginning, entry by entry, in memory for one."""

    def __init__(self) -> None:
        self.head = Head()

    def step(self, entry: Entry | Break) -> Break | None:
        """The entry is the head from now on, or says where the chain breaks."""
        if isinstance(entry, Break):
            return entry
        if entry.seq != self.head.seq + 1:
            return Break(entry.seq, f"it follows {self.head.seq}: what was between them is missing")
        if entry.prev_hash != self.head.hash:
            return Break(entry.seq, "it does not name the entry before it")
        if entry.hash != digest_of(entry):
            return Break(entry.seq, "it was changed after it was written")
        self.head = Head(entry.seq, entry.hash)
        return None


def first_break(entries: Iterable[Entry | Break]) -> Break | None:
    """The first place at which a chain, given from its beginning, does not hold."""
    walker = Walker()
    return next((found for entry in entries if (found := walker.step(entry)) is not None), None)
