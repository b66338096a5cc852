"""Races with people: what happens to a file between its scan and each act on it. Acts come just before a named call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from demo import samples
from scanner.ledger.orders.holding import Decision
from scanner.service.assembly import assembled
from scanner.service.loops import serve
from tests.journeys.world import QUARANTINE, World

PATH, ELSEWHERE = "/Shared/Projects/eicar.com", "/Shared/Projects/elsewhere.com"
LOOK = {"route": "/fs/ids/file", "method": "GET"}
"""The look at the current version before the first step."""
MOVE = {"route": "/fs/ids/file", "method": "POST"}
NOTE = {"route": "/notes", "method": "POST"}
LINKS = {"route": "/links", "method": "GET"}
KINDS = ("revoke_links", "quarantine", "comment")


def race(world: World, call: dict[str, str], action: str, **what: Any) -> None:
    """Just before the first such call, an admin acts: nobody else may do anything in the quarantine."""
    world.fault(**call, count=1, act={"as": "svc-scanner", "source": "WebUI", "action": action, **what})


async def settled(world: World) -> None:
    """All work is done, and reading what it caused brings no more."""
    await world.all_of()
    assert (await world.once()).unfinished == []


@pytest.mark.parametrize("call", [LOOK, LINKS], ids=["before the links", "before the move"])
async def test_a_new_version_after_the_scan_stops_the_plan_and_is_judged_itself(
    world: World, call: dict[str, str]
) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    race(world, call, "upload", path=PATH, text="harmless now")
    await settled(world)
    assert sorted(row.kind for row in await world.verdicts()) == ["clean", "infected"]
    assert "superseded" in [state for _, state in world.steps()]
    assert [kind for kind, state in world.steps() if kind != "revoke_links" and state != "superseded"] == []
    assert (world.places()[group], world.state()["notes"]) == (PATH, [])


async def test_a_new_version_that_travels_along_into_quarantine_is_judged_there(world: World) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    race(world, MOVE, "upload", path=PATH, text="harmless now")
    await settled(world)
    assert sorted(row.kind for row in await world.verdicts()) == ["clean", "infected"]
    assert world.places()[group].startswith(QUARANTINE)
    assert [state for _, state in world.steps()] == ["already_done", "success", "success"]


async def test_an_infected_new_version_after_the_scan_is_quarantined_on_its_own_account(world: World) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    race(world, LOOK, "upload", path=PATH, text=samples.eicar().decode() + "\n")
    await settled(world)
    assert [row.kind for row in await world.verdicts()] == ["infected", "infected"]
    assert world.places()[group].startswith(QUARANTINE)
    assert len(world.state()["notes"]) == 1


async def test_an_older_version_that_is_judged_last_is_spared_what_the_newer_one_led_to(world: World) -> None:
    older = world.upload(PATH, samples.eicar())
    world.fault(route=f"entry_id={older['entry_id']}", status=503, count=3)
    newer = world.upload(PATH, samples.eicar() + b"\n")
    await world.once()
    assert world.steps() == [("revoke_links", "already_done"), ("quarantine", "success"), ("comment", "success")]
    await settled(world)
    assert [row.kind for row in await world.verdicts()] == ["infected", "infected"]
    assert {state for _, state in world.steps()[3:]} == {"superseded"}
    assert (len(world.state()["notes"]), newer["group_id"]) == (1, older["group_id"])


async def test_a_new_version_during_the_scan_is_scanned_as_well(world: World) -> None:
    world.upload(PATH, b"harmless")
    race(world, {"route": "fs-content"}, "upload", path=PATH, text=samples.eicar().decode())
    await settled(world)
    assert sorted(row.kind for row in await world.verdicts()) == ["clean", "infected"]
    assert [place for place in world.places().values() if not place.startswith(QUARANTINE)] == []


@pytest.mark.parametrize("call", [LOOK, LINKS, MOVE], ids=["before the links", "after the look", "before the move"])
async def test_a_file_that_is_moved_meanwhile_is_quarantined_from_where_it_is(
    world: World, call: dict[str, str]
) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    race(world, call, "move", path=PATH, destination=ELSEWHERE)
    await settled(world)
    place = world.places()[group]
    assert place.startswith(QUARANTINE)
    assert [note["path"] for note in world.state()["notes"]] == [place]
    assert world.calls("fs-content") == [200]


async def test_another_file_at_the_old_path_is_left_alone(world: World) -> None:
    bad = world.upload(PATH, samples.eicar())["group_id"]
    race(world, LOOK, "move", path=PATH, destination=ELSEWHERE)
    race(world, LOOK, "upload", path=PATH, text="somebody else's work")
    await settled(world)
    places = world.places()
    assert places.pop(bad).startswith(QUARANTINE)
    assert list(places.values()) == [PATH]


@pytest.mark.parametrize("call", [LOOK, LINKS, MOVE, NOTE], ids=["links", "look", "move", "note"])
async def test_a_file_that_is_deleted_meanwhile_leaves_nothing_to_do_and_no_failure(
    world: World, call: dict[str, str]
) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    race(world, call, "delete", group_id=group)
    await settled(world)
    assert await world.kinds() == {PATH: "infected"}
    assert (world.places(), world.outcomes()) == ({}, [(PATH, "judged")])
    assert {state for _, state in world.steps()} <= {"success", "already_done"}


async def test_a_deleted_bad_file_that_comes_back_is_not_forgotten(world: World) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    race(world, LOOK, "delete", group_id=group)
    await settled(world)
    world.act("restore", path=PATH)
    await settled(world)
    assert world.places()[group].startswith(QUARANTINE)


@pytest.mark.both
async def test_a_file_that_comes_back_between_the_answer_that_it_is_gone_and_the_record_of_it_is_scanned(
    world: World,
) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    world.fault(route="fs-content", status=404, count=1)
    world.fault(**LOOK, status=404, delay=2.0, count=1)
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts, asyncio.timeout(60):
        serving = asyncio.create_task(serve(parts, stop))
        while not world.calls("fs-content"):
            await asyncio.sleep(0.05)
        world.act("delete", group_id=group)
        world.act("restore", path=PATH)
        while not world.places()[group].startswith(QUARANTINE):
            await asyncio.sleep(0.05)
        stop.set()
        await serving
    await settled(world)
    assert await world.kinds() == {PATH: "infected"}


async def test_a_file_that_somebody_has_locked_is_moved_when_it_is_free(world: World) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    world.act("add_link", path=PATH, accessibility="anyone")
    token = world.act("lock", path=PATH)["lock_token"]
    assert (await world.once()).unfinished == ["1 versions are still open"]
    assert (await world.kinds(), world.places()[group]) == ({PATH: "infected"}, PATH)
    assert world.state()["links"] == []

    world.act("unlock", path=PATH, lock_token=token)
    world.wait_over()
    await settled(world)
    assert world.places()[group].startswith(QUARANTINE)
    assert world.steps() == [(kind, "success") for kind in KINDS]
    assert (len(world.state()["notes"]), world.calls("fs-content")) == (1, [200])


async def test_a_file_that_stays_locked_costs_no_attempts(world: World) -> None:
    world.sections["workers"] = {"max_attempts": 1}
    group = world.upload(PATH, samples.eicar())["group_id"]
    token = world.act("lock", path=PATH)["lock_token"]
    for _ in range(3):
        await world.once()
        world.wait_over()
    world.act("unlock", path=PATH, lock_token=token)
    await settled(world)
    assert world.places()[group].startswith(QUARANTINE)


async def test_a_version_that_replaces_a_held_one_stays_where_it_is(world: World) -> None:
    world.sections["remediation"] = {"max_per_hour": 1}
    world.sections["workers"] = {"concurrency": 1}
    world.upload(ELSEWHERE, samples.eicar())
    held = world.upload(PATH, samples.eicar())["group_id"]
    await world.once()
    world.upload(PATH, b"harmless now")
    await world.once()
    await world.decide(Decision.APPROVED)
    await settled(world)
    assert world.places()[held] == PATH
    assert {state for _, state in world.steps()[3:]} == {"superseded"}


async def test_many_bad_files_of_one_name_at_once_all_find_a_place(world: World) -> None:
    groups = [world.upload(f"/Shared/Projects/{number}/eicar.com", samples.eicar())["group_id"] for number in range(8)]
    await settled(world)
    places = [world.places()[group] for group in groups]
    assert len({place for place in places if place.startswith(QUARANTINE)}) == 8
    assert sorted(note["path"] for note in world.state()["notes"]) == sorted(places)


@pytest.mark.both
@pytest.mark.parametrize("call", [MOVE, NOTE], ids=["move", "note"])
async def test_an_act_whose_answer_is_lost_is_not_done_twice(world: World, call: dict[str, str]) -> None:
    group = world.upload(PATH, samples.eicar())["group_id"]
    world.fault(**call, delay=0.1, count=1, cut_after=1)
    await settled(world)
    assert world.places()[group].startswith(QUARANTINE)
    assert len(world.state()["notes"]) == 1
    moves = [path for (path,) in world.rows("SELECT target_path FROM events WHERE action IN ('move', 'rename')")]
    assert len(moves) == 1
