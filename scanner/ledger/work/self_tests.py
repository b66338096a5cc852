"""What the last self-test has shown of certain engines: whoever starts with the same ones knows it at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import JSON, BigInteger, Column, Connection, delete, select
from sqlmodel import Field

from scanner.ledger.databases.database import Database
from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import Base, UtcDateTime

KEPT_FOR = timedelta(days=30)
"""Engines that nobody has tested for so long are forgotten."""


class SelfTestRow(Base, table=True):
    """The last conclusive one of these engines."""

    __tablename__ = "self_tests"
    engines: str = Field(primary_key=True)
    """A digest of versions and settings."""
    unseen: Any = Field(sa_column=Column(JSON, nullable=False))
    hopeless: Any = Field(sa_column=Column(JSON, nullable=False))
    largest: int | None = Field(default=None, sa_column=Column(BigInteger))
    tested_at: datetime = Field(sa_type=UtcDateTime)


self_tests = SelfTestRow.__table__  # type: ignore[attr-defined]


class Shown(NamedTuple):
    """Kinds of containers by their names, and bytes of the largest content that is known to be looked at."""

    unseen: tuple[str, ...] = ()
    hopeless: tuple[str, ...] = ()
    largest: int | None = None


class SelfTests:
    """Part of the ledger."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def record(self, engines: str, shown: Shown, now: datetime) -> None:
        await self._db.run(lambda connection: record(connection, engines, shown, now))

    async def last(self, engines: str) -> Shown | None:
        """None where these were never tested, or not for long."""
        return await self._db.read(lambda connection: last(connection, engines))


def record(connection: Connection, engines: str, shown: Shown, now: datetime) -> None:
    values: dict[str, Any] = {"unseen": list(shown.unseen), "hopeless": list(shown.hopeless)}
    values |= {"largest": shown.largest, "tested_at": now}
    statement = upsert(self_tests).values(engines=engines, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["engines"], set_=values))
    connection.execute(delete(self_tests).where(self_tests.c.tested_at < now - KEPT_FOR))


def last(connection: Connection, engines: str) -> Shown | None:
    row = connection.execute(select(self_tests).where(self_tests.c.engines == engines)).first()
    return None if row is None else Shown(tuple(row.unseen), tuple(row.hopeless), row.largest)
