"""A folder is closed when nobody but the account and administrators can open it."""

from __future__ import annotations

import pytest

from scanner.cloud.port import FolderPermissions
from scanner.errors import Forbidden
from scanner.remediation.closing import close, open_to
from tests.remediation.world import ACCOUNT, FOLDER, World

CLOSED = FolderPermissions({"svc-scanner": "Owner"}, {"All Administrators": "Owner"}, False)


@pytest.mark.parametrize(
    ("permissions", "others"),
    [
        (CLOSED, ""),
        (FolderPermissions({"SVC-Scanner": "Owner", "pnovak": "None"}, {"Engineering": "None"}, False), ""),
        (FolderPermissions({}, {"All Administrators": "Owner"}, True), "those of the folder above"),
        (FolderPermissions({"pnovak": "Owner"}, {}, False), "pnovak"),
        (FolderPermissions({"jdoe": "Viewer Only"}, {"Engineering": "Owner"}, True), "Engineering, jdoe"),
    ],
)
def test_everybody_else_with_any_right_is_told(permissions: FolderPermissions, others: str) -> None:
    assert open_to(permissions, ACCOUNT) == others


async def test_closing_leaves_only_us_and_a_refusal_is_told() -> None:
    world = World()
    world.twin.tree.add_folder(FOLDER)
    assert await close(world.twin, FOLDER, ACCOUNT) == ""
    assert open_to(await world.twin.permissions(FOLDER), ACCOUNT) == ""
    cloud = world.scripted(close_folder=[Forbidden("no right", 403)]).as_cloud
    assert await close(cloud, FOLDER, ACCOUNT) == f"{FOLDER} could not be closed: no right"


async def test_a_folder_that_is_open_afterwards_is_told() -> None:
    world = World()
    world.twin.tree.add_folder(FOLDER)
    cloud = world.scripted().answering(close_folder=None).as_cloud
    assert await close(cloud, FOLDER, ACCOUNT) == f"{FOLDER} is still open to those of the folder above"
