"""When each feed was read last, by whichever replica: one alone knows nothing of a feed that it handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import Field

from scanner.ledger.databases.database import Database
from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import Base, UtcDateTime


class PollRow(Base, table=True):
    """The last poll of a domain that succeeded."""

    __tablename__ = "polls"
    domain: str = Field(primary_key=True)
    polled_at: datetime = Field(sa_type=UtcDateTime)


polls = PollRow.__table__  # type: ignore[attr-defined]


class Polls:
    """Part of the ledger."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def record(self, moments: Mapping[str, datetime]) -> None:
        """By domain; never backwards."""
        if moments:
            await self._db.run(lambda connection: record(connection, moments))

    async def last(self) -> Mapping[str, datetime]:
        """Of each domain that was ever polled."""
        return await self._db.read(last)


def record(connection: Connection, moments: Mapping[str, datetime]) -> None:
    # In one order always: two replicas may record the same domains, and each row is locked until the end.
    statement = upsert(polls).values([{"domain": name, "polled_at": moments[name]} for name in sorted(moments)])
    newer = statement.excluded.polled_at
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["domain"], set_={"polled_at": newer}, where=polls.c.polled_at < newer
        )
    )


def last(connection: Connection) -> Mapping[str, datetime]:
    return {row.domain: row.polled_at for row in connection.execute(select(polls))}
