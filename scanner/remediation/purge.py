"""Deletes a file from quarantine: nothing but what our own move put there, and only while it is what was judged."""

from __future__ import annotations

import re

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, NotFound
from scanner.model import ContentFacts, FileVersion, StepResult, StepState
from scanner.remediation.place import is_same_content, lies_below, newer_version

_PLAIN = re.compile(r"[0-9a-f]{128}")
"""The checksum of a chunked upload is another thing (fact sheet 5.6), and says nothing here."""


async def purge(
    cloud: Cloud, version: FileVersion, content: ContentFacts | None, quarantine_folder: str, *, known_gone: bool
) -> StepResult:
    """Put the file with all its versions into the platform's trash, and look whether it is gone.

    `version` has the entry id under which it lies there; `content` is what was judged. `known_gone`: that it is not
    found is what was to be (an order before was cut off, or its deletion was told); otherwise it may only be hidden
    from us, and that is a failure. A newer version is superseded. Raises RetryLater.
    """
    try:
        info = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
        refusal = _why_not(info, version, content, quarantine_folder)
        if refusal is not None:
            return refusal
        await cloud.delete(version.group_id)
        return await _looked_for(cloud, info)
    except NotFound:
        if known_gone:
            return StepResult(StepState.ALREADY_DONE, {"gone": "the file no longer exists"})
        return _failed("the file is not found, though no deletion of it was told: the account may not see it")
    except CloudRefused as error:
        return _failed(str(error))


def _why_not(info: FileInfo, version: FileVersion, content: ContentFacts | None, folder: str) -> StepResult | None:
    if not lies_below(info.path, folder):
        return _failed(f"it is not in quarantine, but at {info.path}")
    if info.locked:
        return _failed(f"{info.path} is locked by somebody")
    if content is not None and is_same_content(info, content.sha512, content.size):
        return None
    newer = newer_version(info, version)
    if newer is not None:
        return StepResult(StepState.SUPERSEDED, {"path": info.path, "entry_id": info.entry_id}, newer)
    if content is not None and _PLAIN.fullmatch(info.checksum.lower()):
        return _failed(f"the content of {info.path} is not the one that was judged")
    return None


async def _looked_for(cloud: Cloud, info: FileInfo) -> StepResult:
    try:
        after = await cloud.file(info.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return StepResult(StepState.SUCCESS, {"path": info.path, "versions": str(info.num_versions)})
    return _failed(f"it was deleted, but is still at {after.path}")


def _failed(error: str) -> StepResult:
    return StepResult(StepState.FAILED, {"error": error})
