"""Hands tickets to a handler, through PgQueuer's QueueManager, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from pgqueuer.core.qm import QueueManager
from pgqueuer.domain import models
from sqlalchemy import Connection

from scanner.ledger import holding
from scanner.ledger.database import Database
from scanner.ledger.dispatch import tickets
from scanner.ledger.dispatch.queue import TicketQueue
from scanner.model import EntryId

Handler = Callable[[str, EntryId], Awaitable[datetime | None]]
RECONCILE_EVERY = 60.0
LOOK_EVERY = timedelta(seconds=5)
"""How long a ticket written by another process can go unnoticed."""


class Dispatch:
    """Who works next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: TicketQueue | None = None

    def wake(self) -> None:
        """Tickets were written; say so after the transaction that wrote them."""
        if self._queue is not None:
            self._queue.driver.wake()

    async def work(
        self,
        limits: Mapping[str, int],
        handler: Handler,
        stop: asyncio.Event,
        *,
        total: int,
        lease: float,
        grace: float,
    ) -> None:
        """Run `handler` for due tickets, at most `total` at once and each domain within its limit. After `stop` no
        more are claimed; running ones have `grace` seconds, then they are cancelled. `lease`: seconds after which a
        silent worker's ticket is claimed again."""
        self._queue = TicketQueue(self._database, limits, total)
        running: set[asyncio.Task[None]] = set()
        queue = self._queue
        manager = QueueManager(queue)  # type: ignore[arg-type]  # the part of the port that it calls

        async def run(job: models.Job) -> None:
            domain, _, entry_id = (job.payload or b"").decode().partition("\n")
            task = asyncio.current_task()
            assert task is not None
            running.add(task)
            # After QueueManager's own callback, which was added first.
            task.add_done_callback(partial(ended, job.id))
            await handler(domain, EntryId(entry_id))

        def ended(ticket: int, task: asyncio.Task[None]) -> None:
            running.discard(task)
            queue.let_go(ticket)

        for name in (*limits, tickets.SUSPECT):
            manager.entrypoint(name)(run)
        async with asyncio.TaskGroup() as group:
            reconciling = group.create_task(self._reconcile())
            working = group.create_task(
                manager.run(
                    dequeue_timeout=LOOK_EVERY,
                    # One: an ended job frees its slot at once instead of waiting for others to end.
                    batch_size=1,
                    heartbeat_timeout=timedelta(seconds=lease),
                    log_aggregation_interval=timedelta(0),
                )
            )
            try:
                await stop.wait()
                manager.shutdown.set()
                await asyncio.wait([working], timeout=grace)
            finally:  # also when this is cancelled: QueueManager waits for what runs, however long
                for task in list(running):
                    task.cancel()
                reconciling.cancel()
                self._queue = None

    async def _reconcile(self) -> None:
        while True:
            if await self._database.run(_reconcile):
                self.wake()
            await asyncio.sleep(RECONCILE_EVERY)


def _reconcile(connection: Connection) -> int:
    """Tickets that are missing, and plans that a person decided on while a worker had them."""
    return tickets.reconcile(connection) + holding.wake(connection, datetime.now(UTC))
