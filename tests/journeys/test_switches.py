"""What nobody could confirm about the platform, had both ways (fact sheet 10): the main job comes out the same."""

from __future__ import annotations

from typing import Any

import pytest

from demo import samples
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"
OTHERWISE: list[dict[str, Any]] = [
    {
        "restore_event": "create", "rename_event": "move", "folder_events": "per_child", "delete_target_id": False,
        "move_source_ids": True, "latest_id": "domain", "filtered_status": 200, "before_oldest_status": 404,
        "over_count": "refuse", "event_id_gap": 7, "conflict_status": 409, "move_links": "die", "hidden_status": 404,
        "missing_parent_status": 409, "etag_quotes": True, "note_limit": 1_000,
    },
    {"restore_ids": "new", "add_folder_parents": "make", "folder_events": "one", "latest_id": "domain"},
]  # fmt: skip


@pytest.mark.parametrize("switches", OTHERWISE, ids=["all", "restored anew"])
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
