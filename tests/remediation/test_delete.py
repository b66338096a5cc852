"""A file goes into the trash, and comes back from it."""

from __future__ import annotations

from hashlib import sha512

import pytest

from scanner.errors import Forbidden, RetryLater
from scanner.model import ContentFacts, FileVersion, Step, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.perform import GONE, perform
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import undo
from tests.remediation.world import ACCOUNT, FOLDER, ORIGIN, World, step

DELETE = Step(StepKind.DELETE)
ORDER = UndoOrder(FOLDER, ACCOUNT, "false alarm", "jdoe")
DETAIL = {"path": ORIGIN, "size": "5"}
CONTENT = ContentFacts(5, "", sha512(b"first").hexdigest(), "text/plain")


@pytest.fixture
def world() -> World:
    return World()


async def again(world: World, version: FileVersion, state: StepState = StepState.INTENDED) -> StepResult:
    return await perform(world.twin, version, step(DELETE, state), FOLDER, ACCOUNT, content=CONTENT)


async def test_a_file_is_deleted_and_restored_where_it_was(world: World) -> None:
    version = world.upload(ORIGIN)
    done = await world.perform(version, step(DELETE))
    assert (done, world.twin.tree.files) == (StepResult(StepState.SUCCESS, DETAIL), {})

    record = StepRecord(1, DELETE, done.state, done.detail)
    undone = await undo(world.twin, version, record, ORDER)
    assert undone == StepResult(StepState.SUCCESS, {"path": ORIGIN, "restored": version.entry_id})
    assert (await undo(world.twin, version, record, ORDER)).state is StepState.ALREADY_DONE


async def test_a_newer_version_in_quarantine_that_nobody_judged_is_not_deleted(world: World) -> None:
    version = world.upload(ORIGIN)
    world.twin.tree.add_folder(FOLDER, "svc-scanner")
    world.move(version, f"{FOLDER}/plan.docx")
    newer = world.upload(f"{FOLDER}/plan.docx", "second")
    result = await again(world, version, StepState.PLANNED)
    assert (result.state, result.superseded_by and result.superseded_by.entry_id) == ("superseded", newer.entry_id)
    assert await world.where(newer) == f"{FOLDER}/plan.docx"


async def test_a_deletion_whose_result_was_lost_is_known_by_the_trash(world: World) -> None:
    version = world.upload(ORIGIN)
    await world.perform(version, step(DELETE))
    assert await again(world, version) == StepResult(StepState.ALREADY_DONE, DETAIL)


async def test_a_deletion_that_was_never_begun_was_somebody_else_s(world: World) -> None:
    version = world.upload(ORIGIN)
    world.delete(version)
    assert await again(world, version, StepState.PLANNED) == GONE


async def test_what_is_not_in_the_trash_was_not_deleted_by_us(world: World) -> None:
    version = world.upload(ORIGIN)
    world.delete(version)
    world.twin.tree.trash.clear()
    assert await again(world, version) == GONE


async def test_a_trash_that_we_may_not_see_proves_nothing(world: World) -> None:
    version = world.upload(ORIGIN)
    world.delete(version)
    cloud = world.scripted(trash=[Forbidden("no right", 403)])
    assert await world.perform(version, step(DELETE, StepState.INTENDED), cloud) == GONE


async def test_a_file_that_somebody_has_locked_is_waited_for(world: World) -> None:
    version = world.upload(ORIGIN)
    world.lock(version)
    with pytest.raises(RetryLater, match="is locked"):
        await world.perform(version, step(DELETE))


async def test_a_file_that_is_there_afterwards_was_not_deleted(world: World) -> None:
    version = world.upload(ORIGIN)
    result = await world.perform(version, step(DELETE), world.scripted().answering(delete=True))
    assert (result.state, result.detail["error"]) == (StepState.FAILED, f"it is still at {ORIGIN}")


async def test_nothing_is_restored_over_another_file(world: World) -> None:
    version = world.upload(ORIGIN)
    done = await world.perform(version, step(DELETE))
    world.upload(ORIGIN, "another")
    result = await undo(world.twin, version, StepRecord(1, DELETE, done.state, done.detail), ORDER)
    assert (result.state, result.detail) == (StepState.FAILED, {"error": f"restore: the name {ORIGIN} is taken"})


async def test_what_the_trash_has_no_more_cannot_be_restored(world: World) -> None:
    version = world.upload(ORIGIN)
    done = await world.perform(version, step(DELETE))
    world.twin.tree.trash.clear()
    result = await undo(world.twin, version, StepRecord(1, DELETE, done.state, done.detail), ORDER)
    assert result == StepResult(StepState.FAILED, {"error": f"nothing of {ORIGIN} is left in the trash"})
