"""Into quarantine and out of it, by group id: a path may name another file by the time we act.

The folder is closed before anything lies in it: folders of the day are made only below a closed root, so that a root
without any is one whose making was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, NotFound
from scanner.model import Account, ContentFacts, FileVersion, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.closing import close
from scanner.remediation.links import delete_links, links_to
from scanner.remediation.notice import release_body, say_once
from scanner.remediation.place import (
    is_same_content,
    lies_below,
    make_folders,
    move_file,
    names_beside,
    newer_version,
    parent_of,
)
from scanner.remediation.step import ApiScope, Needs, Scene, StepType, UndoOrder, unverified


async def quarantine(scene: Scene) -> StepResult:
    """Move the file, which is at `info.path` now.

    The detail has `origin` (where it was), `path` (where it is), and `closing` where a new folder could not be closed:
    even an open quarantine takes the file away from its links and its owner's hands. Raises RetryLater where the file
    is locked, and CloudRefused.
    """
    info, folder, version = scene.info, scene.quarantine_folder, scene.version
    if lies_below(info.path, folder):
        before = scene.record.detail.get("origin", version.path)
        origin = {} if lies_below(before, folder) else {"origin": before}
        return StepResult(StepState.ALREADY_DONE, {**origin, "path": info.path})
    # Should the result be lost: it may be elsewhere than where it was uploaded, and a release must not open it.
    await scene.note({"origin": info.path})
    destination = scene.record.step.params["destination"]
    place = _Place(scene.cloud, folder, parent_of(destination), scene.account)
    path = await move_file(scene.cloud, info.group_id, destination, place.make)
    return StepResult(StepState.SUCCESS, {"origin": info.path, "path": path, **place.trouble})


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Look where the file is. `entry_id` of the detail where the version has a new one since; a newer version that came
    along is reported."""
    if result.state is StepState.ALREADY_DONE:
        return replace(result, detail={**result.detail, **await _links_made_meanwhile(scene, scene.info, result)})
    after = await scene.cloud.file(scene.info.group_id, priority=Priority.REMEDIATION)
    if not lies_below(after.path, scene.quarantine_folder):
        return StepResult(StepState.FAILED, {**result.detail, "error": f"it was moved, but is now at {after.path}"})
    renamed, newer = _after_move(after, scene.info, scene.version)
    late = await _links_made_meanwhile(scene, after, result)
    return StepResult(StepState.SUCCESS, {**result.detail, "path": after.path, **renamed, **late}, newer)


async def _links_made_meanwhile(scene: Scene, info: FileInfo, result: StepResult) -> dict[str, str]:
    """Deletes links made between revoking and moving: they would serve the file out of the quarantine. `late_links` of
    the detail has their ids, also of a try whose result was lost, `links_left` why some are still there: the file is
    where it belongs all the same."""
    if "links" not in scene.record.step.params:
        return {}
    try:
        found = await links_to(scene.cloud, info)
        there = [link.id for link in found]
        noted = scene.record.detail.get("late_links", "").split(",")
        before = [one for one in noted if one and one not in there]
        if found:
            # Should the result be lost: whose links were deleted nobody could tell afterwards.
            known = {"origin": result.detail["origin"]} if "origin" in result.detail else {}
            await scene.note({**known, "late_links": ",".join([*before, *there])})
        deleted, refusals = await delete_links(scene.cloud, found)
    except CloudRefused as error:
        return {"links_left": str(error)}
    late = [*before, *deleted]
    told = {"late_links": ",".join(late)} if late else {}
    return told | ({"links_left": "; ".join(refusals)} if refusals else {})


async def release(cloud: Cloud, version: FileVersion, record: StepRecord, order: UndoOrder) -> StepResult:
    """Move a file back to where it was, or beside it where the name is taken since, and tell its owner once.

    Only from quarantine, and only the version that was put there: a newer one is superseded. The detail has `origin`
    (in quarantine), `path`, `entry_id` where that is new, `recreated` (a folder that was gone: its rights are those of
    the folder above), `unverified` where it was moved and may not be looked at, and `note_id`, or `comment_error` where
    the owner may not be told. What an order cut off before
    did is found done, and told if it was not. Links are not restored. Raises RetryLater, also where the file is locked.
    """
    origin, folder = record.detail.get("origin", ""), order.quarantine_folder
    try:
        info = await cloud.file(version.group_id, priority=Priority.REMEDIATION)
        known = replace(version, entry_id=info.entry_id) if _is_known(info, order.content) else version
        found = _without_a_move(info, known, origin, folder)
        result = await _moved_back(cloud, info, known, origin, folder) if found is None else found
    except NotFound:
        return StepResult(StepState.FAILED, {"error": "the file no longer exists, or the account may not see it"})
    except CloudRefused as error:
        return StepResult(StepState.FAILED, {"error": str(error)})
    result = replace(result, detail={**_renamed(known, version), **result.detail})
    if result.state not in (StepState.SUCCESS, StepState.ALREADY_DONE):
        return result
    told = await _tell_owner(cloud, result.detail["path"], release_body(version, order), order.account)
    return replace(result, detail={**result.detail, **told})


async def _moved_back(cloud: Cloud, info: FileInfo, known: FileVersion, origin: str, folder: str) -> StepResult:
    made: dict[str, str] = {}

    async def make_parents() -> None:
        if await make_folders(cloud, parent_of(origin)):
            made["recreated"] = parent_of(origin)

    path = await move_file(cloud, info.group_id, origin, make_parents)
    detail = {"origin": info.path, "path": path, **made}
    try:
        after = await cloud.file(info.group_id, priority=Priority.REMEDIATION)
    except CloudRefused as error:
        return unverified(StepResult(StepState.SUCCESS, detail), error)
    if lies_below(after.path, folder):
        return StepResult(StepState.FAILED, {**detail, "error": f"it was moved, but is still at {after.path}"})
    renamed, newer = _after_move(after, info, known)
    return StepResult(StepState.SUCCESS, {**detail, "path": after.path, **renamed}, newer)


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
        if trouble := await close(self.cloud, self.root, self.account):
            self.trouble["closing"] = trouble


def _without_a_move(info: FileInfo, version: FileVersion, origin: str, folder: str) -> StepResult | None:
    """Why there is nothing to move back, or none that may be; None where there is."""
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


async def _tell_owner(cloud: Cloud, path: str, body: str, account: Account) -> dict[str, str]:
    """The file is back already: a comment that may not be made does not undo that."""
    try:
        return {"note_id": await say_once(cloud, path, body, account)}
    except CloudRefused as error:
        return {"comment_error": str(error)}


QUARANTINE = StepType(
    kind=StepKind.QUARANTINE,
    does="Moves the file to the quarantine folder, which only the account and admins can open",
    needs=Needs((ApiScope.FILESYSTEM, ApiScope.PERMISSION), "Full"),
    act=quarantine,
    verify=verify,
    undo=release,
    undoing="the file moves back to where it was, or beside it where the name is taken",
)
