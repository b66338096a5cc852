"""A file that answers 404 may be deleted or hidden from us (fact sheet 10, row 25): the feed decides which."""

from __future__ import annotations

from demo import samples
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"
BAD = f"{FOLDER}/eicar.com"
CONTENT = {"route": "fs-content/ids/file"}
FILE = {"route": "/fs/ids/file", "method": "GET"}
OPEN = ["1 versions are still open"]


def hide(world: World, times: int) -> None:
    for route in (CONTENT, FILE):
        world.fault(**route, status=404, count=times)


async def test_a_file_hidden_for_a_while_is_scanned_when_it_shows(world: World) -> None:
    group = world.upload(BAD, samples.eicar())["group_id"]
    hide(world, times=2)
    assert (await world.once()).unfinished == OPEN
    assert await world.reasons() == {BAD: "unchecked not-found"}
    await world.all_of()
    assert (await world.kinds(), world.calls("fs-content")) == ({BAD: "infected"}, [404, 404, 200])
    assert world.places()[group].startswith(QUARANTINE)


async def test_a_file_hidden_for_good_is_given_up_and_never_gone(world: World) -> None:
    world.sections["workers"] = {"max_attempts": 3}
    world.upload(BAD, samples.eicar())
    hide(world, times=9)
    await world.all_of()
    assert await world.reasons() == {BAD: "unchecked not-found"}
    assert (world.outcomes(), world.calls("fs-content")) == ([(BAD, "failed")], [404, 404, 404])


async def test_a_deletion_told_late_settles_what_was_given_up(world: World) -> None:
    world.sections["workers"] = {"max_attempts": 1}
    world.upload(BAD, samples.eicar())
    hide(world, times=1)
    assert (await world.once()).unfinished == []
    world.act("delete", path=BAD)
    assert (await world.once()).unfinished == []
    assert (await world.kinds(), world.outcomes()) == ({}, [(BAD, "gone")])


async def test_what_was_given_up_as_not_found_is_scanned_when_it_is_restored(world: World) -> None:
    world.sections["workers"] = {"max_attempts": 1}
    world.upload(BAD, samples.eicar())
    hide(world, times=1)
    await world.once()
    world.act("delete", path=BAD)
    world.act("restore", path=BAD)
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


async def test_a_file_is_gone_when_a_folder_above_it_is_deleted(world: World) -> None:
    world.upload(f"{FOLDER}/deep/er/oops.txt", b"oops")
    world.act("move", path=f"{FOLDER}/deep", destination=f"{FOLDER}/moved")
    world.act("delete", path=f"{FOLDER}/moved")
    assert (await world.once()).unfinished == []
    assert world.outcomes() == [(f"{FOLDER}/deep/er/oops.txt", "gone")]


async def test_a_bad_file_hidden_before_its_quarantine_is_moved_when_it_shows(world: World) -> None:
    group = world.upload(BAD, samples.eicar())["group_id"]
    world.fault(**FILE, status=404, count=1)
    assert (await world.once()).unfinished == OPEN
    assert world.places()[group] == BAD
    await world.all_of()
    assert world.places()[group].startswith(QUARANTINE)
    assert [state for _, state in world.steps()] == ["already_done", "success", "success"]
