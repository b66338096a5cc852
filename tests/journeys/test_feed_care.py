"""What is told of folders, renames and restored files in more than one way, and what is pruned: all of it is judged."""

from __future__ import annotations

from itertools import product

import pytest

from demo import samples
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"
WAYS = list(product(("one", "per_child"), ("rename", "move"), ("restore", "create")))


@pytest.mark.parametrize(("folders", "renames", "restores"), WAYS, ids=["-".join(way) for way in WAYS])
async def test_however_it_is_told_every_version_is_judged_once(
    world: World, folders: str, renames: str, restores: str
) -> None:
    switches = {"folder_events": folders, "rename_event": renames, "restore_event": restores}
    world.control("POST", "switches", json=switches)
    world.sections["domain"] = {"ignore": ["/Shared/Ignored"]}
    for name in ("a.txt", "deep/b.txt", "deep/deeper/bad.com"):
        world.upload(f"/Shared/Ignored/kite/{name}", samples.eicar() if name.endswith("com") else name.encode())
    await world.once()
    # Into what is watched as a whole, and there under other names before anybody looks.
    world.act("move", path="/Shared/Ignored/kite", destination=f"{FOLDER}/kite")
    world.act("move", path=f"{FOLDER}/kite/deep", destination=f"{FOLDER}/kite/Deep and renamed")
    world.act("move", path=f"{FOLDER}/kite/a.txt", destination=f"{FOLDER}/kite/c.txt")
    world.act("copy", actor="svc-scanner", path=f"{FOLDER}/kite", destination=f"{FOLDER}/copy")
    trashed = world.act("delete", path=f"{FOLDER}/kite/c.txt")["trash_id"]
    world.act("restore", actor="svc-scanner", id=trashed)
    await world.all_of()

    bad = [place for place in world.places().values() if place.startswith(QUARANTINE)]
    current = {file["versions"][-1]["entry_id"] for file in world.state()["files"]}
    judged = "SELECT entry_id FROM work WHERE outcome = 'judged'"
    assert (len(bad), {entry for (entry,) in world.rows(judged)} >= current) == (2, True)
    assert world.rows("SELECT count(*) - count(DISTINCT entry_id) FROM verdicts") == [(0,)]


async def test_versions_pruned_before_anybody_looked_are_superseded_by_the_current_one(world: World) -> None:
    world.control("POST", "switches", json={"version_limit": 2})
    for number in range(5):
        world.upload(f"{FOLDER}/a.txt", f"version {number}".encode())
    await world.all_of()
    (file,) = world.state()["files"]
    kept = {version["entry_id"] for version in file["versions"]}
    ended = dict(world.rows("SELECT entry_id, outcome FROM work"))
    assert {entry: ended[entry] for entry in kept} == dict.fromkeys(kept, "judged")
    assert sorted(ended.values()) == ["judged", "judged", "superseded", "superseded", "superseded"]
