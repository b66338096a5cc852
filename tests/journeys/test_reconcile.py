"""Events that nobody could read: a walk finds what they would have told, over every fault, and closes the gap."""

from __future__ import annotations

import signal

import pytest

from demo.samples import eicar
from tests.journeys.world import QUARANTINE, World, stop, wait_until

FOLDER = "/Shared/Projects"
GAPS = "SELECT reason, closed_at IS NOT NULL FROM gaps"


def forget_events(world: World) -> None:
    """All but the newest age out while nobody reads."""
    for content in (b"forgotten", b"the newest event"):
        world.upload(f"{FOLDER}/last.txt", content)
    world.control("POST", "events/prune", json={"keep": 1})


async def test_a_gap_is_closed_by_a_walk_and_what_it_hid_is_scanned(world: World) -> None:
    world.upload(f"{FOLDER}/known.txt", b"known")
    await world.once()
    world.upload(f"{FOLDER}/kite/bad.com", eicar())
    world.upload(f"{FOLDER}/known.txt", b"a newer version")
    forget_events(world)
    assert (await world.once()).unfinished == []

    assert world.rows(GAPS) == [("expired", 1)]
    assert world.rows("SELECT path, lane FROM work WHERE lane = 'reconcile' ORDER BY path") == [
        (f"{FOLDER}/kite/bad.com", "reconcile"),
        (f"{FOLDER}/known.txt", "reconcile"),
    ]
    assert (await world.kinds())[f"{FOLDER}/kite/bad.com"] == "infected"
    assert [path for path in world.places().values() if path.startswith(QUARANTINE)] != []


async def test_a_gap_stays_open_while_a_folder_may_not_be_listed(world: World) -> None:
    world.upload(f"{FOLDER}/kite/a.txt", b"a")
    await world.once()
    forget_events(world)
    world.fault(route=f"{FOLDER}/kite\\?", status=403, count=1)
    assert (await world.once()).unfinished == ["1 folders may not be listed; the log has their paths"]
    assert world.rows(GAPS) == [("expired", 0)]

    world.rows("UPDATE walks SET due_at = NULL")
    assert (await world.once()).unfinished == []
    assert world.rows(GAPS) == [("expired", 1)]


async def test_work_on_files_deleted_in_a_gap_ends_as_gone(world: World) -> None:
    for name in ("a.txt", "b.txt"):
        world.upload(f"{FOLDER}/{name}", b"hello")
    clamd, world.clamd = world.clamd, f"unix:{world.folder}/nobody"
    assert (await world.once()).unfinished == ["2 versions are still open"]
    world.act("delete", path=f"{FOLDER}/a.txt")
    world.act("move", path=f"{FOLDER}/b.txt", destination=f"{FOLDER}/c.txt")
    forget_events(world)
    await world.once()
    world.clamd = clamd
    await world.all_of()
    assert dict(world.outcomes()) == {
        f"{FOLDER}/a.txt": "gone",
        f"{FOLDER}/b.txt": "judged",
        f"{FOLDER}/last.txt": "judged",
    }


async def test_a_domain_restored_from_a_backup_has_its_bad_files_moved_away_again(world: World) -> None:
    group = str(world.upload(f"{FOLDER}/bad.com", eicar())["group_id"])
    await world.once()
    assert world.places()[group].startswith(QUARANTINE)
    # As a backup of before the move has it.
    world.act("move", actor="svc-scanner", path=world.places()[group], destination=f"{FOLDER}/bad.com")
    world.rows("UPDATE feeds SET cursor = cursor + 100000")
    await world.all_of()
    assert world.rows(GAPS) == [("lost", 1)]
    assert world.places()[group].startswith(QUARANTINE)


@pytest.mark.both
@pytest.mark.timeout(120)
def test_kills_in_a_long_walk_cost_a_page_and_lose_nothing(world: World) -> None:
    for number in range(60):
        world.upload(f"{FOLDER}/{number % 20:02}/{number:02}.txt", str(number).encode())
    world.sections["events"] = {"start": "now"}
    world.fault(route="list_content=true", delay=0.06)
    world.unread = "the feed begins after them"
    world.sections["reconcile"] = {"every": "7d"}
    for folders in (3, 8, 14):
        service = world.spawn()
        try:
            wait_until(lambda: listed(world) >= folders, f"{folders} folders to be listed")  # noqa: B023
        finally:
            stop(service, signal.SIGKILL)
    service = world.spawn()
    try:
        wait_until(lambda: judged(world) == 60, "all to be judged")
        wait_until(lambda: world.rows("SELECT 1 FROM walks WHERE finished_at IS NULL") == [], "the walk to end")
    finally:
        assert stop(service) == 0
    # The root, the projects, twenty folders; each kill may have cost one call.
    assert world.rows("SELECT folders, files, queued, finished_at IS NOT NULL FROM walks") == [(22, 60, 60, 1)]
    assert 22 <= len(world.calls("list_content=true")) <= 22 + 3


def listed(world: World) -> int:
    """Folders, by the walk that is farthest."""
    return max((int(folders or 0) for (folders,) in world.rows_yet("SELECT folders FROM walks")), default=0)


def judged(world: World) -> int:
    return len(world.rows_yet("SELECT 1 FROM work WHERE outcome = 'judged'"))
