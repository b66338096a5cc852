"""Into quarantine and out of it, by group id: a path may name another file by the time we act.

The folder is closed before anything lies in it: folders of the day are made only below a closed root, so that a root
without any is one whose making was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, NotFound, RetryLater
from scanner.model import Account, ContentFacts, FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.notice import release_body
from scanner.remediation.place import (
    is_same_content,
    lies_below,
    make_folders,
    move_file,
    names_beside,
    newer_version,
    parent_of,
)
from scanner.remediation.step import ApiScope, Needs, Scene, StepType, UndoOrder


async def quarantine(scene: Scene) -> StepResult:
    """Move the file, which is at `info.path` now.

    The detail has `origin` (where it was), `path` (where it is), and `closing` where a new folder could not be closed:
    even an open quarantine takes the file away from its links and its owner's hands. Raises RetryLater where the file
    is locked, and CloudRefused.
    """
    info, folder, version = scene.info, scene.quarantine_folder, scene.version
    if lies_below(info.path, folder):
        origin = {} if lies_below(version.path, folder) else {"origin": version.path}
        return StepResult(StepState.ALREADY_DONE, {**origin, "path": info.path})
    destination = scene.record.step.params["destination"]
    place = _Place(scene.cloud, folder, parent_of(destination), scene.account)
    path = await move_file(scene.cloud, info.group_id, destination, place.make)
    return StepResult(StepState.SUCCESS, {"origin": info.path, "path": path, **place.trouble})


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Look where the file is. `entry_id` of the detail where the version has a new one since; a newer version that came
    along is reported."""
    if result.state is StepState.ALREADY_DONE:
        return result
    after = await scene.cloud.file(scene.info.group_id, priority=Priority.REMEDIATION)
    if not lies_below(after.path, scene.quarantine_folder):
        return StepResult(StepState.FAILED, {**result.detail, "error": f"it was moved, but is now at {after.path}"})
    renamed, newer = _after_move(after, scene.info, scene.version)
    return StepResult(StepState.SUCCESS, {**result.detail, "path": after.path, **renamed}, newer)


