"""How far a feed was read a second time. A service that is killed again and again before it comes to that still knows
afterwards what it owes: an event that showed late below the cursor is found, however short the lives."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Connection, delete, func, select
from sqlmodel import Field

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import Base, events, feeds


class RereadRow(Base, table=True):
    """Events of a domain up to an id were read once more when they were a minute old, or were old from the start."""

    __tablename__ = "rereads"
    domain: str = Field(primary_key=True)
    up_to: int = Field(sa_type=BigInteger)


rereads = RereadRow.__table__  # type: ignore[attr-defined]


def owed(connection: Connection, domain: str, before: datetime) -> tuple[int, int | None] | None:
    """The first id that was not read again, and the last one from there on that was recorded before a moment, if any
    was. None where nobody knows how far it was read."""
    up_to = connection.execute(select(rereads.c.up_to).where(rereads.c.domain == domain)).scalar_one_or_none()
    if up_to is None:
        return None
    epoch = connection.execute(select(feeds.c.epoch).where(feeds.c.domain == domain)).scalar_one_or_none() or 0
    here = (events.c.domain == domain, events.c.epoch == epoch, events.c.event_id > up_to)
    last = connection.scalar(select(func.max(events.c.event_id)).where(*here, events.c.recorded_at <= before))
    return up_to + 1, last


def settle(connection: Connection, domain: str, up_to: int) -> None:
    """Never backwards."""
    statement = upsert(rereads).values(domain=domain, up_to=up_to)
    newer = statement.excluded.up_to
    connection.execute(
        statement.on_conflict_do_update(index_elements=["domain"], set_={"up_to": newer}, where=rereads.c.up_to < newer)
    )


def forget(connection: Connection, domain: str) -> None:
    """Ids mean something else from now on."""
    connection.execute(delete(rereads).where(rereads.c.domain == domain))
