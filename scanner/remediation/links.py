"""Takes back the links to a file: they keep working after a move, and would then serve what lies in quarantine."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.cloud.port import Cloud, FileInfo, Link
from scanner.errors import CloudRefused
from scanner.model import StepKind, StepResult, StepState
from scanner.remediation.place import lies_below, parent_of
from scanner.remediation.step import ApiScope, Needs, Scene, StepType

MOST_FOLDERS = 8
"""Folders above a file whose links are looked at: each costs a call."""


async def revoke_links(scene: Scene) -> StepResult:
    """Delete every link to the file, also one pinned to an older version.

    `links` of the detail has the ids deleted, also by a try whose result was lost; `folder_links` those of folders
    above, through which the file can be opened as long as it lies there: they lead to other things as well, so they are
    told and left. What we may not delete fails the step, after the others are gone. Raises Forbidden where links cannot
    be listed.
    """
    found = await links_to(scene.cloud, scene.info)
    above = {} if lies_below(scene.info.path, scene.quarantine_folder) else await _folder_links(scene)
    there = [link.id for link in found]
    before = [one for one in scene.record.detail.get("links", "").split(",") if one and one not in there]
    if not found:
        return StepResult(StepState.ALREADY_DONE, {"links": ",".join(before), **above})
    # Should the result be lost: whose links were deleted nobody could tell afterwards.
    await scene.note({"links": ",".join([*before, *there])})
    deleted, refusals = await delete_links(scene.cloud, found)
    detail = {"links": ",".join([*before, *deleted]), **above}
    if refusals:
        return StepResult(StepState.FAILED, {**detail, "error": "; ".join(refusals)})
    return StepResult(StepState.SUCCESS, detail)


async def delete_links(cloud: Cloud, links: Sequence[Link]) -> tuple[list[str], list[str]]:
    """Ids of those deleted, and why others could not be."""
    deleted, refusals = [], []
    for link in links:
        try:
            await cloud.delete_link(link.id)
            deleted.append(link.id)
        except CloudRefused as error:
            refusals.append(f"link {link.id} of {link.created_by}: {error}")
    return deleted, refusals


async def _folder_links(scene: Scene) -> dict[str, str]:
    """Links of the folders above, nearest first. That they cannot be read keeps no link from being deleted."""
    ids: list[str] = []
    try:
        for folder in _above(scene.info.path):
            links = await scene.cloud.links(folder)
            ids += [link.id for link in links if link.type != "file" and link.path.lower() == folder.lower()]
    except CloudRefused as error:
        return {"folder_links": " ".join(ids), "folder_links_unknown": str(error)}
    return {"folder_links": " ".join(ids)} if ids else {}


def _above(path: str) -> list[str]:
    folders: list[str] = []
    while (path := parent_of(path)) and len(folders) < MOST_FOLDERS:
        folders.append(path)
    return folders


async def verify(scene: Scene, result: StepResult) -> StepResult:
    """Look whether any link is left, also one made meanwhile."""
    if result.state is StepState.ALREADY_DONE:
        return result
    left = {link.id for link in await links_to(scene.cloud, scene.info)}
    deleted = [link_id for link_id in result.detail["links"].split(",") if link_id not in left]
    detail = {**result.detail, "links": ",".join(deleted)}
    if left:
        detail.setdefault("error", f"still there after deletion: {','.join(sorted(left))}")
        return StepResult(StepState.FAILED, detail)
    return StepResult(result.state, detail)


async def links_to(cloud: Cloud, info: FileInfo) -> list[Link]:
    """By group id, since what the path filter does about moved files is not documented (fact sheet 7.1)."""
    return [link for link in await cloud.links(info.path) if link.resource_id == info.group_id]


REVOKE_LINKS = StepType(
    kind=StepKind.REVOKE_LINKS,
    does="Deletes every link to the file, also those pinned to an older version; links to folders above it lead to "
    "other things as well: they are told in the step's record and in the comment. After a quarantine links are looked "
    "for once more",
    needs=Needs((ApiScope.FILESYSTEM, ApiScope.LINK), "Viewer", admin=True),
    act=revoke_links,
    verify=verify,
    undoing="a new link has another address; the ids of those deleted are in the step's record",
)
