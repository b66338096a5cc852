"""The lane of old content, stopped and let go on by a person: what is being scanned is finished, nothing else begun."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, update

from scanner.ledger.dispatch import lanes
from scanner.ledger.tables import walks, work
from scanner.ledger.walks.walking import WalkReason
from scanner.model import Lane

_OLD = and_(walks.c.reason == WalkReason.BACKFILL.value, walks.c.finished_at.is_(None))


def pause(connection: Connection, domain: str, now: datetime) -> int:
    """Gives how many walks stop."""
    mine = and_(_OLD, walks.c.domain == domain, walks.c.paused_at.is_(None))
    stopped = connection.execute(update(walks).where(mine).values(paused_at=now)).rowcount
    lanes.hold(connection, domain, Lane.BACKFILL)
    due = and_(work.c.domain == domain, work.c.state == "queued", lanes.is_held(connection))
    connection.execute(update(work).where(due).values(state="waiting"))
    return stopped


def resume(connection: Connection, domain: str, now: datetime) -> int:
    """Gives how many walks go on."""
    held = and_(work.c.domain == domain, work.c.state == "waiting", lanes.is_held(connection))
    connection.execute(update(work).where(held).values(state="queued", due=now))
    lanes.let_go(connection, domain, now)
    paused = and_(_OLD, walks.c.domain == domain, walks.c.paused_at.is_not(None))
    return connection.execute(update(walks).where(paused).values(paused_at=None)).rowcount
