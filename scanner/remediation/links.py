"""Takes back the links to a file: they keep working after a move, and would then serve what lies in quarantine."""

from __future__ import annotations

from scanner.cloud.port import Cloud, FileInfo, Link
from scanner.errors import Forbidden
from scanner.model import StepResult, StepState


async def revoke_links(cloud: Cloud, info: FileInfo) -> StepResult:
    """Delete every link to the file, also one pinned to an older version, and look whether any is left.

    `links` of the detail has the ids deleted. What we may not delete fails the step, after the others are gone. Links
    of folders above are left: they end for this file when it is moved. Raises Forbidden where links cannot be listed.
    """
    found = await _links_to(cloud, info)
    if not found:
        return StepResult(StepState.ALREADY_DONE, {"links": ""})
    refusals = []
    deleted = []
    for link in found:
        try:
            await cloud.delete_link(link.id)
            deleted.append(link.id)
        except Forbidden as error:
            refusals.append(f"link {link.id} of {link.created_by}: {error}")
    left = {link.id for link in await _links_to(cloud, info)}
    detail = {"links": ",".join(link_id for link_id in deleted if link_id not in left)}
    if refusals or left:
        reason = "; ".join(refusals) or f"still there after deletion: {','.join(sorted(left))}"
        return StepResult(StepState.FAILED, {**detail, "error": reason})
    return StepResult(StepState.SUCCESS, detail)


async def _links_to(cloud: Cloud, info: FileInfo) -> list[Link]:
    """By group id, since what the path filter does about moved files is not documented (fact sheet 7.1)."""
    return [link for link in await cloud.links(info.path) if link.resource_id == info.group_id]
