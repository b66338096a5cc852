"""The loops of a service that stays, and how they stop."""

from __future__ import annotations

import asyncio
import time

import pytest

from scanner.events.feed import Poll
from scanner.model import Cursor, EntryId, Event, FileVersion, GroupId, Lane, WalkFolder
from scanner.service import loops
from scanner.service.assembly import Parts, assembled, utc_now
from tests.journeys.world import World

FOLDER = "/Shared/Projects"


async def settled(parts: Parts) -> None:
    async with asyncio.timeout(30):
        while (await parts.stations.ledger.work_counts()).done == 0:
            await asyncio.sleep(0.02)


async def test_a_service_scans_what_comes_and_stops_when_told(world: World) -> None:
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        serving = asyncio.create_task(loops.serve(parts, stop))
        world.upload(f"{FOLDER}/a.txt", b"hello")
        await settled(parts)
        stop.set()
        await asyncio.wait_for(serving, 10)
    assert await world.kinds() == {f"{FOLDER}/a.txt": "clean"}


async def test_work_that_outlives_the_grace_is_given_back_as_if_it_had_not_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "GRACE", 0.1)
    version = FileVersion("acme", GroupId("g"), EntryId("e"), f"{FOLDER}/a.txt")
    world.fault(route="/fs-content/", delay=2.0, status=503)
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        await parts.stations.ledger.queue_versions("acme", [version], Lane.LIVE)
        working = asyncio.create_task(loops.dispatch(parts, stop))
        while (await parts.stations.ledger.work_counts()).running == 0:
            await asyncio.sleep(0.01)
        stop.set()
        await working
    assert world.rows("SELECT state, gap_reason, attempts FROM work") == [("waiting", "shutdown", 0)]


async def test_a_poll_with_a_folder_wakes_the_walker_and_any_poll_counts(world: World) -> None:
    event = Event(7, utc_now(), "file_system", "copy", is_folder=True, target_path=f"{FOLDER}/kite")
    async with assembled(world.settings()) as parts:
        woken = asyncio.Event()
        loops.observe_poll(parts, "acme", woken, Poll((), Cursor(6)))
        assert not woken.is_set()
        loops.observe_poll(parts, "acme", woken, Poll(((event, WalkFolder(f"{FOLDER}/kite")),), Cursor(7)))
        assert woken.is_set()
        polls = [
            parts.metrics.registry.get_sample_value("scanner_event_polls_total", {"outcome": outcome})
            for outcome in ("empty", "success")
        ]
    assert (polls, list(parts.heartbeats.due)) == ([1, 1], ["poller:acme"])


async def test_waiting_ends_with_the_first_event_or_with_the_time() -> None:
    event = asyncio.Event()
    await asyncio.wait_for(loops.first_of(0.01, event), 5)
    event.set()
    began = time.monotonic()
    await loops.first_of(60, asyncio.Event(), event)
    assert time.monotonic() - began < 5
