"""An entry of the audit as a line of text, and back. The line is checked as if a stranger had written it: that it is
what we wrote is for its chain to show. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from scanner.ledger.proofs.audit_chain import Break, Entry, canonical, moment

LONGEST_LINE = 1 << 20
"""Characters. An entry of ours has some tens of thousands at most."""
_TEXTS = ("actor", "action", "subject", "prev_hash", "hash")
_FIELDS = {"seq", "at", "detail", *_TEXTS}


def as_json(entry: Entry) -> dict[str, Any]:
    """What a line says."""
    return {
        **{"seq": entry.seq, "at": moment(entry.at), "actor": entry.actor, "action": entry.action},
        **{"subject": entry.subject, "detail": json.loads(entry.detail)},
        **{"prev_hash": entry.prev_hash, "hash": entry.hash},
    }


def entries_in(lines: Iterable[str]) -> Iterator[Entry | Break]:
    """Of an export, in order; a break where a line is no entry, with its number in the file."""
    for number, line in enumerate(lines, start=1):
        try:
            yield _entry(line)
        except (ValueError, TypeError, RecursionError) as error:
            yield Break(number, f"line {number} is no entry: {str(error)[:200]}")


def _entry(line: str) -> Entry:
    if len(line) > LONGEST_LINE:
        raise ValueError("it is too long")
    found = json.loads(line)
    if not isinstance(found, dict) or set(found) != _FIELDS:
        raise ValueError("it has not the fields of one")
    if type(found["seq"]) is not int or not isinstance(found["detail"], dict):
        raise ValueError("a field is of another type")
    if not all(isinstance(found[name], str) for name in ("at", *_TEXTS)):
        raise ValueError("a field is of another type")
    at = datetime.fromisoformat(found["at"])
    if at.tzinfo is None or moment(at) != found["at"]:
        raise ValueError("its moment is not written as we do")
    texts = {name: found[name] for name in _TEXTS}
    return Entry(seq=found["seq"], at=at, detail=canonical(found["detail"]), **texts)
