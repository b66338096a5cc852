"""Deletes a file, into the trash, from which it can be restored until the domain's retention ends."""

from __future__ import annotations

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, Conflict, NotFound, RetryLater
from scanner.model import FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.place import LOCK_WAIT
from scanner.remediation.step import Needs, Scene, StepType, UndoOrder
from scanner.remediation.trash import newest_of, size_of


async def delete(scene: Scene) -> StepResult:
    """Into the trash. `path` and `size` of the detail are what undoing looks for. Raises RetryLater where the file is
    locked by somebody."""
    detail = {"path": scene.info.path, "size": str(scene.info.size)}
    try:
        done = await scene.cloud.delete(scene.info.group_id)
    except Conflict as error:
        raise RetryLater(str(error), LOCK_WAIT) from error
    return StepResult(StepState.SUCCESS if done else StepState.ALREADY_DONE, detail)


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Look whether it is gone."""
    try:
        after = await scene.cloud.file(scene.info.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return result
    return StepResult(StepState.FAILED, {**result.detail, "error": f"it is still at {after.path}"})


async def when_gone(scene: Scene) -> StepResult | None:
    """Whether it was this step that deleted it, and its result was lost; None where that cannot be told."""
    if scene.record.state is not StepState.INTENDED:
        return None
    size = scene.content.size if scene.content else None
    try:
        item = newest_of(await scene.cloud.trash(scene.version.path), "file", size)
    except CloudRefused:
        return None
    if item is None:
        return None
    return StepResult(StepState.ALREADY_DONE, {"path": item.path, "size": "" if item.size is None else str(item.size)})


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """Take it out of the trash, back to its path. It may have new ids since: `restored` of the detail is its entry id.
    Raises Conflict where the name is taken, NotFound where its folder is gone."""
    path = record.detail.get("path", version.path)
    try:
        there = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        item = newest_of(await cloud.trash(path), "file", size_of(record.detail.get("size")))
        if item is None:
            return StepResult(StepState.FAILED, {"error": f"nothing of {path} is left in the trash"})
        await cloud.restore(item.id)
        found = await cloud.at_path(path, priority=Priority.REMEDIATION)
        restored = found.entry_id if isinstance(found, FileInfo) else ""
        return StepResult(StepState.SUCCESS, {"path": path, "restored": restored})
    return StepResult(StepState.ALREADY_DONE, {"path": there.path, "restored": there.entry_id})


DELETE = StepType(
    kind=StepKind.DELETE,
    does="Deletes the file with all its versions, into the trash; a plan with it neither moves nor locks the file, nor "
    "comments on it",
    needs=Needs(right="Full"),
    act=delete,
    verify=verify,
    when_gone=when_gone,
    undo=undo,
    undoing="it is restored from the trash, while that has it; this needs an admin, or a power user with the right to "
    "the trash",
)
