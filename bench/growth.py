"""What acts of the ledger cost as it grows: with 10,000, 100,000 and 1,000,000 versions, and five events for each.

The past is written by SQL, in the tables and with the indexes of the product, under ids as random as the platform's;
then acts are timed that a service and its commands do all day, each many times, through the ledger's own methods. Flat
means that the index design holds: what a version costs does not depend on how many came before it.

The ledgers take turns of a few acts each, so that whatever else the machine does meets them alike. The intake adds to
what is on record: to the smallest ledger nearly as much again.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.growth_past import EVENTS, SPAN, Past, entries_of, written
from scanner.ledger.ledger import Ledger
from scanner.ledger.proofs.coverage import Folders
from scanner.ledger.proofs.coverage_queries import Asked
from scanner.model import (
    ContentFacts,
    Cursor,
    EntryId,
    Event,
    FileVersion,
    GroupId,
    Inspection,
    Known,
    Queued,
    Verdict,
    VerdictKind,
)
from scanner.settings import LedgerSettings

SIZES = (10_000, 100_000, 1_000_000)
SAMPLES = 400
PAGE = 20
FLAT = 1.2
"""The p99 of a version's own acts with the most versions, over that with the fewest."""
ACTS = ("intake of 20 events", "take", "settle", "verdict by entry id", "coverage of 2,000 versions")
"""Whose cost must not grow: it is that of a version, or of the period asked for. The others read more where there is
more to read."""
PERIOD = 2_000
"""Versions first seen in the period of which coverage is asked."""
TURN = 20
"""Acts of one ledger before the next has its turn."""
SELDOM = 20
"""Of the acts that take long, so many times fewer are timed."""
OFTEN = 10
"""Of the shortest, so many times more: one in some hundreds moves SQLite's log into the file, and must not be met by
chance on one ledger alone."""
FACTS = ContentFacts(30_000, "ab" * 32, "cd" * 64, "application/pdf")


def run(folder: Path, sizes: tuple[int, ...] = SIZES, samples: int = SAMPLES) -> dict[str, Any]:
    found = asyncio.run(_measured(folder, sizes, samples))
    growth, cpu = ({act: _growth(found, sizes, act, of) for act in ACTS} for of in ("p99_ms", "cpu_p50_ms"))
    return {
        "what": "milliseconds of one act on SQLite, by the number of versions on record",
        "events_per_version": EVENTS,
        "samples": samples,
        "by_versions": found,
        "p99_growth": growth,
        "cpu_growth": cpu,
        "target_growth": FLAT,
        "met": all(one <= FLAT for one in growth.values()),
    }


def _growth(found: dict[int, dict[str, Any]], sizes: tuple[int, ...], act: str, of: str) -> float:
    return round(float(found[sizes[-1]]["acts"][act][of] / found[sizes[0]]["acts"][act][of]), 2)


async def _measured(folder: Path, sizes: tuple[int, ...], samples: int) -> dict[int, dict[str, Any]]:
    pasts = [await written(folder, size) for size in sizes]
    async with AsyncExitStack() as stack:
        actors = [Actor(await _opened(stack, past.file), past, await entries_of(past.file, samples)) for past in pasts]
        for turn in range(0, samples, TURN):
            for name in actors[0].acts:
                for actor in actors:
                    await actor.turn(name, range(turn, min(turn + TURN, samples)))
    return {
        actor.past.size: {
            "mib": round(actor.past.mib),
            "bytes_per_version_with_events": round(actor.past.mib * 1024**2 / actor.past.size),
            "seconds_to_fill": round(actor.past.seconds, 1),
            "acts": {name: _figures(timed, actor.spent[name]) for name, timed in actor.timed.items()},
        }
        for actor in actors
    }


async def _opened(stack: AsyncExitStack, file: Path) -> Ledger:
    ledger = await Ledger.open(LedgerSettings(url=f"sqlite:///{file}"), lambda: datetime.now(UTC), owner=True)
    stack.push_async_callback(ledger.close)
    return ledger


