"""Every act on record, append-only: `append` belongs into the transaction that records the act itself, so that neither
can be without the other. The tables' triggers refuse changes; the chain of digests tells of those made past them.

Nothing secret and no content goes in: ids, paths, names, reasons.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, text

from scanner.ledger.proofs.audit_chain import Break, Entry, Head, canonical, digest
from scanner.ledger.proofs.proof_tables import audit

SERVICE = "service"
"""The actor where no person ordered it."""
LONGEST = 500
"""Characters of one text: what a server said of an error may be of any length."""
MOST = 50
"""Values of one list or mapping."""
PAGE = 1_000
_GUARDS = ("audit_no_update", "audit_no_delete", "audit_in_order")
GUARDS = {"sqlite": _GUARDS, "postgresql": (*_GUARDS, "audit_no_truncate")}
"""The triggers of the table."""
_TRIGGERS = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"),
    "postgresql": text("SELECT tgname FROM pg_trigger WHERE tgrelid = CAST('audit' AS regclass) AND tgenabled <> 'D'"),
}
_PAGE = text(
    "SELECT seq, at, actor, action, subject, detail, prev_hash, hash FROM audit "
    "WHERE seq > :after ORDER BY seq LIMIT :most"
)


class Action(StrEnum):
    """What was done. Only added to: old entries keep their words."""

    STARTED = "started"
    """The service, with the digests of what it goes by."""
    RULES = "rules"
    """Other ones are in force; like suppressions."""
    SUPPRESSIONS = "suppressions"
    SETTINGS = "settings"
    """Sections of them, read again while the service runs."""
    STEP = "step"
    RELEASE = "release"
    PURGE = "purge"
    UNDO = "undo"
    ALLOWLIST = "allowlist"
    HELD = "held"
    """A plan, by a brake."""
    HELD_APPROVED = "held-approved"
    HELD_DROPPED = "held-dropped"
    GAP = "gap"
    """Events that nobody saw."""
    GAP_CLOSED = "gap-closed"
    RECONCILE = "reconcile"
    """A walk has ended, like a backfill."""
    BACKFILL = "backfill"
    REQUEUE = "requeue"
    """A version given up is tried again, on a person's order or since the cause is gone."""
    STATEMENT = "statement"
    CACHE = "cache"
    """A look that was kept is contradicted, believed again, or all are forgotten."""


def append(
    connection: Connection,
    action: Action,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime,
    actor: str = SERVICE,
) -> Head:
    """One more entry, in the caller's transaction. Texts are cut at LONGEST, lists and mappings at MOST; fractions,
    moments and whatever else is no JSON become texts: the form of a detail must not keep an act from being recorded.
    Gives the new head."""
    last = head(connection)
    said = (_text(actor), action.value, _text(subject))
    told = canonical(_cut(detail or {}))
    # The column keeps microseconds, and the digest is of what the column gives back.
    digested = digest(last.seq + 1, at, said, told, last.hash)
    values = {"seq": last.seq + 1, "at": at, "actor": said[0], "action": said[1], "subject": said[2]}
    connection.execute(insert(audit), values | {"detail": told, "prev_hash": last.hash, "hash": digested})
    return Head(last.seq + 1, digested)


def version(domain: str, entry_id: str) -> str:
    """How a file version is called as a subject."""
    return f"{domain}/{entry_id}"


def head(connection: Connection) -> Head:
    """The newest entry."""
    row = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    return Head() if row is None else Head(row.seq, row.hash)


def page(connection: Connection, after: int, most: int = PAGE) -> list[Entry | Break]:
    """Entries that follow one, in order; a break where a row cannot even be read as one. SQLite keeps any type in any
    column, so nothing is taken for granted of a file that may have been tampered with."""
    return [_entry(tuple(row)) for row in connection.execute(_PAGE, {"after": after, "most": most})]


def _entry(row: tuple[Any, ...]) -> Entry | Break:
    seq, at, *texts = row
    if not all(isinstance(one, str) for one in (str(at) if isinstance(at, datetime) else at, *texts)):
        return Break(seq, "it was changed: a text is none any more")
    try:
        moment = (at if isinstance(at, datetime) else datetime.fromisoformat(at)).replace(tzinfo=UTC)
    except ValueError:
        return Break(seq, "it was changed: its moment cannot be read")
    entry = Entry(seq, moment, *texts)
    return entry if _is_canonical(entry.detail) else Break(seq, "it was changed: its detail is not written as we do")


def _is_canonical(detail: str) -> bool:
    try:
        found = json.loads(detail)
        return isinstance(found, dict) and canonical(found) == detail
    except (ValueError, TypeError, RecursionError):
        return False


def unguarded(connection: Connection) -> list[str]:
    """Which of the triggers that keep the table append-only are missing."""
    found = set(connection.scalars(_TRIGGERS[connection.dialect.name]))
    return sorted(set(GUARDS[connection.dialect.name]) - found)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(str(key)): _cut(one) for key, one in list(value.items())[:MOST]}
    if isinstance(value, Sequence):
        return [_cut(one) for one in value[:MOST]]
    return value if value is None or isinstance(value, bool | int) else _text(str(value))


def _text(said: str) -> str:
    """Half a character pair of a hostile name cannot be stored, nor everywhere a NUL, and neither must keep an act from
    being recorded."""
    whole = said.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\ufffd")
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"
