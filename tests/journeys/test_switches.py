"""What nobody could confirm about the platform, had both ways (fact sheet 10): the main job comes out the same."""

from __future__ import annotations

from typing import Any

import pytest

from demo import samples
from scanner.ledger.ledger import Ledger
from scanner.model import StepResult, StepState
from scanner.service.assembly import utc_now
from scanner.service.orders.release import release_row
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"
OTHERWISE: list[dict[str, Any]] = [
    {
        "restore_event": "create", "rename_event": "move", "folder_events": "per_child", "delete_target_id": False,
        "move_source_ids": True, "latest_id": "domain", "filtered_status": 200, "before_oldest_status": 404,
        "over_count": "refuse", "event_id_gap": 7, "conflict_status": 409, "move_links": "die", "hidden_status": 404,
        "missing_parent_status": 409, "etag_quotes": True, "note_limit": 1_000,
    },
    {"move_entry_id": "new", "folder_events": "one"},
    {"restore_event": "create", "folder_events": "one"},
    {"restore_ids": "new", "add_folder_parents": "make", "folder_events": "one", "latest_id": "domain"},
]  # fmt: skip


@pytest.mark.parametrize("switches", OTHERWISE, ids=["all", "moved anew", "restored as new", "restored anew"])
async def test_the_main_job_comes_out_the_same(world: World, switches: dict[str, Any]) -> None:
    """Pages of five, so that what is between two pages matters."""
    world.sections["events"] = {"page": 5}
    world.control("POST", "switches", json=switches)
    world.control("POST", "limits", json={"qps": 1_000, "daily": 1_000_000})
    bad = world.upload(f"{FOLDER}/eicar.com", samples.eicar())["group_id"]
    world.act("add_link", path=f"{FOLDER}/eicar.com", accessibility="anyone")
    for number in range(24):
        world.upload(f"{FOLDER}/sub/{number}.txt", b"%d" % number)
    world.act("move", path=f"{FOLDER}/sub/1.txt", destination=f"{FOLDER}/sub/one.txt")
    world.act("move", path=f"{FOLDER}/sub/2.txt", destination=f"{FOLDER}/2.txt")
    world.act("copy", actor="svc-scanner", path=f"{FOLDER}/sub", destination=f"{FOLDER}/copied")
    await world.all_of()
    trashed = world.act("delete", path=f"{FOLDER}/2.txt")["trash_id"]
    await world.all_of()
    world.act("restore", actor="svc-scanner", id=trashed)
    worse = world.upload(f"{FOLDER}/copied/4.txt", samples.eicar())["group_id"]
    await world.all_of()
    assert (await world.once()).unfinished == []
    places = world.places()
    assert {group for group, place in places.items() if place.startswith(QUARANTINE)} == {bad, worse}
    assert sorted(note["path"] for note in world.state()["notes"]) == sorted([places[bad], places[worse]])
    assert world.state()["links"] == []


@pytest.mark.parametrize("told", ["restore", "create"])
async def test_a_folder_that_comes_back_from_the_trash_is_walked_however_it_is_told(world: World, told: str) -> None:
    """It was put there before the first start, so that nothing in it has ever been heard of."""
    world.control("POST", "switches", json={"restore_event": told, "folder_events": "one"})
    bad = world.upload(f"{FOLDER}/sub/eicar.com", samples.eicar())["group_id"]
    trashed = world.act("delete", path=f"{FOLDER}/sub")["trash_id"]
    await world.all_of()
    world.act("restore", id=trashed)
    await world.all_of()
    assert world.places()[bad].startswith(QUARANTINE)


MOVES_ANEW = {"move_entry_id": "new", "folder_events": "one"}


async def quarantined_anew(world: World) -> str:
    world.control("POST", "switches", json=MOVES_ANEW)
    group: str = world.upload(f"{FOLDER}/eicar.com", samples.eicar())["group_id"]
    await world.all_of()
    assert world.places()[group].startswith(QUARANTINE)
    return group


async def order_release(world: World) -> StepResult:
    settings = world.settings()
    async with Ledger.reading(settings.ledger, utc_now) as ledger:
        (row,) = await ledger.quarantined()
        return await release_row(settings, ledger, row, reason="a false alarm", by="jdoe", until=None)


async def test_a_file_that_our_move_gave_a_new_entry_id_is_judged_and_told_once(world: World) -> None:
    group = await quarantined_anew(world)
    assert (await world.once()).unfinished == []
    assert (len(world.calls("fs-content")), len(world.state()["notes"])) == (1, 1)
    assert [row.group_id for row in await world.verdicts()] == [group]


async def test_its_release_stands_also_when_its_folder_is_listed_later(world: World) -> None:
    group = await quarantined_anew(world)
    assert (await order_release(world)).state is StepState.SUCCESS
    world.act("copy", path=FOLDER, destination="/Shared/Copied")  # that folder is listed, and its copy is bad
    world.act("move", path="/Shared/Copied", destination="/Shared/Elsewhere")
    world.act("restore", id=world.act("delete", path=FOLDER)["trash_id"], actor="svc-scanner")  # and so is this one
    await world.all_of()
    assert world.places()[group] == f"{FOLDER}/eicar.com"
    assert [note["path"] for note in world.state()["notes"] if note["path"].startswith(FOLDER)] == [
        f"{FOLDER}/eicar.com"
    ] * 2


async def test_a_move_whose_answer_is_lost_is_known_by_its_content(world: World) -> None:
    await quarantined_anew(world)  # so that the folder is there, and the first move is the one
    world.upload(f"{FOLDER}/eicar.com", samples.eicar())
    world.fault(route="/fs/ids/file", method="POST", delay=0.1, count=1, cut_after=1)
    world.fault(route="/fs/ids/file", method="GET", status=503, skip=2, count=9)
    await world.once()
    world.control("DELETE", "faults")
    assert world.steps()[3:] == [("revoke_links", "already_done"), ("quarantine", "intended"), ("comment", "planned")]
    await world.all_of()
    assert world.steps()[3:] == [
        ("revoke_links", "already_done"),
        ("quarantine", "already_done"),
        ("comment", "success"),
    ]
    assert (len(world.calls("fs-content")), len(world.state()["notes"])) == (2, 2)
