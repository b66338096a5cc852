"""What is blind is known from the start on, where the same engines were tested before."""

from __future__ import annotations

import asyncio
import time

import pytest

from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.formats import Format
from scanner.inspection.selftest.samples.archives import written
from scanner.ledger.work.self_tests import Shown
from scanner.service import loops
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.engines.remembered import engines_of, remember
from tests.clamd import free_port
from tests.journeys.world import World
from tests.service.few_samples import with_few

BLIND = BlindSpots(frozenset({Format.XAR}), frozenset({Format.XAR}), 3 * 1024**2)


def engines(parts: Parts) -> str:
    return engines_of(parts.settings, parts.clamd, parts.rules)


async def tested(world: World) -> None:
    """As a service leaves it that has found them blind."""
    async with assembled(world.settings()) as parts:
        assert parts.spots.now == BlindSpots()
        await remember(parts.stations.ledger, engines(parts), BLIND, utc_now())


async def test_nothing_that_is_blind_is_clean_right_after_a_start(world: World) -> None:
    await tested(world)
    async with assembled(world.settings()) as parts:
        assert parts.spots.now == BLIND
    world.upload("/Shared/Projects/a.xar", written(b"hello", "xar"))
    await world.once()
    assert await world.reasons() == {"/Shared/Projects/a.xar": "unscannable blind-spot"}


@pytest.mark.parametrize("other", ["clamav", "unpack", "rules"])
async def test_of_other_engines_nothing_is_known(world: World, other: str) -> None:
    await tested(world)
    changed = {"clamav": {"max_stream": "2MiB"}, "unpack": {"max_depth": 3}, "rules": {"paths": ["rules/script"]}}
    world.sections[other] = world.sections.get(other, {}) | changed[other]
    async with assembled(world.settings()) as parts:
        assert parts.spots.now == BlindSpots()


async def test_a_kind_that_is_known_no_more_is_passed_over(world: World) -> None:
    async with assembled(world.settings()) as parts:
        await parts.stations.ledger.self_tests.record(engines(parts), Shown(("of-old", "xar")), utc_now())
    async with assembled(world.settings()) as parts:
        assert parts.spots.now == BlindSpots(frozenset({Format.XAR}))


async def test_a_start_waits_for_no_clamd(world: World) -> None:
    world.clamd = f"tcp:127.0.0.1:{free_port()}"
    began = time.monotonic()
    async with assembled(world.settings()) as parts:
        assert (parts.spots.now, engines(parts)) == (BlindSpots(), "")
    assert time.monotonic() - began < 20


async def test_a_service_leaves_what_its_self_test_has_shown(world: World) -> None:
    world.sections["clamav"] = {"max_stream": "2MiB"}
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        serving = asyncio.create_task(loops.serve(with_few(parts), stop))
        ledger, asked = parts.stations.ledger, engines(parts)
        async with asyncio.timeout(30):
            while (shown := await ledger.self_tests.last(asked)) is None:
                await asyncio.sleep(0.05)
        spots = parts.spots.now
        stop.set()
        await asyncio.wait_for(serving, 30)
    assert shown == Shown(tuple(sorted(spots.unseen)), tuple(sorted(spots.hopeless)), spots.largest)
