"""Hands tickets to a handler, through PgQueuer's QueueManager, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pgqueuer.core.qm import QueueManager
from pgqueuer.domain import models
from sqlalchemy import Connection

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import UNREACHABLE, why
from scanner.ledger.dispatch import server_tickets, tickets
from scanner.ledger.dispatch.queue import TicketQueue
from scanner.ledger.dispatch.server_queue import ServerQueue, server_queue
from scanner.ledger.orders import holding
from scanner.model import EntryId

Handler = Callable[[str, EntryId], Awaitable[datetime | None]]
RECONCILE_EVERY = 60.0
LOOK_EVERY = timedelta(seconds=5)
"""How long a ticket written by another process can go unnoticed."""


class Dispatch:
    """Who works next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: TicketQueue | ServerQueue | None = None

    def wake(self) -> None:
        """Tickets were written; say so after the transaction that wrote them."""
        if self._queue is not None:
            self._queue.driver.wake()

    async def prune(self) -> int:
        """Drop some of what the queue keeps of claims long past; gives how much. To be asked again until that is
        nothing."""
        if not self._database.shared:
            return 0
        return await self._database.run_beside(server_tickets.prune_log)

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
        silent worker's ticket is claimed again. Raises LedgerUnavailable."""
        try:
            async with self._opened(limits, total) as self._queue:
                await self._work(self._queue, (*limits, tickets.SUSPECT), handler, stop, lease=lease, grace=grace)
        finally:
            self._queue = None

    @asynccontextmanager
    async def _opened(self, limits: Mapping[str, int], total: int) -> AsyncIterator[TicketQueue | ServerQueue]:
        """Raises LedgerUnavailable."""
        if not isinstance(self._database, PostgresDatabase):
            yield TicketQueue(self._database, limits, total)
            return
        server = self._database.server
        try:
            async with server_queue(server, limits, total) as queue:
                yield queue
        except UNREACHABLE as error:
            raise LedgerUnavailable(f"{server.name}: {why(error)}") from error

    async def _work(
        self,
        queue: TicketQueue | ServerQueue,
        entrypoints: Sequence[str],
        handler: Handler,
        stop: asyncio.Event,
        *,
        lease: float,
        grace: float,
    ) -> None:
        running: set[asyncio.Task[None]] = set()
        manager = QueueManager(queue)  # type: ignore[arg-type]  # of ours the part of the port that it calls

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

        for name in entrypoints:
            manager.entrypoint(name)(run)
        async with asyncio.TaskGroup() as group:
            reconciling = group.create_task(self._reconcile())
            working = group.create_task(
                self._told(
                    manager.run(
                        dequeue_timeout=LOOK_EVERY,
                        # One: an ended job frees its slot at once instead of waiting for others to end.
                        batch_size=1,
                        heartbeat_timeout=timedelta(seconds=lease),
                        log_aggregation_interval=timedelta(0),
                    )
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

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except UNREACHABLE as error:
            raise LedgerUnavailable(f"{self._database.name}: {why(error)}") from error

    async def _reconcile(self) -> None:
        while True:
            if await self._database.run(_reconcile):
                self.wake()
            await asyncio.sleep(RECONCILE_EVERY)


def _reconcile(connection: Connection) -> int:
    """Tickets that are missing, and plans that a person decided on while a worker had them."""
    return tickets.reconcile(connection) + holding.wake(connection, datetime.now(UTC))
