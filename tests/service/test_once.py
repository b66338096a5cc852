"""One pass over all that is new: what it reads, what it leaves, and when it waits."""

from __future__ import annotations

import asyncio

from demo.samples import eicar
from scanner.service.assembly import assembled
from scanner.service.once import Summary, run_once
from tests.clamd import StartClamd
from tests.journeys.world import World

FILE = "/Shared/Projects/a.txt"


async def pass_over(world: World) -> Summary:
    async with assembled(world.settings()) as parts:
        return await run_once(parts, asyncio.Event())


async def test_a_feed_with_nothing_new_is_read_and_that_is_all(world: World) -> None:
    await pass_over(world)
    assert await pass_over(world) == Summary(0, [])


async def test_our_own_acts_are_read_in_the_same_run(world: World) -> None:
    world.upload(FILE, eicar())
    summary = await pass_over(world)
    # The folder and the upload, then our move, our comment and the quarantine's folders.
    assert summary.unfinished == []
    assert world.skipped()["own_action"] >= 2
    assert await pass_over(world) == Summary(0, [])


async def test_work_that_waits_for_an_engine_is_left_open_and_said_to_be(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    world.upload(FILE, b"hello")
    assert (await pass_over(world)).unfinished == ["1 versions are still open"]


async def test_work_of_a_domain_that_the_settings_name_no_more_is_left_open_and_said_to_be(
    world: World, new_clamd: StartClamd
) -> None:
    clamd, world.clamd = world.clamd, new_clamd().address
    world.upload(FILE, b"hello")
    await pass_over(world)
    world.clamd, world.sections["domain"] = clamd, {"name": "bolt"}
    async with asyncio.timeout(60):
        assert (await pass_over(world)).unfinished == ["1 versions are still open"]


async def test_a_feed_that_cannot_be_read_is_said_to_be(world: World) -> None:
    world.fault(method="GET", route="/pubapi/v2/events", status=503)
    (reason,) = (await pass_over(world)).unfinished
    assert reason.startswith("the feed of acme could not be read: ")


async def test_a_run_that_was_stopped_before_it_began_does_nothing(world: World) -> None:
    world.upload(FILE, b"hello")
    stop = asyncio.Event()
    stop.set()
    async with assembled(world.settings()) as parts:
        assert await run_once(parts, stop) == Summary(0, [])
