"""Taking back what was done, as commands ask for it. Each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from scanner.ledger.databases.database import Database
from scanner.ledger.notices.noticing import Telling
from scanner.ledger.orders import releasing, undoing
from scanner.ledger.orders.undoing import Undoable
from scanner.ledger.rows import QuarantineRow
from scanner.model import StepRecord, StepResult


class Undos:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def on_account_of(
        self, name: str, *, signature: bool, since: datetime, domain: str | None = None
    ) -> list[Undoable]:
        """Versions about which something was done for this signature, or this rule, and still stands; oldest first."""
        return await self._db.read(
            partial(undoing.on_account_of, name=name, signature=signature, since=since, domain=domain)
        )

    async def of_row(self, row: QuarantineRow) -> Undoable:
        """All that was done about a version in quarantine."""
        return await self._db.read(lambda connection: undoing.of_row(connection, row))

    async def begin(
        self, one: Undoable, record: StepRecord, *, by: str, because: str, until: date | None
    ) -> StepRecord:
        """The intent, before the act; one of several tries where an order was cut off."""
        now = self._clock()
        return await self._db.run(
            partial(undoing.begin, one=one, record=record, by=by, because=because, until=until, now=now)
        )

    async def record(self, step_id: int, result: StepResult, closing: Telling | None = None) -> None:
        """How it ended. `closing`: whom to tell of it and what, where it was carried out."""
        await self._db.run(lambda connection: releasing.record(connection, step_id, result, self._clock(), closing))
