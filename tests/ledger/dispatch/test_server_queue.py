"""What PgQueuer's queue promises with several replicas, each a queue of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from pgqueuer.domain.types import QueueManagerId

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.server import Server
from scanner.ledger.dispatch import dispatch
from scanner.ledger.dispatch.server_queue import NO_LIMIT, Listener, ServerQueue, server_queue
from scanner.ledger.rows import WorkCounts
from scanner.model import EntryId, Gap, Outcome, Unchecked
from scanner.settings import LedgerSettings
from tests.ledger.dispatch.bench import Bench, for_a_while, until
from tests.ledger.world import now, opened
from tests.postgres import ask


@pytest_asyncio.fixture
async def two(ledger_on_server: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Bench, Bench]]:
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=0.2))
    async with opened(ledger_on_server, now) as first, opened(ledger_on_server, now) as second:
        yield Bench(first), Bench(second)


async def test_each_version_is_handed_out_once_over_all_replicas(two: tuple[Bench, Bench]):
    first, second = two
    names = [f"{domain}{number}" for domain in "ab" for number in range(30)]
    await first.put(*names[:30])
    await first.put(*names[30:], domain="bolt")
    limits = {"acme": NO_LIMIT, "bolt": NO_LIMIT}
    async with first.work(first.settle, limits), second.work(second.settle, limits):
        await until(lambda: len(first.ended) + len(second.ended) == 60, seconds=30)
    assert sorted(first.started + second.started) == sorted(names)
    assert await first.ledger.work_counts() == WorkCounts(done=60)


async def test_a_domain_s_limit_holds_over_all_replicas(two: tuple[Bench, Bench]):
    first, second = two
    await first.put(*(f"a{number}" for number in range(8)))
    async with first.work(first.hold, {"acme": 3}), second.work(second.hold, {"acme": 3}):
        await until(lambda: len(first.running) + len(second.running) == 3)
        await for_a_while(0.6)
        assert len(first.running) + len(second.running) == 3


async def test_what_other_replicas_work_on_counts_towards_a_domain_s_share(two: tuple[Bench, Bench]):
    first, second = two
    limits = {"acme": NO_LIMIT, "bolt": NO_LIMIT}
    await first.put(*(f"a{number}" for number in range(8)))
    async with first.work(first.hold, limits, total=3):
        await until(lambda: first.running == ["a0", "a1", "a2"])
        await first.put("b0", "b1", "b2", "b3", domain="bolt")
        async with second.work(second.hold, limits, total=4):
            await until(lambda: len(second.running) == 4)
            assert sorted(second.running) == ["a3", "b0", "b1", "b2"]


class Slow(Listener):
    """Between what it learns of whose turn it is and its claim, another replica claims."""

    between: Callable[[], Awaitable[object]] | None = None

    async def fetch(self, query: str, *given: Any) -> list[dict[str, Any]]:
        rows = await super().fetch(query, *given)
        if self.between is not None and "running" in query:
            between, self.between = self.between, None
            await between()
        return rows


async def test_where_another_took_what_was_ours_to_take_whatever_else_is_due_is_taken(
    two: tuple[Bench, Bench], ledger_on_server: LedgerSettings
):
    await two[0].put("a")
    await two[0].put("b", domain="bolt")
    server, limits = Server(ledger_on_server), {"acme": NO_LIMIT, "bolt": NO_LIMIT}
    async with server_queue(server, limits, total=1) as rival, server_queue(server, limits, total=1) as apart:
        slow = ServerQueue(Slow(apart.driver._connection), limits, total=1)
        slow.driver.between = partial(claimed_by, rival)
        assert (await claimed_by(slow), [*rival.held]) == ([b"bolt\nb"], [1])


async def claimed_by(queue: ServerQueue) -> list[bytes | None]:
    jobs = await queue.dequeue(1, {}, QueueManagerId(uuid4()), None, timedelta(seconds=5))
    return [job.payload for job in jobs]


async def test_a_suspect_runs_alone_in_its_replica_and_the_others_go_on(two: tuple[Bench, Bench]):
    first, second = two
    await first.put("bad")
    for _ in range(2):
        run = await first.ledger.take("acme", EntryId("bad"))
        assert run is not None
        await first.ledger.defer(run, Gap(Unchecked.POISON, "died"), now(), counts=True)
    limits = {"acme": NO_LIMIT}
    async with first.work(first.hold, limits):
        await until(lambda: first.running == ["bad"])
        await first.put("a", "b", "c")
        async with second.work(second.settle, limits):
            await until(lambda: len(second.ended) == 3)
        assert first.beside == [("bad",)]


async def test_of_a_replica_that_died_a_suspect_is_taken_up_as_one(two: tuple[Bench, Bench]):
    first, second = two
    await first.put("bad")
    starts = []

    async def die(domain: str, entry_id: EntryId) -> None:
        run = await second.ledger.take(domain, entry_id)
        assert run is not None
        starts.append(run.starts)
        if len(starts) < 3:
            raise RuntimeError("its process died")
        await second.ledger.finish(run, Outcome.FAILED)

    async with second.work(die, {"acme": NO_LIMIT}, lease=0.4):
        await until(lambda: len(starts) == 2, seconds=20)
        await until(lambda: len(starts) == 3, seconds=20)
    assert starts == [1, 2, 3]


async def test_a_server_that_goes_away_ends_the_work_and_is_told(
    two: tuple[Bench, Bench], postgres, ledger_on_server: LedgerSettings
):
    first, _ = two
    working = asyncio.create_task(
        first.ledger.dispatch.work({"acme": NO_LIMIT}, first.settle, asyncio.Event(), total=1, lease=5, grace=1)
    )
    await for_a_while(0.5)
    name = ledger_on_server.url.rpartition("/")[2]
    kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await asyncio.to_thread(ask, postgres, kill)
    with pytest.raises(ExceptionGroup) as raised:
        await asyncio.wait_for(working, 20)
    assert raised.group_contains(LedgerUnavailable)


async def test_what_another_replica_claims_and_ends_is_no_reason_to_look(
    two: tuple[Bench, Bench], monkeypatch: pytest.MonkeyPatch
):
    looked: list[tuple[str, ...]] = []
    dequeue = ServerQueue.dequeue

    async def counted(queue: ServerQueue, *asked: Any, **named: Any) -> list[Any]:
        looked.append(tuple(queue._limits))
        return await dequeue(queue, *asked, **named)

    monkeypatch.setattr(ServerQueue, "dequeue", counted)
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=60))
    first, second = two
    await first.put(*(f"a{number}" for number in range(20)))
    async with second.work(second.settle, {"globex": NO_LIMIT}):
        await until(lambda: len(looked) == 1)
        async with first.work(first.settle, {"acme": NO_LIMIT}):
            await until(lambda: len(first.ended) == 20, seconds=30)
            assert looked.count(("globex",)) == 1
            await first.put("b", domain="globex")
            await until(lambda: second.ended == ["b"])
