"""Leaves a text file where a file was: what happened, and whom to ask. Who cannot see the quarantine sees no comment.

It never takes the place of another file. Its version is recorded as made by us (`made` of the detail), so that neither
its event nor a listing brings it to be scanned.
"""

from __future__ import annotations

from scanner.cloud.port import Cloud, Priority
from scanner.errors import Conflict, NotFound
from scanner.model import FileVersion, GroupId, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.place import NAME_BYTES, lies_below, names_beside, shortened
from scanner.remediation.step import Needs, Scene, StepType, UndoOrder

ENDING = ".removed.txt"


async def tombstone(scene: Scene) -> StepResult:
    """Put the text where the file was before the plan took it away; superseded where it did not, or where the file is
    out of quarantine again.

    `tombstone` of the detail is its path, `tombstone_group` and `made` are its ids.
    """
    origin = await _taken_from(scene)
    if origin is None:
        return StepResult(StepState.SUPERSEDED, {"why": "nothing was taken away, or it is back"})
    folder, _, name = origin.rpartition("/")
    path = f"{folder}/{shortened(name, NAME_BYTES - len(ENDING) - 3)}{ENDING}"
    text = scene.record.step.params["body"]
    for candidate in names_beside(path):
        try:
            made = await scene.cloud.add_text(candidate, text)
        except Conflict:
            continue
        except NotFound:
            return StepResult(StepState.ALREADY_DONE, {"why": f"the folder {folder} is no longer there"})
        detail = {"tombstone": made.path, "tombstone_group": made.group_id, "made": made.entry_id}
        return StepResult(StepState.SUCCESS, detail)
    return StepResult(StepState.FAILED, {"error": f"{path} and the names beside it are taken"})


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """Delete the text, unless somebody has written upon it since."""
    group_id, made = GroupId(record.detail.get("tombstone_group", "")), record.detail.get("made", "")
    try:
        there = await cloud.file(group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return StepResult(StepState.ALREADY_DONE)
    if there.entry_id != made:
        return StepResult(StepState.FAILED, {"error": f"{there.path} has been changed by somebody, it was left"})
    await cloud.delete(group_id)
    return StepResult(StepState.SUCCESS, {"path": there.path})


async def _taken_from(scene: Scene) -> str | None:
    """Where the file was; None where it still is."""
    if (deleted := scene.earlier(StepKind.DELETE)) is not None:
        return deleted.detail.get("path")
    moved = scene.earlier(StepKind.QUARANTINE)
    if moved is None or "origin" not in moved.detail:
        return None
    try:
        now = await scene.cloud.file(scene.version.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return None
    return moved.detail["origin"] if lies_below(now.path, scene.quarantine_folder) else None


TOMBSTONE = StepType(
    kind=StepKind.TOMBSTONE,
    does="Leaves a text file where the file was, `NAME.removed.txt`: what happened and whom to ask; only beside "
    "`quarantine` or `delete`",
    needs=Needs(right="Full"),
    act=tombstone,
    needs_file=False,
    undo=undo,
    undoing="the text is deleted, unless somebody has written upon it since",
)
