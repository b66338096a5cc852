"""Old events, dropped from the oldest on: what is held of a domain is always the unbroken rest of what was recorded,
and its feed's row says from when.

Verdicts, steps, statements and the audit do not rest on them. What something rests on is kept: an event that is younger
than the oldest open work, that may be read a second time, or that came after a gap that is still open began.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, takewhile
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from scanner.ledger.tables import events, feeds, gaps, work
from scanner.ledger.work.rereading import rereads
from scanner.ledger.work.working import OPEN

BATCH = 200
"""Events dropped in one transaction: each stands in five trees, which may have to be read from the disk."""


def may_go(connection: Connection, domain: str, before: datetime) -> datetime | None:
    """What was recorded before that moment serves nothing: none later than `before`. None where all has to stay. Passes
    over the backlog."""
    hidden = connection.scalars(select(gaps.c.since).where(gaps.c.domain == domain, gaps.c.closed_at.is_(None))).all()
    if None in hidden:
        return None
    first = select(func.min(work.c.first_seen_at, type_=work.c.first_seen_at.type))
    still = connection.scalar(first.where(work.c.domain == domain, work.c.state.in_(OPEN)))
    bounds: list[datetime] = [before, *hidden, *([] if still is None else [still])]
    return min(bounds)


def prune(connection: Connection, domain: str, before: datetime) -> int:
    """Drop some of what was recorded before a moment; gives how many. To be asked again until that is none."""
    feed = connection.execute(
        select(feeds.c.epoch, feeds.c.pruned_to, rereads.c.up_to)
        .join(rereads, rereads.c.domain == feeds.c.domain)
        .where(feeds.c.domain == domain)
    ).first()
    if feed is None:  # Nobody knows what may be read a second time.
        return 0
    key = (events.c.epoch, events.c.event_id)
    first = select(*key, events.c.recorded_at).where(events.c.domain == domain).order_by(*key).limit(BATCH)
    rows = connection.execute(first).all()
    old = list(takewhile(lambda row: row.recorded_at < before and _is_settled(row, feed), rows))
    if not old:
        return 0
    dropped = sum(_drop(connection, domain, list(some)) for _, some in groupby(old, key=lambda row: row.epoch))
    until = max([row.recorded_at for row in old] + ([] if feed.pruned_to is None else [feed.pruned_to]))
    connection.execute(update(feeds).where(feeds.c.domain == domain).values(pruned_to=until))
    return dropped


def _is_settled(row: Row[*tuple[Any, ...]], feed: Row[*tuple[Any, ...]]) -> bool:
    """It is not read a second time any more."""
    return bool(row.epoch < feed.epoch or row.event_id <= feed.up_to)


def _drop(connection: Connection, domain: str, run: Sequence[Row[*tuple[Any, ...]]]) -> int:
    """A run of ids of one epoch, of which nothing is missing."""
    ids = events.c.event_id.between(run[0].event_id, run[-1].event_id)
    mine = (events.c.domain == domain, events.c.epoch == run[0].epoch, ids)
    return connection.execute(delete(events).where(*mine)).rowcount


def pruned_to(connection: Connection, domain: str) -> datetime | None:
    """What was recorded up to then, that moment included, may be missing; None where all is held."""
    found: datetime | None = connection.scalar(select(feeds.c.pruned_to).where(feeds.c.domain == domain))
    return found
