"""A day of 1,000 calls, as the emulator's log tells it: what is urgent goes first, and nothing bad waits for calls."""

from __future__ import annotations

import re
from typing import Any

import pytest

from demo import samples
from emulator.clock import DAY_MS
from scanner.ledger.ledger import Ledger
from scanner.model import EntryId, FileVersion, GroupId, Lane
from scanner.service.assembly import utc_now
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"
BAD = f"{FOLDER}/eicar.com"
DAY, RESERVE, LATER = 1_000, 250, 500
WORKERS = 4
DOWNLOAD = re.compile(r"^GET /pubapi/v1/fs-content/")
REMEDIATION = re.compile(r"/pubapi/v1/(links|notes)|^POST /pubapi/v1/fs/")
MOVE = re.compile(r"^POST /pubapi/v1/fs/ids/file/")


def limited(world: World, *, used: int, qps: int = 100_000) -> None:
    """The token has 1,000 calls a day, of which so many are spent."""

    def limit() -> None:
        domain = world.emulator.domain
        token = domain.tokens.by_value[world.token]
        token.daily, token.qps, token.calls_in_day, token.day = DAY, qps, used, domain.clock.now() // DAY_MS

    world.emulator.call(limit)
    world.control("DELETE", "requests")


def used(world: World) -> int:
    return world.emulator.call(lambda: world.emulator.domain.tokens.by_value[world.token].calls_in_day)


def log(world: World) -> list[str]:
    return [f"{one['method']} {one['path']}" for one in world.requests()]


def upload(world: World, *names: str) -> dict[str, str]:
    """Entry ids by path."""
    paths = [f"{FOLDER}/{name}" for name in names]
    return {path: str(world.upload(path, path.encode())["entry_id"]) for path in paths}


async def old_content(world: World, count: int) -> None:
    """Versions of before the first start that a backfill found."""
    ids = {f"{FOLDER}/old-{number}.txt": b"%d" % number for number in range(count)}
    found = {path: world.upload(path, content) for path, content in ids.items()}
    await world.once()
    await queued(world, found, Lane.BACKFILL)


async def queued(world: World, found: dict[str, dict[str, Any]], lane: Lane) -> None:
    """Uploads by path, as the feed or a walk brings them."""
    versions = [
        FileVersion("acme", GroupId(one["group_id"]), EntryId(one["entry_id"]), path) for path, one in found.items()
    ]
    ledger = await Ledger.open(world.settings().ledger, utc_now, owner=True)
    await ledger.queue_versions("acme", versions, lane)
    await ledger.close()


async def test_when_only_the_reserve_is_left_what_is_bad_is_still_found_and_put_away(world: World) -> None:
    world.sections["events"] = {"start": "now"}
    world.unread = "old content is not in the feed"
    await old_content(world, 12)
    # The feed and the infected version's download are the last calls of the live ones.
    world.upload(BAD, samples.eicar())
    limited(world, used=DAY - RESERVE - 8)
    await world.once()
    new = upload(world, "a.txt", "b.txt", "c.txt")
    await world.once()

    calls = log(world)
    assert (await world.kinds())[BAD] == "infected"
    assert [path.startswith(QUARANTINE) for path in world.places().values()].count(True) == 1
    assert DAY - RESERVE < used(world) < DAY, "remediation and feed have gone on into the reserve"
    moved = next(at for at, line in enumerate(calls) if MOVE.search(line))
    assert sum(bool(DOWNLOAD.search(line)) for line in calls[moved:]) == 0, "no scan has"
    reasons = await world.reasons()
    assert {path: reasons[path] for path in new} == dict.fromkeys(new, "unchecked throttled")

    world.control("POST", "clock", json={"advance": DAY_MS / 1000})
    world.wait_over()
    await world.all_of()
    kinds = await world.kinds()
    assert [kinds[path] for path in new] == ["clean"] * 3
    assert len(kinds) == 16


async def test_old_content_stops_at_half_of_the_day_and_new_versions_go_on(world: World) -> None:
    world.sections["events"] = {"start": "now"}
    world.unread = "old content is not in the feed"
    await old_content(world, 20)
    limited(world, used=LATER - 10)
    await world.once()
    assert LATER - 1 <= used(world) <= LATER + 6, "what is read after that is the feed"
    old_ones = sum(bool(DOWNLOAD.search(line)) for line in log(world))
    assert 0 < old_ones < 10

    world.control("DELETE", "requests")
    world.wait_over()
    new = upload(world, "a.txt", "b.txt")
    world.upload(BAD, samples.eicar())
    await world.once()

    kinds = await world.kinds()
    assert {path: kinds.get(path) for path in [*new, BAD]} == {**dict.fromkeys(new, "clean"), BAD: "infected"}
    assert sum(bool(DOWNLOAD.search(line)) for line in log(world)) == 3, "and no old one"


async def test_live_goes_before_old_content_and_remediation_before_both(world: World) -> None:
    """At twenty calls a second, so that many wait for each slot; and with four workers, each of which may be late."""
    world.sections["events"] = {"start": "now"}
    world.sections["workers"] = {"concurrency": WORKERS}
    world.unread = "old content is not in the feed"
    await old_content(world, 12)
    contents = {BAD: samples.eicar()} | {f"{FOLDER}/live-{number}.txt": b"%d live" % number for number in range(12)}
    uploaded = {path: world.upload(path, content) for path, content in contents.items()}
    await queued(world, uploaded, Lane.LIVE)
    live = {str(one["entry_id"]) for one in uploaded.values()}
    limited(world, used=0, qps=20)
    await world.once()

    asked = [f"{one['method']} {one['path']}?{one['query']}" for one in world.requests()]
    # Each once: a call that was late on its way may have been throttled, and was made again.
    downloads = list(dict.fromkeys(line.rpartition("entry_id=")[2] for line in asked if DOWNLOAD.search(line)))
    assert (set(downloads[: len(live) - WORKERS]) <= live, live <= set(downloads[: len(live) + WORKERS])) == (
        True,
        True,
    )
    assert len(downloads) == 25
    first = next(at for at, line in enumerate(asked) if REMEDIATION.search(line))
    move = next(at for at, line in enumerate(asked) if MOVE.search(line))
    between = asked[first:move]
    assert sum(bool(DOWNLOAD.search(line)) for line in between) <= len(between) / 2 + 1, (
        "each call goes ahead of those that wait"
    )


@pytest.mark.parametrize("dialect", ["429", "mashery"])
async def test_a_day_that_others_have_used_up_ends_in_no_call_but_those_of_the_feed(world: World, dialect: str) -> None:
    world.control("POST", "switches", json={"throttle_dialect": dialect})
    upload(world, "a.txt")
    limited(world, used=DAY)
    summary = await world.once()
    assert summary.unfinished != []
    assert len(world.requests()) == 1, "each try would burn more of it"
    world.control("POST", "clock", json={"advance": DAY_MS / 1000})
    await world.all_of()
    assert await world.kinds() == {f"{FOLDER}/a.txt": "clean"}
