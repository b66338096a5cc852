"""Takes back the links to a file: they keep working after a move, and would then serve what lies in quarantine."""

from __future__ import annotations

from scanner.cloud.port import Cloud, FileInfo, Link
from scanner.errors import Forbidden
from scanner.model import StepKind, StepResult, StepState
from scanner.remediation.step import ApiScope, Needs, Scene, StepType


async def revoke_links(scene: Scene) -> StepResult:
    """Delete every link to the file, also one pinned to an older version.

    `links` of the detail has the ids deleted. What we may not delete fails the step, after the others are gone. Links
    of folders above are left: they end for this file when it is moved. Raises Forbidden where links cannot be listed.
    """
    found = await links_to(scene.cloud, scene.info)
    if not found:
        return StepResult(StepState.ALREADY_DONE, {"links": ""})
    deleted, refusals = [], []
    for link in found:
        try:
            await scene.cloud.delete_link(link.id)
            deleted.append(link.id)
        except Forbidden as error:
            refusals.append(f"link {link.id} of {link.created_by}: {error}")
    detail = {"links": ",".join(deleted)}
    if refusals:
        return StepResult(StepState.FAILED, {**detail, "error": "; ".join(refusals)})
    return StepResult(StepState.SUCCESS, detail)


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
    does="Deletes every link to the file, also those pinned to an older version",
    needs=Needs((ApiScope.FILESYSTEM, ApiScope.LINK), "Viewer", admin=True),
    act=revoke_links,
    verify=verify,
    undoing="a new link has another address; the ids of those deleted are in the step's record",
)
