"""A version is tagged, and what was there before comes back."""

from __future__ import annotations

import json

import pytest

from scanner.errors import Forbidden, NotFound
from scanner.model import Step, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import undo
from scanner.remediation.tag import NAMESPACE
from tests.remediation.world import ACCOUNT, FOLDER, ORIGIN, World, step

VALUES = {"verdict": "infected", "reasons": "Win.Test", "checked_at": "2026-03-04T09:15:00Z"}
TAG = Step(StepKind.TAG, VALUES)
ORDER = UndoOrder(FOLDER, ACCOUNT, "false alarm", "jdoe")


@pytest.fixture
def world() -> World:
    return World()


async def test_the_namespace_is_made_and_the_version_judged_has_the_values(world: World) -> None:
    version = world.upload(ORIGIN)
    result = await world.perform(version, step(TAG))
    assert result == StepResult(StepState.SUCCESS, {"tagged": version.entry_id, "before": "{}"})
    assert await world.twin.properties(version.entry_id, NAMESPACE.name) == VALUES


@pytest.mark.parametrize("state", [StepState.PLANNED, StepState.INTENDED])
async def test_what_says_so_already_is_left(world: World, state: StepState) -> None:
    version = world.upload(ORIGIN)
    await world.perform(version, step(TAG))
    cloud = world.scripted()
    assert (await world.perform(version, step(TAG, state), cloud)).state is StepState.ALREADY_DONE
    assert "set_properties" not in cloud.calls


async def test_values_that_were_there_before_come_back_and_others_go(world: World) -> None:
    version = world.upload(ORIGIN)
    await world.twin.add_namespace(NAMESPACE)
    await world.twin.set_properties(version.entry_id, NAMESPACE.name, {"verdict": "flagged", "other": "mine"})
    done = await world.perform(version, step(TAG))
    record = StepRecord(1, TAG, done.state, done.detail)

    assert json.loads(done.detail["before"]) == {"verdict": "flagged"}
    assert (await undo(world.twin, version, record, ORDER)).state is StepState.SUCCESS
    assert await world.twin.properties(version.entry_id, NAMESPACE.name) == {"verdict": "flagged", "other": "mine"}
    assert (await undo(world.twin, version, record, ORDER)).state is StepState.ALREADY_DONE


async def test_what_is_not_there_when_read_again_failed(world: World) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted().answering(set_properties=None)
    result = await world.perform(version, step(TAG), cloud)
    assert (result.state, result.detail["error"]) == (
        StepState.FAILED,
        "not as written: checked_at, reasons, verdict",
    )


@pytest.mark.parametrize("refused", ["properties", "add_namespace", "set_properties"])
async def test_a_namespace_that_we_may_not_write_fails_the_step(world: World, refused: str) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted(**{refused: [Forbidden("not yours", 403)]})
    assert await world.perform(version, step(TAG), cloud) == StepResult(StepState.FAILED, {"error": "not yours"})


async def test_a_version_that_is_gone_cannot_be_given_its_values_back(world: World) -> None:
    version = world.upload(ORIGIN)
    record = StepRecord(1, TAG, StepState.SUCCESS, {"tagged": version.entry_id, "before": "{}"})
    cloud = world.scripted(properties=[NotFound("gone", 404)]).as_cloud
    assert await undo(cloud, version, record, ORDER) == StepResult(StepState.FAILED, {"error": "gone"})
