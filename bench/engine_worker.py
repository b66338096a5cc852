"""One process of `bench/engine.py`: the product's ledger and dispatch, with a scan that only takes its time.

Told by lines on standard input, says one JSON object for each on standard output. At `work` the dispatch begins and
`ready` is said; at `feed N` it queues versions itself, one after the other, as a replica does that holds the feed; at
the end of its input it stops and tells what it did.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bench.engine_jobs import CONCURRENCY, DOMAIN, FEED_EVERY, SCAN, VERDICT_FACTS, version
from scanner.ledger.dispatch.server_queue import NO_LIMIT
from scanner.ledger.ledger import Ledger
from scanner.model import EntryId, Inspection, Lane, Verdict, VerdictKind
from scanner.settings import LedgerSettings

LEASE, GRACE = 60.0, 10.0


class Worker:
    """What the dispatch hands tickets to."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.queued: dict[str, float] = {}
        """When each version that was fed was about to be queued, in seconds since the epoch."""
        self.claimed: dict[str, float] = {}
        """When each was taken."""
        self.settled: dict[str, float] = {}

    async def scan(self, domain: str, entry_id: EntryId) -> datetime | None:
        """Claim, fake scan, verdict."""
        run = await self._ledger.take(domain, entry_id)
        if run is None:
            return None
        self.claimed[entry_id] = time.time()
        await asyncio.sleep(SCAN)
        verdict = Verdict(run.version, VerdictKind.CLEAN, (), (Inspection("clamd", "ClamAV 1.4"),), VERDICT_FACTS)
        await self._ledger.settle(run, verdict)
        self.settled[entry_id] = time.time()
        return None

    async def feed(self, count: int) -> None:
        for number in range(count):
            one = version(f"fed-{number}")
            self.queued[one.entry_id] = time.time()
            await self._ledger.queue_versions(DOMAIN, [one], Lane.LIVE)
            await asyncio.sleep(FEED_EVERY)


async def main(url: str) -> None:
    ledger = await Ledger.open(LedgerSettings(url=url), lambda: datetime.now(UTC), owner=True)
    try:
        async with _lines() as lines:
            worker, stop = Worker(ledger), asyncio.Event()
            say({"open": True})
            assert await anext(lines) == "work"
            begun = time.process_time()
            async with asyncio.TaskGroup() as group:
                group.create_task(
                    ledger.dispatch.work(
                        {DOMAIN: NO_LIMIT}, worker.scan, stop, total=CONCURRENCY, lease=LEASE, grace=GRACE
                    )
                )
                async for line in lines:
                    await worker.feed(int(line.removeprefix("feed ")))
                    say({"fed": len(worker.queued)})
                stop.set()
    finally:
        await ledger.close()
    times = {"queued": worker.queued, "claimed": worker.claimed, "settled": worker.settled}
    say({**times, "cpu_seconds": time.process_time() - begun})


def say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


@asynccontextmanager
async def _lines() -> AsyncIterator[AsyncIterator[str]]:
    """Of standard input, to its end."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def each() -> AsyncIterator[str]:
        while line := await reader.readline():
            yield line.decode().strip()

    try:
        yield each()
    finally:
        transport.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
