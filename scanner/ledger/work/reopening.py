"""A version that has its verdict is looked at once more. What was recorded stays; the new verdict counts then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, update

from scanner.ledger.dispatch import tickets
from scanner.ledger.tables import holds, work
from scanner.model import EntryId, Lane


def reopen(
    connection: Connection, domain: str, entry_id: EntryId, lane: Lane, now: datetime, *, suspect: bool = False
) -> None:
    """Ended work begins anew with all its attempts. `suspect`: it runs alone."""
    mine = (work.c.domain == domain) & (work.c.entry_id == entry_id)
    opened = {"state": "queued", "lane": lane.value, "attempts": 0, "due": now, "token": None}
    unsaid = dict.fromkeys(("outcome", "done_at", "verdict_id", "gap_reason", "gap_detail"))
    connection.execute(update(work).where(mine).values(**opened, **unsaid))
    # What a person said of the former plan says nothing of a new one; who said it stands in the audit.
    connection.execute(delete(holds).where((holds.c.domain == domain) & (holds.c.entry_id == entry_id)))
    tickets.put(connection, domain, entry_id, lane, now, suspect=suspect)
