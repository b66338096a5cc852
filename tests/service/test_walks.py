"""Walks: each folder that arrived is listed once, and what cannot be listed holds up nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scanner.errors import CloudUnavailable, Throttled
from scanner.ledger.walks.walking import EVERYTHING, REFUSED_REST, WalkReason
from scanner.model import Cursor, Event, WalkFolder
from scanner.service.assembly import Parts, assembled, utc_now
from scanner.service.walks import FIRST_REST, MOST_REFUSED, Walker, walker_of
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
            await arrive(parts, number, f"{FOLDER}/{name}")
        yield parts


async def arrive(parts: Parts, number: int, path: str) -> None:
    event = Event(number, utc_now(), "file_system", "copy", is_folder=True, target_path=path)
    await parts.stations.ledger.record_page(
        "acme", [event], Cursor(number), lambda one, known: WalkFolder(one.target_path or "")
    )


async def standing(parts: Parts) -> tuple[int, list[str]]:
    """Versions queued, and folders still to be listed."""
    ledger = parts.stations.ledger
    return (await ledger.work_counts()).queued, [walk.path for walk in await ledger.walks.open("acme")]


class Clock:
    """Of walker and ledger; goes by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


def walker(parts: Parts, clock: Callable[[], datetime]) -> Walker:
    """With a clock of its own, which the record of walks reads, too."""
    parts.stations.ledger.walks._clock = clock
    return walker_of(replace(parts, clock=clock))


async def test_an_arrived_folder_is_listed_and_its_files_are_queued_once(world: World) -> None:
    async with arrived(world, "kite") as parts:
        walks = walker_of(parts)
        await walks.turn()
        await walks.turn()
        assert await standing(parts) == (2, [])
    assert world.calls(f"{FOLDER}/kite\\?") == [200]


async def test_a_folder_that_cannot_be_listed_stays_to_be_listed_and_holds_up_no_other(world: World) -> None:
    async with arrived(world, *TWO) as parts:
        world.fault(route=f"{FOLDER}/kite", status=503)
        with pytest.raises(CloudUnavailable):
            await walker_of(parts).turn()
        assert await standing(parts) == (2, [f"{FOLDER}/kite"])


async def test_a_folder_that_may_not_be_listed_is_asked_for_again_alone(world: World) -> None:
    async with arrived(world, "kite") as parts:
        world.fault(route=f"{FOLDER}/kite/deep", status=403, count=1)
        clock = Clock()
        walks = walker(parts, clock)
        await walks.turn()
        await walks.turn()
        assert await standing(parts) == (1, [f"{FOLDER}/kite/deep"])
        backlog = await parts.stations.ledger.backlog()
        assert (backlog.walks, backlog.walks_refused) == (0, 1)
        clock.ahead = REFUSED_REST
        await walks.turn()
        assert await standing(parts) == (2, [])
    assert (world.calls(f"{FOLDER}/kite\\?"), world.calls(f"{FOLDER}/kite/deep\\?")) == ([200], [403, 200])


async def test_a_throttled_domain_is_asked_for_no_other_folder(world: World) -> None:
    async with arrived(world, *TWO) as parts:
        world.fault(route=f"{FOLDER}/kite", throttle="day")
        walks = walker_of(parts)
        with pytest.raises(Throttled):
            await walks.turn()
        await walks.turn()
        assert await standing(parts) == (0, [f"{FOLDER}/kite", f"{FOLDER}/owl"])
    assert world.calls(f"{FOLDER}/owl\\?") == []


async def test_what_fails_again_is_put_off_longer_and_longer(world: World) -> None:
    async with arrived(world, "kite") as parts:
        world.fault(route=f"{FOLDER}/kite", status=503)
        clock = Clock()
        walks = walker(parts, clock)
        tried = []
        for minute in range(16):
            clock.ahead = timedelta(seconds=FIRST_REST * minute + minute)
            try:
                await walks.turn()
            except CloudUnavailable:
                tried.append(minute)
        assert tried == [0, 1, 3, 7, 15]


async def test_a_platform_that_is_away_is_not_asked_for_folder_after_folder(world: World) -> None:
    async with arrived(world, *(f"{number:02}" for number in range(6))) as parts:
        world.fault(route=FOLDER, status=503)
        before = len(world.calls("list_content"))
        walks = walker_of(parts)
        with pytest.raises(CloudUnavailable):
            await walks.turn()
        await walks.turn()
    asked = {one["path"] for one in world.requests()[before:] if one["status"] == 503}
    assert len(asked) == 3


async def test_a_restart_does_not_ask_at_once_for_what_was_refused(world: World) -> None:
    async with arrived(world, "kite") as parts:
        assert (await parts.stations.ledger.backlog()).walks == 1
        world.fault(route=f"{FOLDER}/kite/deep", status=403)
        await walker_of(parts).turn()
        await walker_of(parts).turn()
    assert world.calls(f"{FOLDER}/kite/deep\\?") == [403]


async def test_of_many_refused_folders_that_are_due_a_few_are_asked_for_in_a_turn(world: World) -> None:
    names = [f"{number:02}" for number in range(MOST_REFUSED + 2)]
    async with arrived(world, *names) as parts:
        world.fault(route="/deep", status=403)
        clock = Clock()
        walks = walker(parts, clock)
        await walks.turn()
        clock.ahead = REFUSED_REST
        await walks.turn()
    assert len(world.calls("/deep\\?")) == len(names) + MOST_REFUSED


async def test_a_walk_goes_on_in_another_process_from_where_the_last_one_stopped(world: World) -> None:
    async with arrived(world, "kite") as parts:
        world.fault(route=f"{FOLDER}/kite/deep", status=503)
        with pytest.raises(CloudUnavailable):
            await walker_of(parts).turn()
    world.control("DELETE", "faults")
    async with assembled(world.settings()) as parts:
        clock = Clock()
        clock.ahead = timedelta(seconds=2 * FIRST_REST)
        await walker(parts, clock).turn()
        assert await standing(parts) == (2, [])
    assert world.calls(f"{FOLDER}/kite\\?") == [200]


async def test_a_folder_that_arrives_below_one_to_be_listed_makes_no_walk_of_its_own(world: World) -> None:
    async with arrived(world, "kite") as parts:
        for number, path in enumerate([f"{FOLDER}/kite/deep", f"{FOLDER}/kite", f"{FOLDER}/owl"], start=20):
            await arrive(parts, number, path)
        assert (await standing(parts))[1] == [f"{FOLDER}/kite", f"{FOLDER}/owl"]


async def test_a_folder_that_is_not_watched_any_more_is_not_asked_for(world: World) -> None:
    async with arrived(world, "kite") as parts:
        scopes = {"acme": replace(parts.scopes["acme"], ignore=(FOLDER,))}
        await walker_of(replace(parts, scopes=scopes)).turn()
        assert await standing(parts) == (0, [])
    assert world.calls(f"{FOLDER}/kite\\?") == []


async def test_a_watched_folder_that_is_not_found_is_no_folder_without_news(world: World) -> None:
    async with assembled(world.settings()) as parts:
        scopes = {"acme": replace(parts.scopes["acme"], watch=("/Shared/Hidden", FOLDER))}
        await parts.stations.ledger.walks.ask("acme", EVERYTHING, WalkReason.COMMAND)
        await walker_of(replace(parts, scopes=scopes)).turn()
        assert (await standing(parts))[1] == ["/Shared/Hidden"]
        assert (await parts.stations.ledger.backlog()).walks_refused == 1
