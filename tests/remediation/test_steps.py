"""Every kind of step is declared, and what has an undo is brought back by it."""

from __future__ import annotations

import pytest

from scanner.errors import Forbidden
from scanner.model import PLANNED_STEPS, Step, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import LEVELS, UndoOrder
from scanner.remediation.steps import STEPS, undo
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World, step

MOVE = Step(StepKind.QUARANTINE, {"destination": DESTINATION})
ORDER = UndoOrder(FOLDER, ACCOUNT, "false alarm", "jdoe")


@pytest.fixture
def world() -> World:
    return World()


def test_every_step_of_a_plan_is_declared_in_the_order_of_acting() -> None:
    assert tuple(STEPS) == PLANNED_STEPS
    assert [kind for kind, one in STEPS.items() if one.kind is not kind or one.needs.right not in LEVELS] == []


async def test_undoing_a_move_brings_the_file_back_and_a_second_time_finds_it_there(world: World) -> None:
    version = world.upload(ORIGIN)
    done = await world.perform(version, step(MOVE))
    record = StepRecord(1, MOVE, done.state, done.detail)

    undone = await undo(world.twin, version, record, ORDER)
    assert (undone.state, undone.detail["path"], await world.where(version)) == (StepState.SUCCESS, ORIGIN, ORIGIN)
    assert (await undo(world.twin, version, record, ORDER)).state is StepState.ALREADY_DONE


@pytest.mark.parametrize("state", [one for one in StepState if one not in (StepState.SUCCESS, StepState.ALREADY_DONE)])
async def test_what_was_not_done_is_not_undone(world: World, state: StepState) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted()
    result = await undo(cloud.as_cloud, version, step(MOVE, state), ORDER)
    assert (result, cloud.calls) == (
        StepResult(StepState.FAILED, {"error": f"quarantine was not done, but {state}"}),
        [],
    )


@pytest.mark.parametrize("kind", [one.kind for one in STEPS.values() if one.undo is None])
async def test_what_has_no_undo_says_why(world: World, kind: StepKind) -> None:
    version = world.upload(ORIGIN)
    result = await undo(world.twin, version, step(Step(kind), StepState.SUCCESS), ORDER)
    error = f"{kind} cannot be undone: {STEPS[kind].undoing}"
    assert result == StepResult(StepState.FAILED, {"error": error})


async def test_an_undo_that_is_refused_says_why(world: World) -> None:
    version = world.upload(ORIGIN)
    record = step(MOVE, StepState.SUCCESS)
    cloud = world.scripted(file=[Forbidden("hidden", 403)]).as_cloud
    assert await undo(cloud, version, record, ORDER) == StepResult(StepState.FAILED, {"error": "hidden"})
