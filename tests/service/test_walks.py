"""Walks: each folder that arrived is listed once, and what cannot be listed holds up nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from scanner.errors import CloudUnavailable, Throttled
from scanner.model import Cursor, Event, WalkFolder
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.walks import FIRST_REST, LONGEST_REST, MOST_REFUSED, REFUSED_REST, Walker
from tests.journeys.world import World

FOLDER = "/Shared/Projects"
TWO = ("kite", "owl")


@asynccontextmanager
async def arrived(world: World, *names: str) -> AsyncIterator[Parts]:
    """Folders that arrived as a whole, with two files each, and are in the ledger as walks."""
    async with assembled(world.settings()) as parts:
        for number, name in enumerate(names, start=5):
            for file in ("a.txt", "deep/b.txt"):
                world.upload(f"{FOLDER}/{name}/{file}", b"hello")
            path = f"{FOLDER}/{name}"
            event = Event(number, utc_now(), "file_system", "copy", is_folder=True, target_path=path)
            await parts.stations.ledger.record_page(
                "acme", [event], Cursor(number), lambda one, known: WalkFolder(one.target_path or "")
            )
        yield parts


async def standing(parts: Parts) -> tuple[int, list[str]]:
    """Versions queued, and folders still to be listed."""
    ledger = parts.stations.ledger
    return (await ledger.work_counts()).queued, [walk.path for walk in await ledger.open_walks("acme")]


async def test_an_arrived_folder_is_listed_and_its_files_are_queued_once(world: World) -> None:
    async with arrived(world, "kite") as parts:
        walker = Walker(parts)
        await walker.turn()
        await walker.turn()
        assert await standing(parts) == (2, [])
    assert world.calls(f"{FOLDER}/kite\\?") == [200]


async def test_a_folder_that_cannot_be_listed_stays_to_be_listed_and_holds_up_no_other(world: World) -> None:
    async with arrived(world, *TWO) as parts:
        world.fault(route=f"{FOLDER}/kite", status=503)
        with pytest.raises(CloudUnavailable):
            await Walker(parts).turn()
        assert await standing(parts) == (2, [f"{FOLDER}/kite"])


async def test_a_folder_that_may_not_be_listed_is_asked_for_again_alone(world: World) -> None:
    async with arrived(world, "kite") as parts:
        world.fault(route=f"{FOLDER}/kite/deep", status=403, count=1)
        now = utc_now()
        walker = Walker(replace(parts, clock=lambda: now))
        await walker.turn()
        await walker.turn()
        assert await standing(parts) == (1, [f"{FOLDER}/kite/deep"])
        backlog = await parts.stations.ledger.backlog()
        assert (backlog.walks, backlog.walks_refused) == (0, 1)
        now = utc_now() + timedelta(seconds=REFUSED_REST)
        await walker.turn()
        assert await standing(parts) == (2, [])
    assert (world.calls(f"{FOLDER}/kite\\?"), world.calls(f"{FOLDER}/kite/deep\\?")) == ([200], [403, 200])


async def test_a_throttled_domain_is_asked_for_no_other_folder(world: World) -> None:
    async with arrived(world, *TWO) as parts:
        world.fault(route=f"{FOLDER}/kite", throttle="day")
        with pytest.raises(Throttled):
            await Walker(parts).turn()
        assert await standing(parts) == (0, [f"{FOLDER}/kite", f"{FOLDER}/owl"])
    assert world.calls(f"{FOLDER}/owl\\?") == []


async def test_what_fails_again_is_put_off_longer_and_longer(world: World) -> None:
    async with arrived(world, "kite") as parts:
        world.fault(route=f"{FOLDER}/kite", status=503)
        now = utc_now()
        walker = Walker(replace(parts, clock=lambda: now))
        tried = []
        for minute in range(16):
            now = utc_now() + timedelta(seconds=FIRST_REST * minute + 1)
            try:
                await walker.turn()
            except CloudUnavailable:
                tried.append(minute)
        assert tried == [0, 1, 3, 7, 15]
        assert LONGEST_REST == 60 * FIRST_REST


async def test_a_restart_does_not_ask_at_once_for_what_was_refused(world: World) -> None:
    async with arrived(world, "kite") as parts:
        assert (await parts.stations.ledger.backlog()).walks == 1
        world.fault(route=f"{FOLDER}/kite/deep", status=403)
        await Walker(parts).turn()
        await Walker(parts).turn()
    assert world.calls(f"{FOLDER}/kite/deep\\?") == [403]


async def test_of_many_refused_folders_that_are_due_a_few_are_asked_for_in_a_turn(world: World) -> None:
    names = [f"{number:02}" for number in range(MOST_REFUSED + 2)]
    async with arrived(world, *names) as parts:
        world.fault(route="/deep", status=403)
        now = utc_now()
        walker = Walker(replace(parts, clock=lambda: now))
        await walker.turn()
        now = utc_now() + timedelta(seconds=REFUSED_REST)
        await walker.turn()
    assert len(world.calls("/deep\\?")) == len(names) + MOST_REFUSED