class Actor:
    """What a service and its commands do all day, on one ledger."""

    def __init__(self, ledger: Ledger, past: Past, known: list[str]) -> None:
        self.past = past
        self._ledger = ledger
        self._known = known
        self._began = datetime.now(UTC)
        self._first = (past.size + 1) * EVENTS
        self._folders = Folders({"acme": ["/Shared"]})
        self.acts: dict[str, Callable[[int], Awaitable[None]]] = {
            "intake of 20 events": self._intake,
            "take": self._take,
            "settle": self._settle,
            "verdict by entry id": self._explain,
            "coverage of 2,000 versions": self._period,
            "backlog and its gauges": self._backlog,
            "the newest 100 verdicts": self._newest,
        }
        self.timed: dict[str, list[float]] = {name: [] for name in self.acts}
        self.spent: dict[str, list[float]] = {name: [] for name in self.acts}
        """CPU seconds of this process."""

    async def turn(self, name: str, numbers: range) -> None:
        if name not in ACTS or name == ACTS[-1]:
            numbers = range(numbers.start, numbers.start + 1) if numbers.start % SELDOM == 0 else range(0)
        if name in ("take", "settle"):
            numbers = range(numbers.start * OFTEN, numbers.stop * OFTEN)
        for number in numbers:
            await self.acts[name](number)

    @asynccontextmanager
    async def _timed(self, name: str) -> AsyncIterator[None]:
        began, spent = time.perf_counter(), time.process_time()
        yield
        self.timed[name].append(time.perf_counter() - began)
        self.spent[name].append(time.process_time() - spent)

    async def _intake(self, number: int) -> None:
        events = [_event(self._first + number * PAGE + one, self._began) for one in range(PAGE)]
        async with self._timed("intake of 20 events"):
            await self._ledger.record_page("acme", events, Cursor(events[-1].id), _queued)

    async def _take(self, number: int) -> None:
        async with self._timed("take"):
            run = await self._ledger.take("acme", _entry(self._first + 2 * number))
        assert run is not None

    async def _settle(self, number: int) -> None:
        run = await self._ledger.take("acme", _entry(self._first + 2 * number + 1))
        assert run is not None
        verdict = Verdict(run.version, VerdictKind.CLEAN, (), (Inspection("clamd", "1.4"),), FACTS)
        async with self._timed("settle"):
            await self._ledger.settle(run, verdict)

    async def _explain(self, number: int) -> None:
        async with self._timed("verdict by entry id"):
            found = await self._ledger.explain(self._known[number * 7919 % len(self._known)])
        assert len(found) == 1

    async def _period(self, _: int) -> None:
        asked = Asked("acme", self._began - SPAN * PERIOD / self.past.size, self._began)
        async with self._timed("coverage of 2,000 versions"):
            found = await self._ledger.proofs.coverage(asked, self._folders, elsewhere=False)
        assert len(found.places) == 1

    async def _backlog(self, _: int) -> None:
        async with self._timed("backlog and its gauges"):
            await self._ledger.backlog()

    async def _newest(self, _: int) -> None:
        async with self._timed("the newest 100 verdicts"):
            found = await self._ledger.verdicts(limit=100)
        assert len(found) == 100


def _figures(seconds: list[float], spent: list[float]) -> dict[str, float]:
    return {
        "p50_ms": round(1000 * statistics.median(seconds), 2),
        "p99_ms": round(1000 * _p99(seconds), 2),
        "cpu_p50_ms": round(1000 * statistics.median(spent), 2),
        "cpu_p99_ms": round(1000 * _p99(spent), 2),
    }


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[math.ceil(len(seconds) * 0.99) - 1]


def _event(number: int, now: datetime) -> Event:
    return Event(
        number,
        now,
        "file_system",
        "create",
        target_path=f"/Shared/f{number % 1000}/{number}.pdf",
        group_id=GroupId(_entry(-number)),
        entry_id=_entry(number),
    )


def _entry(number: int) -> EntryId:
    """As random as those of the past, and known again."""
    return EntryId(hashlib.sha256(str(number).encode()).hexdigest()[:32])


def _queued(event: Event, _: Known) -> Queued:
    assert event.group_id is not None
    assert event.entry_id is not None
    assert event.target_path is not None
    return Queued(FileVersion("acme", event.group_id, event.entry_id, event.target_path, uploaded_at=event.occurred_at))
