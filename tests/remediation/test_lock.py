"""A file is locked in our name, and opened again."""

from __future__ import annotations

import pytest

from scanner.cloud.port import Priority
from scanner.model import Step, StepKind, StepRecord, StepState
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import undo
from tests.remediation.world import ACCOUNT, FOLDER, ORIGIN, World, step

LOCK = Step(StepKind.LOCK, {"token": "ours"})
ORDER = UndoOrder(FOLDER, ACCOUNT, "false alarm", "jdoe")


@pytest.fixture
def world() -> World:
    return World()


async def test_a_file_is_locked_until_that_is_undone(world: World) -> None:
    version = world.upload(ORIGIN)
    done = await world.perform(version, step(LOCK))
    again = await world.perform(version, step(LOCK, StepState.INTENDED))
    assert (done.state, again.state) == (StepState.SUCCESS, StepState.SUCCESS)
    assert (await world.twin.file(version.group_id, priority=Priority.LIVE)).locked

    record = StepRecord(1, LOCK, done.state, done.detail)
    assert (await undo(world.twin, version, record, ORDER)).state is StepState.SUCCESS
    assert (await undo(world.twin, version, record, ORDER)).state is StepState.ALREADY_DONE
    assert not (await world.twin.file(version.group_id, priority=Priority.LIVE)).locked


async def test_a_lock_of_somebody_else_fails_the_step_and_is_not_waited_for(world: World) -> None:
    version = world.upload(ORIGIN)
    world.lock(version)
    result = await world.perform(version, step(LOCK))
    assert (result.state, result.detail) == (StepState.FAILED, {"error": f"lock: {ORIGIN} is locked"})


async def test_a_file_that_is_not_locked_after_all_is_told(world: World) -> None:
    version = world.upload(ORIGIN)
    result = await world.perform(version, step(LOCK), world.scripted().answering(lock=None))
    assert (result.state, result.detail["error"]) == (StepState.FAILED, "it is not locked after all")
