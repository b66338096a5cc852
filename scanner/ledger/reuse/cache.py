"""The verdict cache as the service works with it: each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from scanner.ledger.databases.database import Database
from scanner.ledger.reuse import caching
from scanner.ledger.reuse.caching import Absent, Contents, Kept, Key, Raised


class Cache:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._db = database
        self._clock = clock
        self._wake = wake

    async def find(self, domain: str, key: Key, since: datetime) -> Kept | Absent:
        """The newest look of this very key since a moment, for a version of the domain."""
        return await self._db.read(lambda connection: caching.find(connection, domain, key, since))

    async def doubt(self, raised: Raised) -> None:
        await self._db.run(lambda connection: caching.doubt(connection, raised, self._clock()))

    async def settle(self, ids: Sequence[int], *, by: str, because: str) -> int:
        """A person has seen to these doubts; gives how many of them were open."""
        return await self._db.run(lambda connection: caching.settle(connection, ids, by, because, self._clock()))

    async def put_back(self) -> int:
        """Some versions whose verdict rests on what is doubted; gives how many. To be asked again until none are."""
        queued = await self._db.run(lambda connection: caching.put_back(connection, self._clock()))
        if queued:
            self._wake()
        return queued

    async def prune(self, before: datetime) -> int:
        """Drop some looks of before a moment; gives how many. To be asked again until that is none."""
        return await self._db.run(lambda connection: caching.prune(connection, before))

    async def note_forgotten(self, *, by: str, because: str) -> None:
        """Who wants all looks forgotten, before they are."""
        await self._db.run(lambda connection: caching.note_forgotten(connection, by, because, self._clock()))

    async def forget(self) -> int:
        """Some looks, however new; gives how many. To be asked again until that is none."""
        return await self.prune(datetime.max.replace(tzinfo=self._clock().tzinfo))

    async def contents(self) -> Contents:
        return await self._db.read(caching.contents)

    async def open_doubts(self) -> int:
        return await self._db.read(caching.open_doubts)
