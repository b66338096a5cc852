"""Notices to other systems, as workers, the notifier and commands ask for them. Each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from scanner.ledger.databases.database import Database
from scanner.ledger.notices import noticing
from scanner.ledger.notices.noticing import DueNotice, NoticeState
from scanner.ledger.orders import told
from scanner.ledger.orders.told import Told
from scanner.model import Run, StepResult


class Notices:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def put(
        self, run: Run, step_id: int, receivers: Sequence[str], event: Mapping[str, Any], waiting: str = ""
    ) -> StepResult:
        """The step is done with this: what is queued is handed over later, by somebody else. Raises Fenced."""
        return await self._db.run(
            lambda c: noticing.put(c, run, step_id, receivers, event, now=self._clock(), waiting=waiting)
        )

    async def update(self, run: Run, step_id: int, receivers: Sequence[str], event: Mapping[str, Any]) -> None:
        """What was told as waiting has ended, on account of a step of the plan that tells nobody itself."""
        version, telling = (run.version.domain, run.version.entry_id), (receivers, event)
        await self._db.run(lambda c: noticing.queue(c, version, step_id, telling, self._clock()))

    async def told(self, domain: str, entry_id: str) -> Told | None:
        """What a step told of a version, and whom; None where none did."""
        return await self._db.read(lambda connection: told.of(connection, domain, entry_id))

    async def due(self, receiver: str, most: int) -> list[DueNotice]:
        return await self._db.read(lambda c: noticing.due(c, receiver, self._clock(), most))

    async def taken(self, notice_id: int) -> None:
        await self._db.run(lambda c: noticing.end(c, notice_id, noticing.TAKEN, "", self._clock()))

    async def given_up(self, notice_id: int, trouble: str) -> None:
        await self._db.run(lambda c: noticing.end(c, notice_id, noticing.GIVEN_UP, trouble, self._clock()))

    async def retry_at(self, notice_id: int, due_at: datetime, trouble: str) -> None:
        await self._db.run(partial(noticing.retry_at, notice_id=notice_id, due_at=due_at, trouble=trouble))

    async def reopen(self) -> int:
        """On a person's word; gives how many."""
        return await self._db.run(lambda connection: noticing.reopen(connection, self._clock()))

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many are open, and since when the oldest is."""
        return await self._db.read(noticing.backlog)

    async def listed(self, most: int = 10_000) -> list[NoticeState]:
        """All that were not taken, oldest first."""
        return await self._db.read(lambda connection: noticing.listed(connection, most))

    async def prune(self, before: datetime) -> int:
        return await self._db.run(lambda connection: noticing.prune(connection, before))
