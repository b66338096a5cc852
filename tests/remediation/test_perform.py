"""One step at a time: the version is asked for first, and what a refusal means is found out."""

from __future__ import annotations

import pytest

from scanner.errors import CloudUnavailable, Forbidden, NotFound
from scanner.model import PLANNED_STEPS, Step, StepKind, StepResult, StepState
from scanner.remediation.perform import GONE, perform
from scanner.remediation.steps import STEPS as STEPS_OF
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World, step

PARAMS = {
    StepKind.QUARANTINE: {"destination": DESTINATION},
    StepKind.COMMENT: {"body": "Bad. [scanner acme/e]"},
    StepKind.LOCK: {"token": "ours"},
    StepKind.TAG: {"verdict": "infected"},
}
METHODS = {
    StepKind.REVOKE_LINKS: "links",
    StepKind.REVERT: "versions",
    StepKind.QUARANTINE: "move",
    StepKind.LOCK: "lock",
    StepKind.COMMENT: "add_note",
    StepKind.TAG: "set_properties",
    StepKind.DELETE: "delete",
}
PLANNED = {kind: Step(kind, PARAMS.get(kind, {})) for kind in PLANNED_STEPS if STEPS_OF[kind].needs_file}
STEPS = list(PLANNED.values())
"""All that need the file."""
MOVE, COMMENT = PLANNED[StepKind.QUARANTINE], PLANNED[StepKind.COMMENT]
ACTING = [(PLANNED[kind], method) for kind, method in METHODS.items()]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("planned", STEPS, ids=lambda planned: planned.kind)
@pytest.mark.parametrize("state", [StepState.PLANNED, StepState.INTENDED])
async def test_nothing_is_done_to_a_version_that_was_not_judged(world: World, planned: Step, state: StepState) -> None:
    version = world.upload(ORIGIN)
    newer = world.upload(ORIGIN, "second")
    cloud = world.scripted()

    result = await world.perform(version, step(planned, state), cloud)
    assert (result.state, result.detail) == (StepState.SUPERSEDED, {"path": ORIGIN, "entry_id": newer.entry_id})
    assert result.superseded_by is not None
    assert (result.superseded_by.entry_id, result.superseded_by.action) == (newer.entry_id, "listing")
    assert set(cloud.calls) <= {"file", "versions"}


@pytest.mark.parametrize("planned", STEPS, ids=lambda planned: planned.kind)
async def test_a_file_that_is_gone_needs_nothing_more(world: World, planned: Step) -> None:
    version = world.upload(ORIGIN)
    world.delete(version)

    assert await world.perform(version, step(planned)) == GONE


@pytest.mark.parametrize(("planned", "method"), ACTING)
async def test_a_file_deleted_just_before_the_act_is_gone_and_no_failure(
    world: World, planned: Step, method: str
) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted(**{method: [lambda: world.delete(version)]})

    result = await world.perform(version, step(planned), cloud)
    assert result.state is StepState.ALREADY_DONE


@pytest.mark.parametrize(("planned", "method"), ACTING)
async def test_a_missing_right_fails_the_step_with_its_reason(world: World, planned: Step, method: str) -> None:
    version = world.upload(ORIGIN)

    result = await world.perform(version, step(planned), world.scripted(**{method: [Forbidden("no right", 403)]}))
    assert result == StepResult(StepState.FAILED, {"error": "no right"})


async def test_a_file_that_we_may_not_look_at_fails_the_step(world: World) -> None:
    version = world.upload(ORIGIN)

    result = await world.perform(version, step(STEPS[0]), world.scripted(file=[Forbidden("hidden", 403)]))
    assert result == StepResult(StepState.FAILED, {"error": "hidden"})


async def test_a_refusal_stands_where_the_second_look_is_refused_too(world: World) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted(add_note=[Forbidden("no right", 403)], file=[None, Forbidden("hidden", 403)])

    result = await world.perform(version, step(COMMENT), cloud)
    assert result == StepResult(StepState.FAILED, {"error": "no right"})


async def test_a_move_refused_because_the_file_went_away_is_gone(world: World) -> None:
    version = world.upload(ORIGIN)
    gone = NotFound("no such file", 404)

    assert await world.perform(version, step(MOVE), world.scripted(file=[None, gone, gone], move=[gone])) == GONE


@pytest.mark.parametrize("planned", STEPS, ids=lambda planned: planned.kind)
async def test_an_absent_platform_is_left_to_the_caller(world: World, planned: Step) -> None:
    version = world.upload(ORIGIN)

    with pytest.raises(CloudUnavailable):
        await world.perform(version, step(planned), world.scripted(file=[CloudUnavailable("down")]))


async def test_a_plan_is_finished_on_a_file_in_quarantine_and_the_newer_version_told(world: World) -> None:
    version = world.upload(ORIGIN)
    await world.perform(version, step(MOVE))
    newer = world.upload(DESTINATION, "second", by="svc-scanner")

    moved = await world.perform(version, step(MOVE, StepState.INTENDED))
    commented = await world.perform(version, step(COMMENT))
    assert (moved.state, commented.state) == (StepState.ALREADY_DONE, StepState.SUCCESS)
    for result in (moved, commented):
        assert result.superseded_by is not None
        assert result.superseded_by.entry_id == newer.entry_id


@pytest.mark.parametrize("planned", [MOVE, COMMENT], ids=lambda planned: planned.kind)
async def test_a_version_judged_when_another_one_lies_in_quarantine_tells_its_owner_no_second_time(
    world: World, planned: Step
) -> None:
    older = world.upload(ORIGIN)
    newer = world.upload(ORIGIN, "second")
    await world.perform(newer, step(MOVE))
    move = step(MOVE, StepState.INTENDED, destination=f"{FOLDER}/2026-03-04/q-g-older.docx.q")
    record = move if planned is MOVE else step(COMMENT)
    result = await perform(world.twin, older, record, FOLDER, ACCOUNT, plan=(move, step(COMMENT)))
    assert (result.state, result.superseded_by and result.superseded_by.entry_id) == ("superseded", newer.entry_id)
    assert (world.twin.tree.notes, await world.where(newer)) == ([], DESTINATION)


async def test_what_no_plan_contains_is_a_mistake_of_ours(world: World) -> None:
    version = world.upload(ORIGIN)

    with pytest.raises(ValueError, match="release is no step of a plan"):
        await world.perform(version, step(Step(StepKind.RELEASE)))


@pytest.mark.parametrize(("moved", "state"), [(True, StepState.SUPERSEDED), (False, StepState.SUCCESS)])
async def test_no_comment_says_moved_to_quarantine_of_a_file_that_is_out_again(
    world: World, moved: bool, state: StepState
) -> None:
    version = world.upload(ORIGIN)
    plan = (step(MOVE, StepState.SUCCESS),) if moved else ()
    result = await perform(world.twin, version, step(COMMENT), FOLDER, ACCOUNT, plan=plan)
    assert (result.state, len(await world.twin.notes(ORIGIN))) == (state, 0 if moved else 1)
