"""Walks that ended long ago are dropped: what came of them stands in the audit, but for folders that arrived, which is
daily business."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from scanner.ledger.tables import gaps, walks
from scanner.ledger.walks import walking

BATCH = 500
"""Walks dropped in one transaction."""


def prune(connection: Connection, domain: str, before: datetime) -> int:
    """Drop some of those that ended before a moment, the oldest first; gives how many. To be asked again until that is
    none. The last complete one stays, by which the next is due, and one whose gap is open."""
    waited_for = select(gaps.c.walk_id).where(gaps.c.walk_id.is_not(None), gaps.c.closed_at.is_(None))
    # SQLite would give the id of the newest row a second time, and gaps name walks by it.
    newest = select(func.max(walks.c.id)).scalar_subquery()
    mine = (walks.c.domain == domain, walks.c.finished_at < before, walks.c.id < newest)
    old = select(walks.c.id).where(*mine, walks.c.id.not_in(waited_for))
    last = walking.last_whole(connection, domain)
    if last is not None:
        old = old.where(walks.c.id != last.id)
    ids = connection.scalars(old.order_by(walks.c.finished_at).limit(BATCH)).all()
    return connection.execute(delete(walks).where(walks.c.id.in_(ids))).rowcount if ids else 0
