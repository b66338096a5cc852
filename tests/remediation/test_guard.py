"""How a quarantine folder stands, and what mending does."""

from __future__ import annotations

import pytest

from scanner.errors import Forbidden
from scanner.model import FileVersion
from scanner.remediation.guard import FolderState, Parked, Standing, bring_back, look, secure
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World


@pytest.fixture
def world() -> World:
    return World()


def parked(version: FileVersion) -> Parked:
    return Parked(version.group_id, version.entry_id, DESTINATION)


async def test_a_closed_folder_is_fine_and_one_that_was_opened_is_not(world: World) -> None:
    assert (await look(world.twin, FOLDER, ACCOUNT, None)).state is FolderState.UNUSED
    assert await secure(world.twin, FOLDER, ACCOUNT) == ""
    assert await look(world.twin, FOLDER, ACCOUNT, None) == Standing(FolderState.CLOSED, "closed")
    world.twin.tree.permissions[FOLDER.lower()].users["pnovak"] = "Viewer"
    assert await look(world.twin, FOLDER, ACCOUNT, None) == Standing(FolderState.OPEN, "open to pnovak")
    assert await secure(world.twin, FOLDER, ACCOUNT) == ""
    assert (await look(world.twin, FOLDER, ACCOUNT, None)).state is FolderState.CLOSED


async def test_a_folder_that_is_gone_is_missed_where_something_was_put_into_it(world: World) -> None:
    version = world.upload("/Shared/Renamed/2026-03-04/q.q")
    there = f"{FOLDER} is not there; what was put into it last is now at /Shared/Renamed/2026-03-04/q.q"
    assert await look(world.twin, FOLDER, ACCOUNT, parked(version)) == Standing(FolderState.MISSING, there)
    world.delete(version)
    gone = f"{FOLDER} is not there, nor is what was put into it last"
    assert await look(world.twin, FOLDER, ACCOUNT, parked(version)) == Standing(FolderState.MISSING, gone)


async def test_a_file_in_its_place_is_no_folder(world: World) -> None:
    world.upload(FOLDER)
    assert (await look(world.twin, FOLDER, ACCOUNT, None)).state is FolderState.MISSING
    assert await secure(world.twin, FOLDER, ACCOUNT) != ""


async def test_what_we_may_not_see_is_unknown(world: World) -> None:
    world.twin.tree.add_folder(FOLDER)
    cloud = world.scripted(permissions=[Forbidden("no right", 403)]).as_cloud
    standing = await look(cloud, FOLDER, ACCOUNT, None)
    assert standing == Standing(FolderState.UNKNOWN, "its permissions cannot be read: no right")


async def test_a_folder_that_may_not_be_made_is_told(world: World) -> None:
    cloud = world.scripted(add_folder=[Forbidden("no right", 403)]).as_cloud
    assert await secure(cloud, FOLDER, ACCOUNT) == f"{FOLDER} could not be made: no right"


async def test_a_file_that_was_taken_out_is_brought_back_once(world: World) -> None:
    version = world.upload(ORIGIN)
    await secure(world.twin, FOLDER, ACCOUNT)
    assert await bring_back(world.twin, FOLDER, parked(version)) == ORIGIN
    assert (await world.where(version), await bring_back(world.twin, FOLDER, parked(version))) == (DESTINATION, "")


async def test_a_newer_version_and_a_file_that_is_gone_are_left(world: World) -> None:
    version = world.upload(ORIGIN)
    world.upload(ORIGIN, "second")
    assert (await bring_back(world.twin, FOLDER, parked(version)), await world.where(version)) == ("", ORIGIN)
    world.delete(version)
    assert await bring_back(world.twin, FOLDER, parked(version)) == ""
