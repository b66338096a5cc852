"""A statement of one day's coverage: what it says, its digest over the statement before it, and where a row of them
breaks. Pure; signatures are a matter of `statement_keys`.

Everything read here may come from a stranger. That a statement names a key is no reason to trust that key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scanner.ledger.proofs.audit_chain import Head, canonical

KIND = "scanner coverage statement"
FORM = 1
LARGEST = 4 << 20
"""Bytes of a file. A place, a gap, a domain's events take a few hundred each."""
_PURPOSE = b"scanner coverage statement 1\n"
"""Before what is digested and signed, so that neither can be taken for one of something else."""
_HASH = re.compile("[0-9a-f]{64}")
_SIGNATURE = re.compile("[0-9a-f]{128}")
_BODY = {"kind", "form", "number", "day", "coverage", "backlog", "audit", "previous"}


class NotAStatement(ValueError):
    """A text that is none, with the reason."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Signed, as its file has it."""

    body: str
    """Canonical JSON: what is digested and signed, letter by letter."""
    key: str
    """Fingerprint of the key that signed it: to find the right one among those that are trusted."""
    signature: str

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def signed(self) -> bytes:
        return signed_bytes(self.body)

    @property
    def digest(self) -> str:
        return digest(self.body)

    def text(self) -> str:
        """The file."""
        return canonical({"statement": self.said, "key": self.key, "signature": self.signature}) + "\n"


def signed_bytes(body: str) -> bytes:
    """What a signature is of."""
    return _PURPOSE + body.encode("ascii")


def digest(body: str) -> str:
    """What the next statement names."""
    return hashlib.sha256(signed_bytes(body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Last:
    """The newest statement there is."""

    number: int
    day: date
    digest: str


def body_of(
    day: date, coverage: Mapping[str, Any], backlog: Mapping[str, Any], audit: Head, previous: Last | None
) -> str:
    """The canonical text of a statement that follows another."""
    before = None if previous is None else {"day": previous.day.isoformat(), "digest": previous.digest}
    return canonical(
        {
            **{"kind": KIND, "form": FORM, "number": 1 if previous is None else previous.number + 1},
            **{"day": day.isoformat(), "coverage": dict(coverage), "backlog": dict(backlog)},
            **{"audit": {"seq": audit.seq, "hash": audit.hash}, "previous": before},
        }
    )


def days_due(last: Last | None, today: date, most: int, held: date | None = None) -> list[date]:
    """Days that have ended and have no statement, oldest first, at most so many. The first one is yesterday's. `held`:
    the first day all of whose events are held, where it is not all of them; none before it can be stated."""
    first = _follows_on(last, today) if held is None else max(held, _follows_on(last, today))
    return [first + timedelta(days=number) for number in range(min(most, max(0, (today - first).days)))]


def days_lost(last: Last | None, today: date, held: date | None) -> tuple[date, date] | None:
    """The first and the last of the days that should have been stated, and cannot be any more."""
    first = _follows_on(last, today)
    if held is None or held <= first:
        return None
    return first, held - timedelta(days=1)


def _follows_on(last: Last | None, today: date) -> date:
    return today - timedelta(days=1) if last is None else last.day + timedelta(days=1)


def parse(text: str) -> Statement:
    """Raises NotAStatement unless the text is exactly how a statement is written."""
    try:
        found = json.loads(text)
        if not isinstance(found, dict) or set(found) != {"statement", "key", "signature"}:
            raise NotAStatement("it has not the fields of a statement")
        _check(found)
        statement = Statement(canonical(found["statement"]), found["key"], found["signature"])
        written = statement.text()
    except NotAStatement:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise NotAStatement(f"it cannot be read: {str(error)[:200]}") from error
    if text != written:
        raise NotAStatement("it is not written as a statement is: something was changed, if only a space")
    return statement


def _check(found: Mapping[str, Any]) -> None:
    body = found["statement"]
    if not isinstance(body, dict) or set(body) != _BODY or body["kind"] != KIND:
        raise NotAStatement("it has not the fields of a statement")
    if type(body["form"]) is not int or body["form"] != FORM:
        raise NotAStatement("it is of a form that this version of scanner does not know")
    if type(body["number"]) is not int or body["number"] < 1:
        raise NotAStatement("its number is none")
    date.fromisoformat(body["day"])
    _check_link(body["audit"], "seq", "hash")
    if body["previous"] is not None:
        _check_link(body["previous"], "day", "digest")
        date.fromisoformat(body["previous"]["day"])
    if (body["previous"] is None) != (body["number"] == 1):
        raise NotAStatement("only the first one follows none")
    if not _is(_HASH, found["key"]) or not _is(_SIGNATURE, found["signature"]):
        raise NotAStatement("it is not signed")


def _check_link(link: object, place: str, digested: str) -> None:
    if not isinstance(link, dict) or set(link) != {place, digested} or not _is(_HASH, link[digested]):
        raise NotAStatement("it has not the fields of a statement")


def _is(written: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and written.fullmatch(value) is not None


def last_of(statement: Statement) -> Last:
    """As the one that the next one follows."""
    said = statement.said
    return Last(said["number"], date.fromisoformat(said["day"]), statement.digest)


def follows(last: Last, statement: Statement) -> str | None:
    """Why a statement is not the next one; None where it is."""
    said = statement.said
    if said["number"] != last.number + 1:
        return f"number {said['number']} does not follow {last.number}: one is missing, doubled or in another order"
    if (date.fromisoformat(said["day"]) - last.day).days != 1:
        return f"{said['day']} does not follow {last.day}: a day is missing"
    if said["previous"] != {"day": last.day.isoformat(), "digest": last.digest}:
        return "it names another statement before it than the one that is there"
    return None
