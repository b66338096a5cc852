"""Performs one recorded step: asks whether the file is still the version judged, acts, verifies, and says what it did.

Every step can be repeated. A record in state `intended` may have been acted on before a crash, so there the state is
read first. What is done already is a success.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scanner.cloud.port import Cloud, Priority
from scanner.errors import CloudRefused, NotFound
from scanner.model import Account, ContentFacts, FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.order import back_to, spared
from scanner.remediation.place import is_same_content, lies_below, names_beside, newer_version
from scanner.remediation.step import DONE_STEPS, Judged, Note, Scene, StepType, as_judged, nothing_judged, nothing_noted
from scanner.remediation.steps import step_type

GONE = StepResult(StepState.ALREADY_DONE, {"gone": "the file no longer exists, or the account may not see it"})
"""Nothing is left to act on. Such a result has no `path`: nothing of it lies in quarantine."""


async def perform(
    cloud: Cloud,
    version: FileVersion,
    record: StepRecord,
    quarantine_folder: str,
    account: Account,
    *,
    content: ContentFacts | None = None,
    plan: Sequence[StepRecord] = (),
    judged: Judged = nothing_judged,
    note: Note = nothing_noted,
) -> StepResult:
    """One step of a plan on one version, of which `content` was judged. `plan` has all its steps as they stand.

    Where a newer version took its place nothing is done (superseded); once the plan's own move has put it in
    quarantine, though, the plan is finished and the newer version only reported. A refusal is FAILED with its reason.
    Raises RetryLater, also for a locked file.
    """
    kind = step_type(record.step.kind)
    if (instead := spared(record, plan)) is not None:
        return instead
    scene = Scene(
        cloud, version, as_judged(version), record, quarantine_folder, account, content, tuple(plan), judged, note
    )
    try:
        if not kind.needs_file:
            return await kind.perform(scene)
        info = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return await _of_what_is_gone(kind, scene)
    except CloudRefused as error:
        return _failed(error)
    return await _perform(kind, replace(scene, info=info))


async def _perform(kind: StepType, scene: Scene) -> StepResult:
    info, version, content = scene.info, scene.version, scene.content
    newer = newer_version(info, version)
    in_quarantine = lies_below(info.path, scene.quarantine_folder)
    if newer is not None and in_quarantine and content and is_same_content(info, content.sha512, content.size):
        # A move of ours gave it a new entry id, and its result was lost.
        known = replace(scene, version=replace(version, entry_id=info.entry_id))
        result = await _perform(kind, known)
        return replace(result, detail={"entry_id": info.entry_id, **result.detail})
    if newer is not None and kind.kind is StepKind.DELETE:
        # It takes all versions with it, also where the file lies in quarantine: nobody has judged this one.
        return await _of_what_is_replaced(kind, scene, newer)
    if newer is not None and in_quarantine and _moved_by_another(scene):
        # Another version's plan told its owner already; this one was judged late, and is within reach of nobody.
        return await _of_what_is_replaced(kind, scene, newer)
    if newer is not None and not in_quarantine and info.entry_id != back_to(scene.plan):
        return await _of_what_is_replaced(kind, scene, newer)
    moved = back_to(scene.plan) is None and any(one.step.kind is StepKind.QUARANTINE for one in scene.plan)
    if moved and kind.kind is StepKind.COMMENT and not in_quarantine:
        return StepResult(StepState.SUPERSEDED, {"path": info.path, "why": "it was taken out of quarantine meanwhile"})
    try:
        result = await kind.perform(scene)
    except CloudRefused as error:
        return await _of_what_is_gone(kind, scene) if await _is_gone(scene.cloud, version) else _failed(error)
    return replace(result, superseded_by=newer) if newer is not None and in_quarantine else result


def _moved_by_another(scene: Scene) -> bool:
    """Whether the file lies where no move of this plan would have put it, whose result may have been lost."""
    move = next((one for one in scene.plan if one.step.kind is StepKind.QUARANTINE), None)
    if move is None or move.state in DONE_STEPS or "destination" not in move.step.params:
        return False
    return scene.info.path.lower() not in {path.lower() for path in names_beside(move.step.params["destination"])}


async def _of_what_is_gone(kind: StepType, scene: Scene) -> StepResult:
    """By the step itself, where its result was lost; else by somebody."""
    lost = None if kind.when_gone is None else await kind.when_gone(scene)
    return GONE if lost is None else lost


async def _of_what_is_replaced(kind: StepType, scene: Scene, newer: FileVersion) -> StepResult:
    lost = None
    try:
        lost = None if kind.when_replaced is None else await kind.when_replaced(scene)
    except CloudRefused as error:
        return _failed(error)
    if lost is not None:
        return lost
    return StepResult(StepState.SUPERSEDED, {"path": scene.info.path, "entry_id": scene.info.entry_id}, newer)


async def _is_gone(cloud: Cloud, version: FileVersion) -> bool:
    """A refusal may only mean that the file went away meanwhile; notes answer 403 for that (fact sheet 6)."""
    try:
        await cloud.file(version.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return True
    except CloudRefused:
        return False
    return False


def _failed(error: CloudRefused) -> StepResult:
    return StepResult(StepState.FAILED, {"error": str(error)})
