"""What the doctor says of a probe folder: a domain's own line, with the rights on the folder or above it."""

from __future__ import annotations

import pytest

from scanner.service.checks.diagnosis import Level
from tests.journeys.world import World
from tests.service.checks.test_domain_checks import as_user, found

HOME = "/Shared/Projects"
FOLDER = f"{HOME}/Tests/Probe"
NOT_YET = f"is made by the first probe, in {HOME}; "


async def line(world: World) -> tuple[Level, str]:
    world.sections["domain"] = {"watch": [HOME], "probe_folder": FOLDER}
    told = (await found(world))[f"acme: {FOLDER} (probe)"]
    return told.level, told.finding


def only(world: World, right: str, folder: str = HOME) -> None:
    rights = {"users": {"pnovak": right}, "inherits": False}
    world.act("set_permissions", actor="svc-scanner", path=folder, **rights)
    as_user(world, "pnovak")


@pytest.mark.parametrize("right", ["Full", "Owner"])
async def test_one_that_will_be_made_where_all_is_allowed_is_well(world: World, right: str) -> None:
    only(world, right)
    assert await line(world) == (Level.OK, f"{NOT_YET}rights: {right}")


@pytest.mark.parametrize("right", ["Editor", "Viewer"])
async def test_one_in_which_nothing_can_be_deleted_is_warned_of(world: World, right: str) -> None:
    only(world, right)
    assert await line(world) == (
        Level.WARN,
        f"{NOT_YET}rights: {right}: no probe can be uploaded there, moved and deleted",
    )


async def test_of_one_that_is_there_its_own_rights_count(world: World) -> None:
    for folder in (f"{HOME}/Tests", FOLDER):
        world.act("add_folder", actor="svc-scanner", path=folder)
    only(world, "Editor", FOLDER)
    assert await line(world) == (Level.WARN, "rights: Editor: no probe can be uploaded there, moved and deleted")


async def test_one_below_a_file_is_a_failure(world: World) -> None:
    world.upload(f"{HOME}/Tests", b"a file")
    assert await line(world) == (Level.FAIL, "lies below a file")


async def test_one_that_cannot_be_seen_is_a_failure_and_nothing_is_put_anywhere(world: World) -> None:
    world.fault(route="/fs/Shared/Projects/Tests/Probe", status=403, body={"errorMessage": "no"})
    level, finding = await line(world)
    assert (level, finding.startswith("cannot be seen: "), world.places()) == (Level.FAIL, True, {})


async def test_without_a_probe_folder_there_is_no_line(world: World) -> None:
    assert not [subject for subject in await found(world) if subject.endswith("(probe)")]
