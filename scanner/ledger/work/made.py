"""Versions that we made ourselves, like the text left where a file was: no event and no listing brings them to be
scanned. A version that somebody puts upon one has an entry id of its own, and is scanned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import made
from scanner.model import EntryId, StepResult, StepState

_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)


def record(connection: Connection, domain: str, result: StepResult, now: datetime) -> None:
    """In the transaction of the step's result."""
    entry_id = result.detail.get("made")
    if entry_id and result.state in _DONE:
        values = {"domain": domain, "entry_id": entry_id, "made_at": now}
        connection.execute(upsert(made).values(values).on_conflict_do_nothing())


def among(connection: Connection, domain: str, entry_ids: Collection[EntryId]) -> frozenset[EntryId]:
    """Which of these are ours."""
    if not entry_ids:
        return frozenset()
    query = select(made.c.entry_id).where(made.c.domain == domain, made.c.entry_id.in_(entry_ids))
    return frozenset(EntryId(entry_id) for entry_id in connection.scalars(query))
