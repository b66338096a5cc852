"""PgQueuer's queue on our SQLite tickets: the part of its repository port that QueueManager calls.

Ending and putting back a ticket happen in the transaction that ends or defers the work, so that what QueueManager wants
logged afterwards is done already; it only needs to be told that a slot is free.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from pgqueuer.core.tm import TaskManager
from pgqueuer.domain import models, types
from pgqueuer.domain.settings import DBSettings

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import tickets

SWEEP_EVERY = 1.0
"""Seconds in which work that became due may wait behind work that was there: each sweep costs a third of a claim. Where
there is nothing else to do, it does not wait."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Wakeup:
    """PgQueuer's driver, as far as QueueManager uses one: it carries notices within this process."""

    def __init__(self) -> None:
        self.shutdown = asyncio.Event()
        self.tm = TaskManager()
        self._callbacks: list[Callable[[str], None]] = []
        self._pending = False

    async def __aenter__(self) -> Wakeup:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._callbacks.clear()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        raise NotImplementedError("there is no SQL behind this driver")

    async def execute(self, query: str, *args: object) -> str:
        raise NotImplementedError("there is no SQL behind this driver")

    async def add_listener(self, channel: str, callback: Callable[[str], None]) -> None:
        self._callbacks.append(callback)

    async def notify(self, channel: str, payload: str) -> None:
        for callback in self._callbacks:
            callback(payload)

    def wake(self) -> None:
        """Tickets changed. Several calls within one turn of the loop are one notice."""
        if not self._pending:
            self._pending = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._pending = False
        event = models.TableChangedEvent(
            channel=types.Channel("tickets"),
            sent_at=datetime.now(UTC),
            type="table_changed_event",
            operation="update",
            table="tickets",
        )
        payload = event.model_dump_json()
        for callback in self._callbacks:
            callback(payload)


class TicketQueue:
    """What QueueManager takes for its database."""

    def __init__(self, database: Database, limits: Mapping[str, int], total: int) -> None:
        self.driver = Wakeup()
        self.qbe = SimpleNamespace(settings=DBSettings())
        self._database = database
        self._limits = limits
        self._total = total
        self.held: set[int] = set()
        """Tickets that take up a slot, until QueueManager has let go of them: it passes over what it still holds."""
        self._next_due: float | None = None
        self._sweep_at = 0.0

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: Mapping[str, Any],
        queue_manager_id: types.QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[models.Job]:
        room = self._total - len(self.held)
        if room <= 0:
            return []
        now, manager, held = time.time(), str(queue_manager_id), frozenset(self.held)

        def act(connection: Any) -> tuple[list[tickets.Claimed], float | None]:
            claimed: list[tickets.Claimed] = []
            if time.monotonic() < self._sweep_at:
                claimed = tickets.claim(connection, self._limits, room, manager=manager, now=now, held=held)
            if not claimed:
                stale = now - heartbeat_timeout.total_seconds()
                tickets.sweep(connection, now=now, stale_before=stale, held=held)
                self._sweep_at = time.monotonic() + SWEEP_EVERY
                claimed = tickets.claim(connection, self._limits, room, manager=manager, now=now, held=held)
            return claimed, None if claimed else tickets.next_due(connection, now)

        claimed, self._next_due = await self._database.run(act)
        self.held |= {one.id for one in claimed}
        return [_job(one, queue_manager_id) for one in claimed]

    def let_go(self, ticket: int) -> None:
        """It has ended for QueueManager too: a slot is free."""
        self.held.discard(ticket)
        self.driver.wake()

    async def log_jobs(self, job_status: list[tuple[models.Job, str, object]]) -> None:
        """The work's own transaction said how it ended."""

    async def retry_job(self, job: models.Job, delay: timedelta, traceback_record: object) -> None:
        raise NotImplementedError("work is put back by the ledger, not by its queue")

    async def update_heartbeat(self, job_ids: list[types.JobId]) -> None:
        ids, now = [int(one) for one in job_ids], time.time()
        await self._database.run(lambda connection: tickets.beat(connection, ids, now))

    async def eligible_queued_work(self, entrypoints: list[str]) -> int:
        """None that could be claimed now: the claim just before this call found nothing, or there is no room."""
        return 0

    async def next_deferred_eta(self, entrypoints: list[str]) -> timedelta | None:
        if self._next_due is None or len(self.held) >= self._total:
            return None
        return timedelta(seconds=max(0.0, self._next_due - time.time()))

    async def queued_work(self, entrypoints: list[str]) -> int:
        return 0

    async def notify_health_check(self, health_check_event_id: types.HealthCheckId) -> None:
        event = models.HealthCheckEvent(
            channel=types.Channel("tickets"),
            sent_at=datetime.now(UTC),
            type="health_check_event",
            id=health_check_event_id,
        )
        await self.driver.notify("tickets", event.model_dump_json())

    async def aggregate_logs(self) -> None:
        """There are no logs to aggregate: the ledger has them."""

    async def has_table(self, table: str) -> bool:
        return True

    async def table_has_column(self, table: str, column: str) -> bool:
        return True

    async def table_has_index(self, table: str, index: str) -> bool:
        return True

    async def has_user_defined_enum(self, key: str, enum: str) -> bool:
        return True


def _job(claimed: tickets.Claimed, manager: types.QueueManagerId) -> models.Job:
    return models.Job.model_construct(
        id=types.JobId(claimed.id),
        priority=-claimed.rank,
        created=_EPOCH,
        updated=_EPOCH,
        heartbeat=_EPOCH,
        execute_after=_EPOCH,
        status="picked",
        entrypoint=types.QueueEntrypoint(claimed.entrypoint),
        payload=f"{claimed.domain}\n{claimed.entry_id}".encode(),
        attempts=0,
        queue_manager_id=manager,
        headers=None,
    )
