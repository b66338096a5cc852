"""Only what our own move put into quarantine is deleted, and only while it is what was judged."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from scanner.cloud.port import Priority
from scanner.errors import CloudUnavailable, Conflict, Forbidden, NotFound
from scanner.model import ContentFacts, FileVersion, Step, StepKind, StepResult, StepState
from scanner.remediation.purge import purge
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World, step

MOVE = Step(StepKind.QUARANTINE, {"destination": DESTINATION})
CONTENT = ContentFacts(5, "", hashlib.sha512(b"first").hexdigest(), "text/plain")
NOT_FOUND = "the file is not found, though no deletion of it was told: the account may not see it"


@pytest.fixture
def world() -> World:
    return World()


async def put_away(world: World) -> FileVersion:
    version = world.upload(ORIGIN)
    await world.perform(version, step(MOVE))
    return version


async def delete(
    world: World,
    version: FileVersion,
    content: ContentFacts | None = CONTENT,
    *,
    known_gone: bool = False,
    cloud: object = None,
) -> StepResult:
    used = world.twin if cloud is None else cloud
    return await purge(used, version, content, FOLDER, known_gone=known_gone)  # type: ignore[arg-type]


async def is_there(world: World, version: FileVersion) -> bool:
    try:
        await world.twin.file(version.group_id, priority=Priority.LIVE)
    except NotFound:
        return False
    return True


async def test_a_file_is_deleted_and_looked_for_afterwards(world: World) -> None:
    version = await put_away(world)
    assert await delete(world, version) == StepResult(StepState.SUCCESS, {"path": DESTINATION, "versions": "1"})
    assert not await is_there(world, version)


async def test_a_file_that_a_person_took_out_is_left_alone(world: World) -> None:
    version = await put_away(world)
    world.move(version, "/Shared/Kite/mine.docx")
    error = "it is not in quarantine, but at /Shared/Kite/mine.docx"
    assert await delete(world, version) == StepResult(StepState.FAILED, {"error": error})
    assert await is_there(world, version)


async def test_a_newer_version_is_left_alone_and_told(world: World) -> None:
    version = await put_away(world)
    newer = world.upload(DESTINATION, "second", by=ACCOUNT.username)
    result = await delete(world, version)
    assert (result.state, result.superseded_by and result.superseded_by.entry_id) == (
        StepState.SUPERSEDED,
        newer.entry_id,
    )
    assert await is_there(world, version)


async def test_another_content_under_the_same_entry_id_is_left_alone(world: World) -> None:
    version = await put_away(world)
    other = replace(CONTENT, sha512=hashlib.sha512(b"other").hexdigest())
    error = f"the content of {DESTINATION} is not the one that was judged"
    assert await delete(world, version, other) == StepResult(StepState.FAILED, {"error": error})
    assert await is_there(world, version)


async def test_what_nobody_could_read_is_known_by_its_entry_id(world: World) -> None:
    version = await put_away(world)
    assert (await delete(world, version, None)).state is StepState.SUCCESS


@pytest.mark.parametrize(
    ("known_gone", "result"),
    [
        (True, StepResult(StepState.ALREADY_DONE, {"gone": "the file no longer exists"})),
        (False, StepResult(StepState.FAILED, {"error": NOT_FOUND})),
    ],
)
async def test_a_file_that_is_not_found_is_done_only_where_something_tells_why(
    world: World, known_gone: bool, result: StepResult
) -> None:
    version = await put_away(world)
    world.delete(version)
    assert await delete(world, version, known_gone=known_gone) == result


@pytest.mark.parametrize("refused", [Forbidden("no right", 403), Conflict("locked", 409)])
async def test_a_refusal_is_a_failure_with_its_reason(world: World, refused: Exception) -> None:
    version = await put_away(world)
    result = await delete(world, version, cloud=world.scripted(delete=[refused]).as_cloud)
    assert result == StepResult(StepState.FAILED, {"error": str(refused)})


async def test_a_locked_file_is_left_alone(world: World) -> None:
    version = await put_away(world)
    world.lock(version)
    error = f"{DESTINATION} is locked by somebody"
    assert await delete(world, version) == StepResult(StepState.FAILED, {"error": error})


async def test_a_platform_that_stays_away_is_asked_again(world: World) -> None:
    version = await put_away(world)
    with pytest.raises(CloudUnavailable):
        await delete(world, version, cloud=world.scripted(delete=[CloudUnavailable("cut")]).as_cloud)
    assert await is_there(world, version)
