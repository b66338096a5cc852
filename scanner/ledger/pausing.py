"""The lane of old content, stopped and let go on by a person: what is being scanned is finished, nothing else begun."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from scanner.ledger.dispatch.tickets import HELD, RANKS
from scanner.ledger.tables import tickets, walks, work
from scanner.ledger.walking import WalkReason
from scanner.model import Lane

_OLD = and_(walks.c.reason == WalkReason.BACKFILL.value, walks.c.finished_at.is_(None))


def pause(connection: Connection, domain: str, now: datetime) -> int:
    """Gives how many walks stop."""
    mine = and_(_OLD, walks.c.domain == domain, walks.c.paused_at.is_(None))
    stopped = connection.execute(update(walks).where(mine).values(paused_at=now)).rowcount
    # Not those of suspects: there are few, and each runs alone.
    queued = and_(tickets.c.entrypoint == domain, tickets.c.rank == RANKS[Lane.BACKFILL])
    queued = and_(queued, tickets.c.status.in_(("queued", "waiting")))
    connection.execute(update(tickets).where(queued).values(status=HELD))
    due = and_(work.c.domain == domain, work.c.state == "queued", _held())
    connection.execute(update(work).where(due).values(state="waiting"))
    return stopped


def resume(connection: Connection, domain: str, now: datetime) -> int:
    """Gives how many walks go on."""
    connection.execute(
        update(work).where(work.c.domain == domain, work.c.state == "waiting", _held()).values(state="queued", due=now)
    )
    mine = and_(tickets.c.entrypoint == domain, tickets.c.status == HELD)
    connection.execute(update(tickets).where(mine).values(status="queued", execute_after=now.timestamp()))
    paused = and_(_OLD, walks.c.domain == domain, walks.c.paused_at.is_not(None))
    return connection.execute(update(walks).where(paused).values(paused_at=None)).rowcount


def _held() -> ColumnElement[bool]:
    mine = and_(tickets.c.domain == work.c.domain, tickets.c.entry_id == work.c.entry_id, tickets.c.status == HELD)
    return select(tickets.c.id).where(mine).exists()
