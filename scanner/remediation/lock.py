"""Locks a file in the account's name, so that nobody changes it where it lies."""

from __future__ import annotations

from scanner.cloud.port import Cloud, Priority
from scanner.model import FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import Needs, Scene, StepType, UndoOrder

LOCK_FOR = 7 * 24 * 3_600
"""Seconds. The longest that the platform grants is not documented (fact sheet 5.7)."""


async def lock(scene: Scene) -> StepResult:
    """Lock, or renew our own lock. Raises Conflict where somebody else holds one: that is not waited for, since what
    comes after must not wait with it."""
    token = scene.record.step.params["token"]
    await scene.cloud.lock(scene.info.group_id, token, LOCK_FOR)
    return StepResult(StepState.SUCCESS, {"path": scene.info.path, "seconds": str(LOCK_FOR)})


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Look whether the file is locked."""
    after = await scene.cloud.file(scene.info.group_id, priority=Priority.REMEDIATION)
    if not after.locked:
        return StepResult(StepState.FAILED, {**result.detail, "error": "it is not locked after all"})
    return result


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """Open our lock; one that has timed out, or that somebody else made since, is left as it is."""
    opened = await cloud.unlock(version.group_id, record.step.params["token"])
    return StepResult(StepState.SUCCESS if opened else StepState.ALREADY_DONE)


LOCK = StepType(
    kind=StepKind.LOCK,
    does="Locks the file for seven days, so that nobody changes it; a lock of somebody else is not waited for",
    needs=Needs(right="Editor"),
    act=lock,
    verify=verify,
    undo=undo,
    undoing="our lock is opened",
)
