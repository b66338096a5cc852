"""Takes a file back to its last version judged clean, by deleting what came after it.

Nothing is deleted that was not judged bad, and nothing becomes current that is not the very content judged clean: ids,
checksums and sizes of the ledger and of the platform must agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.cloud.port import Cloud, Priority, VersionInfo
from scanner.errors import Conflict, RetryLater
from scanner.model import EntryId, FileVersion, Judgement, StepKind, StepRecord, StepResult, StepState, VerdictKind
from scanner.remediation.place import LOCK_WAIT
from scanner.remediation.step import Needs, Scene, StepType, UndoOrder
from scanner.remediation.trash import newest_of, size_of

BAD = (VerdictKind.INFECTED, VerdictKind.FLAGGED)
MOST_PASSED = 20
"""Bad versions above a clean one that are deleted with the one judged."""


async def revert(scene: Scene) -> StepResult:
    """Delete the version judged, and bad ones below it, where a clean one is below these.

    `back_to` of the detail is the entry id of the clean version, `deleted` those of the others with their sizes. FAILED
    where there is no such version: then nothing was done. The version judged goes last, so that an interrupted step
    still finds it. Raises RetryLater where the file is locked.
    """
    versions = await scene.cloud.versions(scene.info.group_id, priority=Priority.REMEDIATION)
    if versions[-1].entry_id != scene.version.entry_id:
        return StepResult(StepState.FAILED, {"error": "another version is current by now"})
    older = versions[:-1][::-1][: MOST_PASSED + 1]
    judged = await scene.judged([one.entry_id for one in older])
    passed = clean_below(older, judged)
    if passed is None:
        return StepResult(StepState.FAILED, {"error": "no version before it is known to be clean, nothing was deleted"})
    doomed = [*reversed(older[:passed]), versions[-1]]
    deleted = ",".join([*_deleted_before(scene, versions), *(f"{one.entry_id}:{one.size}" for one in doomed)])
    # Should the result be lost: what is to be restored from the trash nobody could tell afterwards.
    await scene.note({"deleted": deleted})
    for one in doomed:
        try:
            await scene.cloud.delete_version(scene.info.group_id, one.entry_id)
        except Conflict as error:
            raise RetryLater(str(error), LOCK_WAIT) from error
    detail = {"back_to": older[passed].entry_id, "deleted": deleted, "path": scene.info.path}
    return StepResult(StepState.SUCCESS, detail)


def _deleted_before(scene: Scene, versions: Sequence[VersionInfo]) -> list[str]:
    """What a try was about to delete, and is there no more."""
    there = {one.entry_id for one in versions}
    noted = scene.record.detail.get("deleted", "").split(",")
    return [one for one in noted if one and one.rpartition(":")[0] not in there]


def clean_below(older: Sequence[VersionInfo], judged: Mapping[EntryId, Judgement]) -> int | None:
    """How many bad versions lie above the first clean one; None where another is met before. Newest first. Pure.

    A chunked upload has a checksum that is not of its content (fact sheet 5.6): such a version proves nothing.
    """
    for index, one in enumerate(older):
        known = judged.get(one.entry_id)
        if known is None or known.kind not in (VerdictKind.CLEAN, *BAD):
            return None
        if known.kind is VerdictKind.CLEAN:
            same = bool(known.sha512) and (known.sha512, known.size) == (one.checksum, one.size)
            return index if same else None
    return None


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Look which version is current."""
    if result.state is not StepState.SUCCESS:
        return result
    after = await scene.cloud.file(scene.info.group_id, priority=Priority.REMEDIATION)
    if after.entry_id == result.detail["back_to"]:
        return result
    newer = after.version_in(scene.version.domain)
    return StepResult(StepState.FAILED, {**result.detail, "error": f"{after.entry_id} is current now"}, newer)


async def when_replaced(scene: Scene) -> StepResult | None:
    """Where the version judged is there no more, and the one that is current was judged clean and is that content."""
    if scene.record.state is not StepState.INTENDED:
        return None
    versions = await scene.cloud.versions(scene.info.group_id, priority=Priority.REMEDIATION)
    if scene.version.entry_id in [one.entry_id for one in versions]:
        return None
    current = versions[-1]
    if clean_below([current], await scene.judged([current.entry_id])) is None:
        return None
    size = "" if scene.content is None else str(scene.content.size)
    deleted = _deleted_before(scene, versions) or [f"{scene.version.entry_id}:{size}"]
    detail = {"back_to": current.entry_id, "deleted": ",".join(deleted), "path": scene.info.path}
    return StepResult(StepState.ALREADY_DONE, detail)


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """Restore the versions deleted, so that the newest of them is current again. Raises NotFound without a file.

    The trash does not tell versions apart but by path and size, so it is looked at afterwards which came back.
    """
    wanted = [one.rpartition(":") for one in record.detail.get("deleted", "").split(",") if one]
    there = {one.entry_id for one in await cloud.versions(version.group_id, priority=Priority.REMEDIATION)}
    missing = [(entry, size_of(size)) for entry, _, size in wanted if entry not in there]
    if not missing:
        return StepResult(StepState.ALREADY_DONE)
    info = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
    for _, size in missing:
        items = await cloud.trash(record.detail.get("path", info.path))
        item = newest_of(items, "version", size)
        if item is not None:
            await cloud.restore(item.id)
    there = {one.entry_id for one in await cloud.versions(version.group_id, priority=Priority.REMEDIATION)}
    lost = [entry for entry, _ in missing if entry not in there]
    if lost:
        return StepResult(StepState.FAILED, {"error": f"not found in the trash: {', '.join(lost)}"})
    return StepResult(StepState.SUCCESS, {"restored": ",".join(entry for entry, _ in missing)})


REVERT = StepType(
    kind=StepKind.REVERT,
    does="Takes the file back to its last version judged clean: deletes the one judged, and versions judged infected "
    "or flagged between the two. Where there is no such version nothing is deleted, and the plan goes on; where it is "
    "done, the file is neither moved nor locked nor deleted",
    needs=Needs(right="Full"),
    act=revert,
    verify=verify,
    when_replaced=when_replaced,
    undo=undo,
    undoing="the versions deleted are restored from the trash, while that has them; this needs an admin, or a power "
    "user with the right to the trash",
)
