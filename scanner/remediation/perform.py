"""Performs one recorded step: asks whether the file is still the version judged, acts, verifies, and says what it did.

Every step can be repeated. A record in state `intended` may have been acted on before a crash, so there the state is
read first. What is done already is a success.
"""

from __future__ import annotations

from dataclasses import replace

from scanner.cloud.port import Cloud, Priority
from scanner.errors import CloudRefused, NotFound
from scanner.model import Account, ContentFacts, FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.place import is_same_content, lies_below, newer_version
from scanner.remediation.step import Scene
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
    moved: bool = False,
) -> StepResult:
    """One planned step on one version, of which `content` was judged. `moved`: the plan puts it into quarantine, and
    its comment says so: what was taken out before is not commented on (superseded).

    Where a newer version took its place nothing is done (superseded); once the file lies in quarantine, though, the
    plan is finished and the newer version only reported. A refusal is FAILED with its reason. Raises RetryLater, also
    for a locked file.
    """
    try:
        info = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return GONE
    except CloudRefused as error:
        return _failed(error)
    newer = newer_version(info, version)
    in_quarantine = lies_below(info.path, quarantine_folder)
    if newer is not None and in_quarantine and content and is_same_content(info, content.sha512, content.size):
        # A move of ours gave it a new entry id, and its result was lost.
        known = replace(version, entry_id=info.entry_id)
        result = await perform(cloud, known, record, quarantine_folder, account, content=content, moved=moved)
        return replace(result, detail={"entry_id": info.entry_id, **result.detail})
    if newer is not None and not in_quarantine:
        return StepResult(StepState.SUPERSEDED, {"path": info.path, "entry_id": info.entry_id}, newer)
    if moved and record.step.kind is StepKind.COMMENT and not in_quarantine:
        return StepResult(StepState.SUPERSEDED, {"path": info.path, "why": "it was taken out of quarantine meanwhile"})
    scene = Scene(cloud, version, info, record, quarantine_folder, account, content)
    try:
        result = await step_type(record.step.kind).perform(scene)
    except CloudRefused as error:
        return GONE if await _is_gone(cloud, version) else _failed(error)
    return result if newer is None else replace(result, superseded_by=newer)


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
