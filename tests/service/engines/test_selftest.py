"""The service tests itself beside its scans, and from then on does not believe an OK for what is blind."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.examination import Outcome, Report
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples.archives import written
from scanner.rulebook.rule import rulebook_of
from scanner.service import loops
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.engines import selftest
from tests.clamd import StartClamd
from tests.journeys.world import World
from tests.ledger.dispatch.bench import until
from tests.service.few_samples import FEW, SEEN, with_few

BLIND = BlindSpots(frozenset({Format.XAR}), frozenset({Format.XAR}))


@pytest.fixture
def world(world: World) -> World:
    # A small limit, so that the samples of a size are small as well.
    world.sections["clamav"] = {"max_stream": "2MiB"}
    return world


def value(parts: Parts, name: str, **labels: str) -> float | None:
    return parts.metrics.registry.get_sample_value(f"scanner_{name}", labels)


async def another(parts: Parts, last: float | None) -> float | None:
    """Waits for the end of a conclusive test after `last`; gives its moment."""
    async with asyncio.timeout(60):
        while (moment := value(parts, "self_test_last_success_timestamp_seconds")) == last:
            await asyncio.sleep(0.05)
    return moment


async def test_a_running_service_publishes_its_first_self_test_and_scans_meanwhile(world: World) -> None:
    stop, began = asyncio.Event(), time.monotonic()
    async with assembled(world.settings()) as parts:
        serving = asyncio.create_task(loops.serve(with_few(parts), stop))
        world.upload("/Shared/Projects/a.txt", b"hello")
        async with asyncio.timeout(60):
            while value(parts, "self_test_last_success_timestamp_seconds") == 0:
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.wait_for(serving, 30)
        assert time.monotonic() - began < 60
        assert value(parts, "blind_spot", format="zip-deflated") == 0
        assert value(parts, "self_test_formats", outcome="seen") == SEEN
    assert (await world.kinds())["/Shared/Projects/a.txt"] == "clean"


async def test_what_is_blind_is_not_clean_from_then_on(world: World) -> None:
    async with assembled(world.settings()) as parts:
        selftest.take(parts, Report({Format.XAR: Outcome.BLIND, Format.TAR: Outcome.SEEN}, BLIND), utc_now())
        assert (value(parts, "blind_spot", format="xar"), value(parts, "blind_spot", format="tar")) == (1, 0)
        world.upload("/Shared/Projects/a.xar", written(b"hello", "xar"))
        world.upload("/Shared/Projects/a.tar", written(b"hello", "gnutar"))
        stop = asyncio.Event()
        await parts.feeds["acme"].poll()
        working = asyncio.create_task(loops.dispatch(parts, stop))
        async with asyncio.timeout(30):
            while (await parts.stations.ledger.work_counts()).done < 2:
                await asyncio.sleep(0.02)
        stop.set()
        await working
    folder = "/Shared/Projects"
    assert await world.reasons() == {f"{folder}/a.xar": "unscannable blind-spot", f"{folder}/a.tar": "clean"}


async def test_signatures_without_the_sample_declare_nothing_blind(world: World, new_clamd: StartClamd) -> None:
    clamd = new_clamd()
    clamd.database.mkdir()
    (clamd.database / "other.hdb").write_text("aa15bcf478d165efd2065190eb473bcb:544:Something-Else\n")
    world.clamd = clamd.start().address
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        parts.spots.now = BLIND
        with capture_logs() as lines:
            following = asyncio.create_task(selftest.follow_self_test(with_few(parts), stop))
            async with asyncio.timeout(30):
                while value(parts, "self_test_inconclusive") == 0:
                    await asyncio.sleep(0.05)
            stop.set()
            await following
        assert [line["event"] for line in lines] == ["selftest.inconclusive"]
        assert value(parts, "self_test_last_success_timestamp_seconds") == 0
        assert parts.spots.now == BLIND


async def test_a_clamd_that_is_down_is_asked_again(
    world: World, new_clamd: StartClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "LOOK_EVERY", 0.3)
    clamd, stop = new_clamd(), asyncio.Event()
    world.clamd = clamd.address
    async with assembled(world.settings()) as parts:
        with capture_logs() as lines:
            following = asyncio.create_task(selftest.follow_self_test(with_few(parts), stop))
            while not lines:
                await asyncio.sleep(0.05)
            clamd.start()
            await another(parts, 0)
            stop.set()
            await following
    told = [line["event"] for line in lines if line["event"].startswith("selftest.")]
    assert (set(told[:-1]), told[-1]) == ({"selftest.waiting"}, "selftest.finished")


async def test_new_rules_and_another_day_are_reasons_to_test_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "LOOK_EVERY", 0.1)
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        following = asyncio.create_task(selftest.follow_self_test(with_few(parts), stop))
        first = await another(parts, 0)
        parts.rules.swap(rulebook_of([]))
        second = await another(parts, first)
        monkeypatch.setattr(selftest, "AT_LEAST_EVERY", timedelta(0))
        await another(parts, second)
        stop.set()
        await following


async def test_a_fault_of_ours_is_said_and_ends_nothing(world: World) -> None:
    def broken() -> bool:
        raise KeyError("a fault of ours")

    async with assembled(world.settings()) as parts:
        with capture_logs() as lines, ThreadPoolExecutor(1) as pool:
            assert await selftest._examined(pool, parts, broken) is None
    assert [(line["event"], line["log_level"]) for line in lines] == [("selftest.failed", "error")]


async def test_the_order_to_stop_ends_an_examination(world: World) -> None:
    stop = asyncio.Event()
    stop.set()
    async with assembled(world.settings()) as parts:
        with capture_logs() as lines, ThreadPoolExecutor(1) as pool:
            assert await selftest._examined(pool, parts, stop.is_set) is None
    assert [line["event"] for line in lines] == ["selftest.stopped"]


async def test_a_service_that_ends_by_an_error_waits_for_no_examination(world: World) -> None:
    async with assembled(world.settings()) as parts:
        hours = replace(parts, examiner=replace(parts.examiner, samples=FEW * 10_000))
        following = asyncio.create_task(selftest.follow_self_test(hours, asyncio.Event()))
        await until(examining)
        following.cancel()
        await asyncio.wait((following,))
        await until(lambda: not examining())


def examining() -> bool:
    return any(thread.name.startswith("self-test") for thread in threading.enumerate())


async def test_a_single_pass_tests_engines_that_were_never_tested_and_the_next_pass_knows_them(world: World) -> None:
    found = []
    for _ in range(2):
        async with assembled(world.settings()) as parts:
            with capture_logs() as lines:
                await selftest.examine_unknown(with_few(parts), asyncio.Event())
            found.append([line["event"] for line in lines if line["event"].startswith("selftest.")])
    assert found == [["selftest.first", "selftest.finished"], []]


async def test_a_single_pass_goes_on_where_clamd_is_away_and_where_it_is_told_to_stop(
    world: World, new_clamd: StartClamd
) -> None:
    stop = asyncio.Event()
    stop.set()
    async with assembled(world.settings()) as parts:
        with capture_logs() as stopped:
            await selftest.examine_unknown(with_few(parts), stop)
    world.clamd = new_clamd().address
    async with assembled(world.settings()) as parts:
        with capture_logs() as away:
            await selftest.examine_unknown(with_few(parts), asyncio.Event())
    told = [[line["event"] for line in lines] for lines in (stopped, away)]
    assert told == [["selftest.first", "selftest.stopped"], ["selftest.first", "selftest.waiting"]]
