"""What every form of dispatch promises, told with workers on a ledger: with our tickets on SQLite, and with PgQueuer's
own queue on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from scanner.errors import Fenced
from scanner.ledger.dispatch import dispatch
from scanner.ledger.rows import WorkCounts
from scanner.model import EntryId, Gap, Lane, Outcome, Unchecked
from scanner.settings import LedgerSettings
from tests.ledger.dispatch.bench import Bench, for_a_while, until
from tests.ledger.world import now, opened, settings


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerSettings:
    return settings(tmp_path) if request.param == "sqlite" else request.getfixturevalue("ledger_on_server")


@pytest_asyncio.fixture
async def bench(place: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=0.1))
    async with opened(place, now) as ledger:
        yield Bench(ledger)


async def test_the_lanes_go_in_order_and_within_a_lane_the_oldest_goes_first(bench: Bench):
    for lane, names in [(Lane.BACKFILL, "ab"), (Lane.RESCAN, "c"), (Lane.RECONCILE, "d"), (Lane.LIVE, "ef")]:
        await bench.put(*names, lane=lane)
    async with bench.work(bench.settle, total=1):
        await until(lambda: len(bench.ended) == 6)
    assert bench.started == ["e", "f", "d", "c", "a", "b"]


async def test_what_comes_later_in_an_earlier_lane_overtakes_what_waits(bench: Bench):
    await bench.put("a", "b", lane=Lane.BACKFILL)
    async with bench.work(bench.hold, total=1):
        await until(lambda: bench.running == ["a"])
        await bench.put("live")
        bench.go_on.set()
        await until(lambda: len(bench.ended) == 3)
    assert bench.started == ["a", "live", "b"]


async def test_each_domain_keeps_to_its_limit_and_leaves_room_for_others(bench: Bench):
    await bench.put("a1", "a2", "a3", "a4")
    await bench.put("b1", "b2", domain="bolt")
    async with bench.work(bench.hold, {"acme": 2, "bolt": 1}, total=10):
        await until(lambda: len(bench.running) == 3)
        await for_a_while()
        assert sorted(bench.running) == ["a1", "a2", "b1"]


async def test_all_together_keep_to_the_limit_of_all(bench: Bench):
    await bench.put(*(f"a{number}" for number in range(12)))
    await bench.put(*(f"b{number}" for number in range(12)), domain="bolt")
    async with bench.work(bench.settle, {"acme": 9, "bolt": 9}, total=3):
        await until(lambda: len(bench.ended) == 24)
    assert max(len(running) for running in bench.beside) == 3


async def test_a_domain_that_has_less_in_work_goes_before_the_backlog_of_another(bench: Bench):
    one_ends = asyncio.Semaphore(0)

    async def wait_its_turn(domain: str, entry_id: EntryId) -> None:
        run = await bench.take(domain, entry_id)
        await one_ends.acquire()
        await bench.ledger.finish(run, Outcome.JUDGED)
        bench.running.remove(entry_id)

    await bench.put(*(f"a{number}" for number in range(9)))
    async with bench.work(wait_its_turn, {"acme": 9, "bolt": 9}, total=3):
        await until(lambda: len(bench.started) == 3)
        await bench.put("b0", "b1", domain="bolt")
        await bench.put("late", lane=Lane.BACKFILL, domain="bolt")
        for ended in range(1, 6):
            one_ends.release()
            await until(lambda ended=ended: len(bench.started) == 3 + ended)  # type: ignore[misc]
        for _ in range(3):
            one_ends.release()
        await until(lambda: len(bench.running) == 3 and len(bench.started) == 11)
        for _ in range(3):
            one_ends.release()
    # Of each lane in turn; with two of bolt's live ones gone, its old content waits for acme's live ones.
    assert bench.started[:8] == ["a0", "a1", "a2", "b0", "a3", "a4", "b1", "a5"]
    assert "late" not in bench.started[:11]


async def test_each_version_is_handed_out_once_whatever_the_load(bench: Bench):
    names = [f"a{number}" for number in range(60)]
    async with bench.work(bench.settle, total=8):
        for name in names:
            await bench.put(name)
            await bench.put(name)
        await until(lambda: len(bench.ended) >= 60)
        await for_a_while()
    assert sorted(bench.started) == sorted(names)


async def test_work_queued_while_nothing_is_to_do_starts_without_waiting_for_the_next_look(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=60))
    async with bench.work(bench.settle):
        await for_a_while()
        await bench.put("a")
        await until(lambda: bench.ended == ["a"], seconds=2)


async def test_a_free_slot_is_filled_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=60))
    await bench.put("a", "b", "c", "d")
    async with bench.work(bench.settle, {"acme": 1}, total=4):
        await until(lambda: len(bench.ended) == 4, seconds=2)


@pytest.mark.parametrize("wait", [0.0, 0.4])
async def test_what_was_put_back_is_asked_again_at_its_moment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, wait: float
):
    monkeypatch.setattr(dispatch, "LOOK_EVERY", timedelta(seconds=60))
    asked = []

    async def later(domain: str, entry_id: EntryId) -> None:
        run = await bench.ledger.take(domain, entry_id)
        asked.append(now())
        if len(asked) == 1:
            due = now() + timedelta(seconds=wait)
            await bench.ledger.defer(run, Gap(Unchecked.THROTTLED), due, counts=False)
        else:
            await bench.ledger.finish(run, Outcome.JUDGED)

    await bench.put("a")
    async with bench.work(later):
        await until(lambda: len(asked) == 2, seconds=3)
    assert wait <= (asked[1] - asked[0]).total_seconds() < wait + 0.5


async def test_a_suspect_runs_alone_and_nothing_starts_beside_it(bench: Bench):
    async def stumble(domain: str, entry_id: EntryId) -> None:
        if entry_id == "bad":
            run = await bench.take(domain, entry_id)
            await asyncio.sleep(0.03)
            bench.running.remove(entry_id)
            gap = Gap(Unchecked.POISON, "died")
            if run.attempts < 4:
                await bench.ledger.defer(run, gap, now(), counts=True)
            else:
                await bench.ledger.finish(run, Outcome.FAILED)
        else:
            await bench.settle(domain, entry_id)

    await bench.put("bad", *(f"a{number}" for number in range(30)))
    async with bench.work(stumble, total=4):
        await until(lambda: len(bench.ended) == 30 and bench.started.count("bad") == 4)
    beside_bad = [running for running in bench.beside if "bad" in running]
    starts = [place for place, running in enumerate(bench.beside) if running[-1] == "bad"]
    assert beside_bad[-2:] == [("bad",), ("bad",)]
    assert len(beside_bad) > 4  # the first two times it had company
    assert [bench.beside[place] for place in starts[2:]] == [("bad",), ("bad",)]


@pytest.mark.parametrize("limits", [{"acme": 4}, {"acme": 4, "bolt": 4}, {"acme": 1, "bolt": 4}])
async def test_a_silent_workers_work_is_handed_out_again_and_the_silent_one_is_fenced(
    bench: Bench, limits: dict[str, int]
):
    claims = []

    async def freeze(domain: str, entry_id: EntryId) -> None:
        claims.append(await bench.ledger.take(domain, entry_id))
        if len(claims) == 1:
            raise RuntimeError("its worker fell silent")
        with pytest.raises(Fenced):
            await bench.ledger.finish(claims[0], Outcome.JUDGED)
        await bench.ledger.finish(claims[-1], Outcome.JUDGED)

    await bench.put("a")
    async with bench.work(freeze, limits, lease=0.5):
        await until(lambda: len(claims) == 2, seconds=5)
        await until(lambda: not bench.running)
    assert [run.starts for run in claims] == [1, 2]
    assert claims[0].token != claims[1].token
    assert await bench.ledger.work_counts() == WorkCounts(done=1)


async def test_a_handler_that_raises_does_not_stop_the_others(bench: Bench):
    async def some_raise(domain: str, entry_id: EntryId) -> None:
        if entry_id == "bad":
            raise RuntimeError("unforeseen")
        await bench.settle(domain, entry_id)

    await bench.put("bad", "a", "b")
    async with bench.work(some_raise, {"acme": 2}, total=1):
        await until(lambda: bench.ended == ["a", "b"])
    assert await bench.ledger.work_counts() == WorkCounts(queued=1, done=2)


async def test_work_that_takes_longer_than_the_lease_is_not_handed_out_again(bench: Bench):
    await bench.put("a")
    async with bench.work(bench.hold, lease=0.5):
        await for_a_while(1.6)
        assert (bench.started, bench.running) == (["a"], ["a"])
        bench.go_on.set()
        await until(lambda: bench.ended == ["a"])


async def test_after_the_order_to_stop_nothing_starts_and_what_runs_may_end(bench: Bench):
    await bench.put("a", "b", "c")
    async with bench.work(bench.hold, total=2) as stop:
        await until(lambda: len(bench.running) == 2)
        stop.set()
        await for_a_while()
        assert bench.running == ["a", "b"]
        bench.go_on.set()
    assert (bench.started, sorted(bench.ended)) == (["a", "b"], ["a", "b"])
    assert await bench.ledger.work_counts() == WorkCounts(queued=1, done=2)


async def test_what_does_not_end_in_the_grace_is_cancelled_and_stays_open(bench: Bench):
    await bench.put("a", "b")
    async with bench.work(bench.hold, total=2, grace=0.2) as stop:
        await until(lambda: len(bench.running) == 2)
        began = asyncio.get_running_loop().time()
        stop.set()
        await until(lambda: not bench.running)
        waited = asyncio.get_running_loop().time() - began
    assert 0.2 <= waited < 2
    assert bench.ended == []
    assert await bench.ledger.work_counts() == WorkCounts(running=2)


async def test_what_a_stopped_owner_left_open_is_taken_up_by_the_next(place: LedgerSettings):
    async with opened(place, now) as ledger:
        first = Bench(ledger)
        await first.put("a")
        async with first.work(first.hold, grace=0.0) as stop:
            await until(lambda: first.running == ["a"])
            stop.set()
            await until(lambda: not first.running)
    async with opened(place, now) as ledger:
        second = Bench(ledger)
        # A file has one owner, who knows at his start that all others are gone; among replicas, silence tells.
        async with second.work(second.settle, lease=0.5):
            await until(lambda: second.ended == ["a"], seconds=6)
