"""Entry ids that a move of ours gave to a version already judged: known by the same verdict, so that no listing and no
event brings the version a second time (fact sheet 10, row 21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.dispatch import tickets as dispatch_tickets
from scanner.ledger.tables import work
from scanner.model import EntryId, StepResult, StepState

_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)


def record(connection: Connection, domain: str, entry_id: str, result: StepResult, now: datetime) -> None:
    """In the transaction of the step's result. Work that began on the new id meanwhile ends."""
    alias = result.detail.get("entry_id", entry_id)
    if result.state not in _DONE or alias == entry_id:
        return
    judged = connection.execute(select(work).where(work.c.domain == domain, work.c.entry_id == entry_id)).one()
    known: Mapping[str, object] = {
        **{"path": result.detail.get("path", judged.path), "verdict_id": judged.verdict_id, "state": "done"},
        # No outcome of its own: it must not be counted a second time.
        **{"outcome": None, "done_at": None, "token": None, "gap_reason": None, "gap_detail": None, "due": now},
    }
    statement = upsert(work).values({**judged._mapping, **known, "entry_id": alias})
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["domain", "entry_id"], set_=known, where=work.c.verdict_id.is_(None)
        )
    )
    dispatch_tickets.drop(connection, domain, EntryId(alias))
