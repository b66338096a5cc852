"""What one step of a plan means for another. Pure.

Steps are done in their order, each on its own: one that fails does not keep the next from being done, but for those
that would then be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.model import EntryId, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import DONE_STEPS

REVERTED = StepResult(StepState.SUPERSEDED, {"why": "the file was taken back to an earlier version"})
NOT_MOVED = StepResult(StepState.FAILED, {"error": "not done, since the quarantine before it failed"})


def spared(record: StepRecord, plan: Sequence[StepRecord]) -> StepResult | None:
    """How a step ends that is not to be done, in the light of those before it; None where it is to be done."""
    kind = record.step.kind
    if back_to(plan) is not None and kind not in (StepKind.REVERT, StepKind.COMMENT):
        return REVERTED
    failed = [one.step.kind for one in plan if one.state is StepState.FAILED]
    if kind is StepKind.COMMENT and StepKind.QUARANTINE in failed and back_to(plan) is None:
        # The comment says that the file was moved: after a failed move it would be a lie.
        return NOT_MOVED
    return None


def ends_plan(result: StepResult) -> StepResult | None:
    """How all the rest of a plan ends after a step's result; None where it goes on."""
    if result.state is StepState.SUPERSEDED and result.superseded_by is not None:
        return StepResult(StepState.SUPERSEDED)
    if result.state is StepState.FAILED and "gone" in result.detail:
        return result
    return None


def back_to(plan: Sequence[StepRecord]) -> EntryId | None:
    """The version that a plan took the file back to."""
    for one in plan:
        if one.step.kind is StepKind.REVERT and one.state in DONE_STEPS and "back_to" in one.detail:
            return EntryId(one.detail["back_to"])
    return None
