"""What one step means for another."""

from __future__ import annotations

import pytest

from scanner.model import (
    PLANNED_STEPS,
    EntryId,
    FileVersion,
    GroupId,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
)
from scanner.remediation.order import NOT_MOVED, REVERTED, back_to, ends_plan, spared

NEWER = FileVersion("acme", GroupId("g"), EntryId("e2"), "/Shared/a")
BACK = {"back_to": "e0"}


def record(kind: StepKind, state: StepState, detail: dict[str, str] | None = None) -> StepRecord:
    return StepRecord(1, Step(kind), state, detail or {})


REVERTED_PLAN = [record(StepKind.REVERT, StepState.SUCCESS, BACK)]
NOT_REVERTED = [record(StepKind.REVERT, StepState.FAILED, {"error": "no version before it"})]
NOT_MOVED_PLAN = [record(StepKind.QUARANTINE, StepState.FAILED)]


@pytest.mark.parametrize("kind", PLANNED_STEPS)
def test_after_a_revert_only_the_comment_is_left_to_do(kind: StepKind) -> None:
    done = kind in (StepKind.REVERT, StepKind.COMMENT)
    assert spared(record(kind, StepState.PLANNED), REVERTED_PLAN) == (None if done else REVERTED)
    assert spared(record(kind, StepState.PLANNED), NOT_REVERTED) is None


@pytest.mark.parametrize("kind", PLANNED_STEPS)
def test_after_a_failed_move_only_the_comment_that_tells_of_it_is_not_made(kind: StepKind) -> None:
    expected = NOT_MOVED if kind is StepKind.COMMENT else None
    assert spared(record(kind, StepState.PLANNED), NOT_MOVED_PLAN) == expected


def test_a_comment_after_a_revert_tells_of_that_and_not_of_a_move() -> None:
    plan = [*REVERTED_PLAN, *NOT_MOVED_PLAN]
    assert spared(record(StepKind.COMMENT, StepState.PLANNED), plan) is None


@pytest.mark.parametrize(
    ("result", "rest"),
    [
        (StepResult(StepState.SUCCESS), None),
        (StepResult(StepState.FAILED, {"error": "no right"}), None),
        (StepResult(StepState.SUPERSEDED, {"why": "it is back"}), None),
        (StepResult(StepState.SUPERSEDED, {}, NEWER), StepResult(StepState.SUPERSEDED)),
        (StepResult(StepState.SUCCESS, {}, NEWER), None),
        (StepResult(StepState.ALREADY_DONE, {"gone": "gone"}), None),
        (StepResult(StepState.FAILED, {"gone": "?"}), StepResult(StepState.FAILED, {"gone": "?"})),
    ],
)
def test_a_newer_version_and_a_file_that_is_hidden_end_a_plan(result: StepResult, rest: StepResult | None) -> None:
    assert ends_plan(result) == rest


@pytest.mark.parametrize("state", list(StepState))
def test_a_file_was_taken_back_only_where_that_was_done(state: StepState) -> None:
    done = state in (StepState.SUCCESS, StepState.ALREADY_DONE)
    assert back_to([record(StepKind.REVERT, state, BACK)]) == ("e0" if done else None)