async def undo(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """See `release`."""
    return await release(
        cloud,
        version,
        order.content,
        origin=record.detail.get("origin", ""),
        quarantine_folder=order.quarantine_folder,
        reason=order.reason,
        by=order.by,
    )


async def release(
    cloud: Cloud,
    version: FileVersion,
    content: ContentFacts | None = None,
    *,
    origin: str,
    quarantine_folder: str,
    reason: str,
    by: str,
) -> StepResult:
    """Move a file back to where it was, or beside it where the name is taken since; parents are made again.

    Only from quarantine, and only the version that was put there: a newer one is superseded; `content` is what was
    judged. The detail has `origin` (in quarantine), `path`, `entry_id` where that is new, and `note_id`, or
    `comment_error` where the owner could not be told. Links are not restored. Raises RetryLater, also where the file
    is locked.
    """
    try:
        info = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
        known = replace(version, entry_id=info.entry_id) if _is_known(info, content) else version
        refusal = _why_not_released(info, known, origin, quarantine_folder)
        if refusal is not None:
            return replace(refusal, detail={**refusal.detail, **_renamed(known, version)})
        path = await _move_back(cloud, info, origin)
        detail = {"origin": info.path, "path": path}
        after = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
    except NotFound:
        return StepResult(StepState.FAILED, {"error": "the file no longer exists, or the account may not see it"})
    except CloudRefused as error:
        return StepResult(StepState.FAILED, {"error": str(error)})
    if lies_below(after.path, quarantine_folder):
        return StepResult(StepState.FAILED, {**detail, "error": f"it was moved, but is still at {after.path}"})
    told = await _tell_owner(cloud, after.path, release_body(version, reason, by))
    renamed, newer = _after_move(after, info, known)
    return StepResult(StepState.SUCCESS, {**detail, **_renamed(known, version), **renamed, **told}, newer)


def _is_known(info: FileInfo, content: ContentFacts | None) -> bool:
    return content is not None and is_same_content(info, content.sha512, content.size)


def _renamed(known: FileVersion, version: FileVersion) -> dict[str, str]:
    return {} if known.entry_id == version.entry_id else {"entry_id": known.entry_id}


def _after_move(after: FileInfo, before: FileInfo, version: FileVersion) -> tuple[dict[str, str], FileVersion | None]:
    """The new entry id of the same content, for the detail; or a newer version that came along."""
    newer = newer_version(after, version)
    if newer is None or not is_same_content(after, before.checksum, before.size):
        return {}, newer
    return {"entry_id": after.entry_id}, None


@dataclass(slots=True)
class _Place:
    """The quarantine folder and its folder of the day, made when a first move shows that they are missing."""

    cloud: Cloud
    root: str
    day: str
    account: Account
    trouble: dict[str, str] = field(default_factory=dict)

    async def make(self) -> None:
        created = await make_folders(self.cloud, self.root)
        if created or await self._was_left_open():
            await self._close()
        await make_folders(self.cloud, self.day)

    async def _was_left_open(self) -> bool:
        """An empty root that inherits is one that a crash left between making and closing; a person's is left alone."""
        page = await self.cloud.list_folder(self.root, 0, priority=Priority.REMEDIATION)
        if page.folders or page.files:
            return False
        try:
            return (await self.cloud.permissions(self.root)).inherits
        except CloudRefused as error:
            self.trouble["closing"] = f"its permissions cannot be read: {error}"
            return False

    async def _close(self) -> None:
        try:
            await self.cloud.close_folder(self.root, {self.account.username: "Owner"})
            permissions = await self.cloud.permissions(self.root)
        except CloudRefused as error:
            self.trouble["closing"] = f"{self.root} could not be closed: {error}"
            return
        others = {who for who, level in permissions.groups.items() if level not in ("Owner", "None")}
        us = self.account.username.lower()
        others |= {who for who, level in permissions.users.items() if level != "None" and who.lower() != us}
        if permissions.inherits or others:
            who = ", ".join(sorted(others)) or "those of the folder above"
            self.trouble["closing"] = f"{self.root} is still open to {who}"


def _why_not_released(info: FileInfo, version: FileVersion, origin: str, folder: str) -> StepResult | None:
    if not origin or lies_below(origin, folder):
        return StepResult(StepState.FAILED, {"error": "nothing is known of where it was before"})
    # Beside it: the name was taken, and the result of that release was lost.
    if any(info.path.lower() == name.lower() for name in names_beside(origin)):
        return StepResult(StepState.ALREADY_DONE, {"path": info.path})
    if not lies_below(info.path, folder):
        return StepResult(StepState.FAILED, {"error": f"it is not in quarantine, but at {info.path}"})
    newer = newer_version(info, version)
    if newer is not None:
        return StepResult(StepState.SUPERSEDED, {"path": info.path, "entry_id": info.entry_id}, newer)
    return None


async def _move_back(cloud: Cloud, info: FileInfo, origin: str) -> str:
    async def make_parents() -> None:
        await make_folders(cloud, parent_of(origin))

    return await move_file(cloud, info.group_id, origin, make_parents)


async def _tell_owner(cloud: Cloud, path: str, body: str) -> dict[str, str]:
    """The file is back already: a comment that cannot be made now does not undo that."""
    try:
        return {"note_id": (await cloud.add_note(path, body)).id}
    except (CloudRefused, RetryLater) as error:
        return {"comment_error": str(error)}


QUARANTINE = StepType(
    kind=StepKind.QUARANTINE,
    does="Moves the file to the quarantine folder, which only the account and admins can open",
    needs=Needs((ApiScope.FILESYSTEM, ApiScope.PERMISSION), "Full"),
    act=quarantine,
    verify=verify,
    undo=undo,
    undoing="the file moves back to where it was, or beside it where the name is taken",
)
