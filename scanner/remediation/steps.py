"""Every kind of step there is. Adding one: a module that declares it, and a line here."""

from __future__ import annotations

from scanner.cloud.port import Cloud
from scanner.errors import CloudRefused
from scanner.model import FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation import delete, links, lock, notice, quarantine, revert, tag, telling, tombstone
from scanner.remediation.step import StepType, UndoOrder

_ALL = (
    links.REVOKE_LINKS,
    revert.REVERT,
    quarantine.QUARANTINE,
    lock.LOCK,
    notice.COMMENT,
    tag.TAG,
    delete.DELETE,
    tombstone.TOMBSTONE,
    telling.NOTIFY,
)
STEPS: dict[StepKind, StepType] = {step_type.kind: step_type for step_type in _ALL}
"""By kind."""


def step_type(kind: StepKind) -> StepType:
    """Raises ValueError for what is never part of a plan."""
    if kind not in STEPS:
        raise ValueError(f"{kind} is no step of a plan")
    return STEPS[kind]


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """Bring back what was before a step that was done. FAILED says why, also where its kind has no undo.

    Raises RetryLater; then the same call goes on later.
    """
    kind = step_type(record.step.kind)
    if record.state not in (StepState.SUCCESS, StepState.ALREADY_DONE):
        return StepResult(StepState.FAILED, {"error": f"{kind.kind} was not done, but {record.state}"})
    if kind.undo is None:
        return StepResult(StepState.FAILED, {"error": f"{kind.kind} cannot be undone: {kind.undoing}"})
    try:
        return await kind.undo(cloud, version, record, order)
    except CloudRefused as error:
        return StepResult(StepState.FAILED, {"error": str(error)})
