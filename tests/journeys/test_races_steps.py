"""Races with people and with ourselves at the steps that take something away, each at the exact moment."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from demo import samples
from scanner.model import EntryId
from scanner.service.assembly import assembled
from scanner.service.loops import serve
from tests.journeys.world import QUARANTINE, World

PATH, ELSEWHERE = "/Shared/Projects/eicar.com", "/Shared/Projects/elsewhere.com"
LOOK = {"route": "/fs/ids/file", "method": "GET"}
POST = {"route": "/fs/ids/file", "method": "POST"}
DELETE = {"route": "/fs/ids/file", "method": "DELETE"}
TEXT = {"route": "/fs-content", "method": "POST"}
NEWER = {"action": "upload", "path": PATH, "text": "harmless now"}


def race(world: World, call: dict[str, Any], action: dict[str, Any]) -> None:
    """Just before the first such call an admin acts."""
    world.fault(**call, count=1, act={"as": "svc-scanner", "source": "WebUI", **action})


def policy(world: World, *steps: str) -> None:
    world.sections["policy"] = {"infected": list(steps)}


async def settled(world: World) -> None:
    """All work is done, and reading what it caused brings no more."""
    await world.all_of()
    assert (await world.once()).unfinished == []


def sizes(world: World) -> list[int]:
    """Of the versions of the one file."""
    (file,) = world.state()["files"]
    return [version["size"] for version in file["versions"]]


@pytest.mark.parametrize("kind", ["delete", "revert", "lock", "tag"])
async def test_a_version_that_came_after_the_scan_is_left_alone_and_judged(world: World, kind: str) -> None:
    policy(world, kind)
    world.upload(PATH, b"good")
    await settled(world)
    world.upload(PATH, samples.eicar())
    race(world, LOOK, NEWER)
    await settled(world)
    assert world.steps() == [(kind, "superseded")]
    assert (len(sizes(world)), sorted(row.kind for row in await world.verdicts())) == (
        3,
        ["clean", "clean", "infected"],
    )


async def test_a_version_that_comes_just_before_a_bad_one_is_taken_off_stays_current(world: World) -> None:
    policy(world, "revert")
    world.upload(PATH, b"good")
    await settled(world)
    world.upload(PATH, samples.eicar())
    race(world, DELETE, NEWER)
    await settled(world)
    assert (world.steps(), sizes(world)) == ([("revert", "failed")], [4, len("harmless now")])
    assert sorted(row.kind for row in await world.verdicts()) == ["clean", "clean", "infected"]


@pytest.mark.parametrize(("kind", "call"), [("delete", DELETE), ("lock", POST), ("quarantine", POST)])
async def test_a_file_that_is_renamed_meanwhile_is_found_by_its_id(
    world: World, kind: str, call: dict[str, str]
) -> None:
    policy(world, kind, "tombstone") if kind != "lock" else policy(world, kind)
    world.upload(PATH, samples.eicar())
    race(world, call, {"action": "move", "path": PATH, "destination": ELSEWHERE})
    await settled(world)
    assert {state for _, state in world.steps()} == {"success"}


@pytest.mark.parametrize(("kind", "state"), [("delete", "already_done"), ("revert", "already_done")])
async def test_a_file_that_is_deleted_just_before_needs_nothing_more(world: World, kind: str, state: str) -> None:
    policy(world, kind)
    world.upload(PATH, b"good")
    await settled(world)
    world.upload(PATH, samples.eicar())
    race(world, LOOK, {"action": "delete", "path": PATH})
    await settled(world)
    assert (world.steps(), world.places()) == ([(kind, state)], {})


@pytest.mark.parametrize("kind", ["delete", "revert"])
async def test_a_file_that_somebody_locks_just_before_is_waited_for(world: World, kind: str) -> None:
    policy(world, kind)
    world.upload(PATH, b"good")
    await settled(world)
    world.upload(PATH, samples.eicar())
    token = world.act("lock", path=PATH)["lock_token"]
    assert (await world.once()).unfinished == ["1 versions are still open"]
    world.act("unlock", path=PATH, lock_token=token)
    world.wait_over()
    await settled(world)
    assert world.steps() == [(kind, "success")]


async def test_a_text_never_becomes_a_version_of_a_file_that_is_put_there_just_before(world: World) -> None:
    policy(world, "quarantine", "tombstone")
    world.upload(PATH, samples.eicar())
    theirs = {"action": "upload", "path": f"{PATH}.removed.txt", "text": "my own"}
    race(world, TEXT, theirs)
    await settled(world)
    versions = {file["path"]: [one["uploaded_by"] for one in file["versions"]] for file in world.state()["files"]}
    assert versions.pop(f"{PATH}.removed.txt") == ["svc-scanner"]
    assert f"{PATH}.removed_1.txt" in versions
    assert world.steps()[-1] == ("tombstone", "success")


async def test_a_name_that_is_taken_in_quarantine_is_left_to_who_has_it(world: World) -> None:
    policy(world, "quarantine", "comment")
    world.sections["remediation"] = {"mode": "dry-run"}
    group = world.upload(PATH, samples.eicar())["group_id"]
    await settled(world)
    ((destination,),) = world.rows("SELECT params ->> 'destination' FROM steps WHERE kind = 'quarantine'")
    for folder in (QUARANTINE, destination.rpartition("/")[0]):
        world.act("add_folder", actor="svc-scanner", path=folder)
    other = world.upload(destination, b"there before", actor="svc-scanner")["group_id"]
    world.rows("UPDATE steps SET state = 'planned', done_at = NULL")
    world.rows("UPDATE work SET state = 'queued', outcome = NULL, done_at = NULL WHERE verdict_id IS NOT NULL")
    world.sections["remediation"] = {"mode": "enforce"}
    await settled(world)
    places = world.places()
    assert (places[other], places[group]) == (destination, f"{destination.removesuffix('.q')}_1.q")


@pytest.mark.both
async def test_of_two_workers_on_one_file_the_one_that_lost_it_writes_nothing_and_all_is_done_once(
    world: World,
) -> None:
    """As with two replicas, of which one was taken for dead while its move was on the way."""
    policy(world, "quarantine", "comment")
    ids = world.upload(PATH, samples.eicar())
    world.fault(**POST, delay=2.0, count=1)
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts, asyncio.timeout(90):
        serving = asyncio.create_task(serve(parts, stop))
        while world.control("GET", "faults")[0]["count"] != 0:
            await asyncio.sleep(0.02)
        taken = await parts.stations.ledger.take("acme", EntryId(ids["entry_id"]))
        assert taken is not None, "the other replica has it now"
        stop.set()
        await serving
    assert world.steps() == [("quarantine", "intended"), ("comment", "planned")], "nothing is written without the work"
    assert world.places()[ids["group_id"]].startswith(QUARANTINE)
    world.rows("UPDATE work SET state = 'queued', token = NULL WHERE state = 'running'")
    await settled(world)
    assert world.steps() == [("quarantine", "already_done"), ("comment", "success")]
    assert (len(world.state()["notes"]), world.places()[ids["group_id"]].startswith(QUARANTINE)) == (1, True)
