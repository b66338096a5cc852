"""What is old and serves nothing any more, as the service drops it: each method is one transaction, and a short one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scanner.ledger.databases.database import Database
from scanner.ledger.retention import old_events, old_walks
from scanner.ledger.tables import feeds


class Retention:
    """Part of the ledger."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def domains(self) -> list[str]:
        """Of which there is a feed, also those that are in no settings any more."""
        query = select(feeds.c.domain).order_by(feeds.c.domain)
        return await self._db.read(lambda connection: list(connection.scalars(query)))

    async def events_may_go(self, domain: str, before: datetime) -> datetime | None:
        """What was recorded before that moment serves nothing: none later than `before`. None where all has to
        stay."""
        return await self._db.read(lambda connection: old_events.may_go(connection, domain, before))

    async def prune_events(self, domain: str, before: datetime) -> int:
        """Drop some of what was recorded before a moment; gives how many. To be asked again until that is none."""
        return await self._db.run(lambda connection: old_events.prune(connection, domain, before))

    async def prune_walks(self, domain: str, before: datetime) -> int:
        """The same for walks that ended before a moment."""
        return await self._db.run(lambda connection: old_walks.prune(connection, domain, before))
