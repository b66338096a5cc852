"""The embedded form: what it leaves behind when it stops, and what it mends while it runs."""

import asyncio
import warnings
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from scanner.errors import LedgerUnavailable
from scanner.ledger.dispatch import dispatch
from scanner.ledger.ledger import Ledger
from scanner.ledger.tables import tickets
from scanner.model import Lane
from tests.ledger.dispatch.bench import Bench, for_a_while, until
from tests.ledger.world import now, owner, settings, version


@pytest.mark.parametrize("grace", [0.0, 5.0])
async def test_the_end_leaves_no_tasks_and_no_warnings(tmp_path: Path, grace: float):
    before = asyncio.all_tasks()
    with warnings.catch_warnings(record=True) as warned:
        async with owner(tmp_path, now) as ledger:
            bench = Bench(ledger)
            await bench.put("a", "b", "c")
            async with bench.work(bench.hold, total=2, grace=grace) as stop:
                await until(lambda: len(bench.running) == 2)
                stop.set()
                if not grace:
                    await until(lambda: not bench.running)
        await asyncio.sleep(0)
    assert (asyncio.all_tasks(), warned) == (before, [])


async def test_an_idle_one_stops_at_once(tmp_path: Path):
    async with owner(tmp_path, now) as ledger:
        bench = Bench(ledger)
        async with asyncio.timeout(2), bench.work(bench.settle, grace=30):
            await for_a_while()


async def test_a_second_turn_works_like_the_first(tmp_path: Path):
    async with owner(tmp_path, now) as ledger:
        bench = Bench(ledger)
        for name in "ab":
            async with bench.work(bench.settle):
                await bench.put(name)
                await until(lambda name=name: bench.ended[-1:] == [name], seconds=2)
        await bench.put("c")  # with nobody to wake
    assert bench.ended == ["a", "b"]


async def test_open_work_whose_ticket_was_lost_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dispatch, "RECONCILE_EVERY", 0.1)
    async with owner(tmp_path, now) as ledger:
        bench = Bench(ledger)
        async with bench.work(bench.hold, total=1):
            await bench.put("a", "b")
            await until(lambda: bench.running == ["a"])
            await ledger._db.run(lambda c: c.execute(delete(tickets).where(tickets.c.entry_id == "b")))
            await for_a_while(0.2)
            bench.go_on.set()
            await until(lambda: bench.ended == ["a", "b"], seconds=3)


async def test_a_ticket_written_by_another_process_is_noticed_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=0.2))
    async with owner(tmp_path, now) as ledger, Ledger.reading(settings(tmp_path), now) as beside:
        bench = Bench(ledger)
        async with bench.work(bench.settle):
            await for_a_while()
            await beside.queue_versions("acme", [version("a")], Lane.BACKFILL)
            await until(lambda: bench.ended == ["a"], seconds=2)


async def test_a_ledger_that_fails_ends_the_work_with_its_reason(tmp_path: Path):
    async with owner(tmp_path, now) as ledger:
        await ledger._db.run(tickets.drop)
        with pytest.raises(ExceptionGroup) as caught:
            await ledger.dispatch.work({"acme": 1}, Bench(ledger).settle, asyncio.Event(), total=1, lease=20, grace=1)
    assert caught.group_contains(LedgerUnavailable, match="no such table: tickets")
    ledger.dispatch.wake()


async def test_who_cancels_the_work_cancels_what_runs(tmp_path: Path):
    async with owner(tmp_path, now) as ledger:
        bench = Bench(ledger)
        await bench.put("a")
        working = asyncio.create_task(
            ledger.dispatch.work({"acme": 1}, bench.hold, asyncio.Event(), total=1, lease=20, grace=30)
        )
        await until(lambda: bench.running == ["a"])
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(working, 5)
    assert (bench.running, bench.ended) == ([], [])
