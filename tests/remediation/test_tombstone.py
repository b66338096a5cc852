"""A text stands where a file was, and never takes another file's place."""

from __future__ import annotations

import pytest

from scanner.errors import Forbidden
from scanner.model import FileVersion, Step, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.perform import perform
from scanner.remediation.place import NAME_BYTES
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import undo
from tests.remediation.scripted import Scripted
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World, step

TEXT = "It is not here any more.\n"
TOMBSTONE = Step(StepKind.TOMBSTONE, {"body": TEXT})
MOVE = Step(StepKind.QUARANTINE, {"destination": DESTINATION})
ORDER = UndoOrder(FOLDER, ACCOUNT, "false alarm", "jdoe")
PLACE = f"{ORIGIN}.removed.txt"
NOT_TAKEN = StepResult(StepState.SUPERSEDED, {"why": "nothing was taken away, or it is back"})


@pytest.fixture
def world() -> World:
    return World()


async def taken(world: World, kind: StepKind = StepKind.QUARANTINE) -> tuple[FileVersion, StepRecord]:
    """A file that the plan took away, with the record of that."""
    version = world.upload(ORIGIN)
    planned = MOVE if kind is StepKind.QUARANTINE else Step(kind)
    done = await world.perform(version, step(planned))
    return version, StepRecord(1, planned, done.state, done.detail)


async def mark(
    world: World,
    version: FileVersion,
    *plan: StepRecord,
    state: StepState = StepState.PLANNED,
    cloud: Scripted | None = None,
) -> StepResult:
    used = world.twin if cloud is None else cloud.as_cloud
    return await perform(used, version, step(TOMBSTONE, state), FOLDER, ACCOUNT, plan=plan)


def text_at(world: World, path: str) -> str:
    return world.twin.tree.files[path.lower()].current.content.decode()


@pytest.mark.parametrize("kind", [StepKind.QUARANTINE, StepKind.DELETE])
async def test_the_place_of_what_was_taken_away_is_marked_once(world: World, kind: StepKind) -> None:
    version, record = await taken(world, kind)
    done = await mark(world, version, record)
    again = await mark(world, version, record, state=StepState.INTENDED)
    assert (done.state, done.detail["tombstone"], done.detail["made"]) == (
        StepState.SUCCESS,
        PLACE,
        again.detail["made"],
    )
    assert (text_at(world, PLACE), len(world.twin.tree.files[PLACE.lower()].versions)) == (TEXT, 1)


@pytest.mark.parametrize("state", [StepState.FAILED, StepState.SUPERSEDED])
async def test_the_place_of_what_is_still_there_is_not_marked(world: World, state: StepState) -> None:
    version = world.upload(ORIGIN)
    assert await mark(world, version, StepRecord(1, MOVE, state)) == NOT_TAKEN


async def test_nor_is_it_where_the_file_is_back_already(world: World) -> None:
    version, record = await taken(world)
    world.move(version, ORIGIN)
    assert await mark(world, version, record) == NOT_TAKEN


async def test_nor_where_the_file_is_gone(world: World) -> None:
    version, record = await taken(world)
    world.delete(version)
    assert await mark(world, version, record) == NOT_TAKEN


async def test_a_name_that_is_taken_is_left_to_its_owner(world: World) -> None:
    version, record = await taken(world)
    world.upload(PLACE, "my own")
    done = await mark(world, version, record)
    assert (done.detail["tombstone"], text_at(world, PLACE)) == (f"{ORIGIN}.removed_1.txt", "my own")


async def test_a_folder_that_is_gone_needs_no_mark(world: World) -> None:
    version, record = await taken(world)
    world.delete_folder("/Shared/Kite")
    result = await mark(world, version, record)
    assert result == StepResult(StepState.ALREADY_DONE, {"why": "the folder /Shared/Kite is no longer there"})


async def test_a_folder_that_we_may_not_write_to_fails_the_step(world: World) -> None:
    version, record = await taken(world)
    cloud = world.scripted(add_text=[Forbidden("no right", 403)])
    assert await mark(world, version, record, cloud=cloud) == StepResult(StepState.FAILED, {"error": "no right"})


async def test_a_name_as_long_as_they_get_is_shortened(world: World) -> None:
    version = world.upload(f"/Shared/Kite/{'ü' * 122}")
    moved = await world.perform(version, step(MOVE))
    done = await mark(world, version, StepRecord(1, MOVE, moved.state, moved.detail))
    name = done.detail["tombstone"].rpartition("/")[2]
    assert (len(name.encode()) <= NAME_BYTES, name.endswith(".removed.txt")) == (True, True)


async def test_undoing_takes_the_text_away_but_not_what_somebody_wrote_upon_it(world: World) -> None:
    version, record = await taken(world)
    done = await mark(world, version, record)
    mine = StepRecord(2, TOMBSTONE, done.state, done.detail)
    world.upload(PLACE, "and I say")
    assert (await undo(world.twin, version, mine, ORDER)).state is StepState.FAILED
    assert text_at(world, PLACE) == "and I say"

    world.twin.tree.files[PLACE.lower()].versions.pop()
    assert await undo(world.twin, version, mine, ORDER) == StepResult(StepState.SUCCESS, {"path": PLACE})
    assert (await undo(world.twin, version, mine, ORDER)).state is StepState.ALREADY_DONE
