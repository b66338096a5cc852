"""Workers on a ledger, and a record of who ran beside whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from scanner.ledger.ledger import Ledger
from scanner.model import EntryId, Lane, Outcome, Run
from tests.ledger.world import version

Job = Callable[[str, EntryId], Awaitable[datetime | None]]


class Bench:
    """Handlers that end their work in order, and what was seen while they ran."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.started: list[str] = []
        self.running: list[str] = []
        self.beside: list[tuple[str, ...]] = []
        """At each start, who was running then, the new one last."""
        self.ended: list[str] = []
        self.go_on = asyncio.Event()

    async def put(self, *names: str, lane: Lane = Lane.LIVE, domain: str = "acme") -> None:
        await self.ledger.queue_versions(domain, [version(name, domain) for name in names], lane)

    async def take(self, domain: str, entry_id: EntryId) -> Run:
        self.started.append(entry_id)
        self.running.append(entry_id)
        self.beside.append(tuple(self.running))
        run = await self.ledger.take(domain, entry_id)
        assert run is not None
        return run

    async def settle(self, domain: str, entry_id: EntryId) -> datetime | None:
        """Takes a moment, then ends."""
        try:
            run = await self.take(domain, entry_id)
            await asyncio.sleep(0.01)
            await self.ledger.finish(run, Outcome.JUDGED)
            self.ended.append(entry_id)
        finally:
            self.running.remove(entry_id)
        return None

    async def hold(self, domain: str, entry_id: EntryId) -> datetime | None:
        """Ends when told to."""
        try:
            run = await self.take(domain, entry_id)
            await self.go_on.wait()
            await self.ledger.finish(run, Outcome.JUDGED)
            self.ended.append(entry_id)
        finally:
            self.running.remove(entry_id)
        return None

    @asynccontextmanager
    async def work(
        self,
        handler: Job,
        limits: Mapping[str, int] | None = None,
        *,
        total: int = 4,
        lease: float = 20.0,
        grace: float = 5.0,
    ) -> AsyncIterator[asyncio.Event]:
        """Workers until the block ends, or until the event that it gives is set."""
        stop = asyncio.Event()
        given = limits or {"acme": total}
        working = asyncio.create_task(
            self.ledger.dispatch.work(given, handler, stop, total=total, lease=lease, grace=grace)
        )
        try:
            yield stop
        finally:
            stop.set()
            self.go_on.set()
            await working


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


async def for_a_while(seconds: float = 0.15) -> None:
    """Time in which what must not happen could happen."""
    await asyncio.sleep(seconds)
