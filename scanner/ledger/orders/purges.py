"""Purges, as commands ask for them. Each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from scanner.ledger.databases.database import Database
from scanner.ledger.notices.noticing import Telling
from scanner.ledger.orders import purging, releasing
from scanner.ledger.orders.purging import Purgeable
from scanner.ledger.rows import QuarantineRow
from scanner.model import StepRecord, StepResult

AT_ONCE = 500


class Purges:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def purgeable(self, before: datetime, domain: str | None = None) -> list[Purgeable]:
        """Files that were put into quarantine before a moment, oldest first."""
        return await self._db.read(lambda connection: purging.purgeable(connection, domain, before))

    async def request(self, rows: Sequence[QuarantineRow], *, by: str, because: str) -> int:
        """Gives how many nobody had requested before. Cut off, it may be repeated for the rest."""
        requested = 0
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            requested += await self._db.run(
                partial(purging.request, rows=some, by=by, because=because, now=self._clock())
            )
        return requested

    async def begin(self, row: QuarantineRow, *, by: str, because: str, two_people: bool) -> StepRecord:
        """The intent to delete, before the act. Raises LedgerUnavailable where that may not be."""
        return await self._db.run(
            partial(purging.begin, row=row, by=by, because=because, two_people=two_people, now=self._clock())
        )

    async def record(self, step_id: int, result: StepResult, closing: Telling | None = None) -> None:
        """How it ended; a newer version that it met is queued. `closing`: what to tell, and whom, where it was done."""
        await self._db.run(lambda connection: releasing.record(connection, step_id, result, self._clock(), closing))
