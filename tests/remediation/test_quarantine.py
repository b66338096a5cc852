"""Into quarantine and out of it, and everything that comes in between."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from scanner.cloud.port import FolderPermissions, Priority
from scanner.errors import BadAnswer, CloudUnavailable, Conflict, Forbidden, NotFound, RetryLater
from scanner.model import ContentFacts, EntryId, FileVersion, Step, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.perform import perform
from scanner.remediation.place import LOCK_WAIT
from scanner.remediation.quarantine import release
from scanner.remediation.step import UndoOrder
from tests.remediation.world import ACCOUNT, DESTINATION, FOLDER, ORIGIN, World, step

MOVE = Step(StepKind.QUARANTINE, {"destination": DESTINATION})
DAY = DESTINATION.rpartition("/")[0]
MOVED = {"origin": ORIGIN, "path": DESTINATION}


@pytest.fixture
def world() -> World:
    return World()


async def test_a_file_is_moved_into_a_folder_made_closed_for_it(world: World) -> None:
    version = world.upload(ORIGIN)

    assert await world.perform(version, step(MOVE)) == StepResult(StepState.SUCCESS, MOVED)
    assert await world.where(version) == DESTINATION
    permissions = await world.twin.permissions(FOLDER)
    assert (permissions.inherits, permissions.users) == (False, {ACCOUNT.username: "Owner"})


async def test_a_second_file_of_the_day_costs_three_calls(world: World) -> None:
    await world.perform(world.upload("/Shared/Kite/other.docx"), step(MOVE, destination=f"{DAY}/other.q"))
    version = world.upload(ORIGIN)
    cloud = world.scripted()

    assert await world.perform(version, step(MOVE), cloud) == StepResult(StepState.SUCCESS, MOVED)
    assert cloud.calls == ["file", "move", "file"]


async def test_parents_of_the_quarantine_folder_are_made_too(world: World) -> None:
    version = world.upload(ORIGIN)
    deep = "/Shared/Security/Held"
    result = await world.perform(version, step(MOVE, destination=f"{deep}/2026-03-04/x.q"), folder=deep)

    assert result.state is StepState.SUCCESS
    assert not (await world.twin.permissions(deep)).inherits
    assert (await world.twin.permissions("/Shared/Security")).inherits


async def test_a_quarantine_folder_of_a_persons_own_making_is_left_as_it_is(world: World) -> None:
    await world.twin.add_folder(FOLDER)
    await world.twin.add_folder(f"{FOLDER}/2026-01-01")
    version = world.upload(ORIGIN)

    assert await world.perform(version, step(MOVE)) == StepResult(StepState.SUCCESS, MOVED)
    assert (await world.twin.permissions(FOLDER)).inherits


@pytest.mark.parametrize("method", ["close_folder", "permissions"])
async def test_a_folder_whose_making_was_cut_off_is_closed_at_the_next_try(world: World, method: str) -> None:
    version = world.upload(ORIGIN)
    with pytest.raises(CloudUnavailable):
        await world.perform(version, step(MOVE), world.scripted(**{method: [CloudUnavailable("down")]}))
    assert await world.where(version) == ORIGIN

    again = await world.perform(version, step(MOVE, StepState.INTENDED))
    assert again == StepResult(StepState.SUCCESS, MOVED)
    assert not (await world.twin.permissions(FOLDER)).inherits


async def test_without_the_right_to_close_the_file_is_moved_all_the_same_and_the_record_says_so(world: World) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted(close_folder=[Forbidden("no permission scope", 403)])

    expected = {**MOVED, "closing": f"{FOLDER} could not be closed: no permission scope"}
    assert await world.perform(version, step(MOVE), cloud) == StepResult(StepState.SUCCESS, expected)


STILL_OPEN = [
    (FolderPermissions({}, {}, inherits=True), "those of the folder above"),
    (FolderPermissions({"SVC-Scanner": "Owner", "jdoe": "Owner"}, {}, inherits=False), "jdoe"),
    (FolderPermissions({"jdoe": "None"}, {"All": "Viewer", "Admins": "Owner"}, inherits=False), "Admins, All"),
]


@pytest.mark.parametrize(("permissions", "who"), STILL_OPEN)
async def test_a_folder_that_is_not_closed_after_closing_is_told(
    world: World, permissions: FolderPermissions, who: str
) -> None:
    version = world.upload(ORIGIN)
    cloud = world.scripted().answering(permissions=permissions)

    expected = {**MOVED, "closing": f"{FOLDER} is still open to {who}"}
    assert await world.perform(version, step(MOVE), cloud) == StepResult(StepState.SUCCESS, expected)


async def test_a_file_in_quarantine_already_is_done(world: World) -> None:
    version = world.upload(ORIGIN)
    await world.perform(version, step(MOVE))
    cloud = world.scripted()

    again = await world.perform(version, step(MOVE, StepState.INTENDED), cloud)
    assert again == StepResult(StepState.ALREADY_DONE, MOVED)
    assert cloud.calls == ["file"]


async def test_links_made_meanwhile_and_deleted_by_a_try_whose_result_was_lost_stay_known(world: World) -> None:
    move = Step(StepKind.QUARANTINE, {"destination": DESTINATION, "links": "revoked"})
    version, noted, made = world.upload(ORIGIN), [], []
    cloud = world.scripted(move=[lambda: made.append(world.link(version))], delete_link=[lambda: cut(world, made[0])])
    with pytest.raises(RetryLater):
        await world.perform(version, step(move), cloud, note=noted.append)
    assert noted == [{"origin": ORIGIN}, {"origin": ORIGIN, "late_links": made[0]}]
    assert await world.twin.links(DESTINATION) == ()

    record = replace(step(move, StepState.INTENDED), detail=noted[-1])
    expected = StepResult(StepState.ALREADY_DONE, {**MOVED, "late_links": made[0]})
    assert await world.perform(version, record) == expected


def cut(world: World, link: str) -> None:
    """It was deleted, and the answer lost."""
    world.unlink(link)
    raise CloudUnavailable("no answer")


async def test_a_taken_name_gets_a_number(world: World) -> None:
    await world.perform(world.upload("/Shared/Kite/other.docx"), step(MOVE))
    version = world.upload(ORIGIN)
    beside = DESTINATION.removesuffix(".q") + "_1.q"

    assert await world.perform(version, step(MOVE)) == StepResult(StepState.SUCCESS, {**MOVED, "path": beside})
    again = await world.perform(version, step(MOVE, StepState.INTENDED))
    assert again == StepResult(StepState.ALREADY_DONE, {**MOVED, "path": beside})


async def test_a_locked_file_is_tried_again_later(world: World) -> None:
    version = world.upload(ORIGIN)
    world.lock(version)

    with pytest.raises(RetryLater, match="is locked") as caught:
        await world.perform(version, step(MOVE))
    assert caught.value.after == LOCK_WAIT
    assert await world.where(version) == ORIGIN


REFUSALS = [
    ([Forbidden("no right to move", 403)], "no right to move"),
    ([Conflict("path is invalid", 409), Conflict("path is invalid", 409)], "path is invalid"),
]


@pytest.mark.parametrize(("refusals", "reason"), REFUSALS)
async def test_a_refused_move_fails_with_its_reason(world: World, refusals: list[Exception], reason: str) -> None:
    version = world.upload(ORIGIN)
    result = await world.perform(version, step(MOVE), world.scripted(move=refusals))

    assert result == StepResult(StepState.FAILED, {"error": reason})
    assert await world.where(version) == ORIGIN


async def test_a_newer_version_between_check_and_move_is_moved_with_the_file_and_told(world: World) -> None:
    await world.perform(world.upload("/Shared/Kite/other.docx"), step(MOVE, destination=f"{DAY}/other.q"))
    version = world.upload(ORIGIN)
    newer: list[FileVersion] = []
    cloud = world.scripted(move=[lambda: newer.append(world.upload(ORIGIN, "second"))])

    result = await world.perform(version, step(MOVE), cloud)
    assert (result.state, result.detail) == (StepState.SUCCESS, MOVED)
    assert result.superseded_by is not None
    assert (result.superseded_by.entry_id, result.superseded_by.path) == (newer[0].entry_id, DESTINATION)


async def test_a_file_carried_off_after_the_move_is_a_failure_that_says_where_it_is(world: World) -> None:
    version = world.upload(ORIGIN)
    away = "/Shared/Kite/back.docx"
    cloud = world.scripted(file=[None, None, lambda: world.move(version, away)])

    result = await world.perform(version, step(MOVE), cloud)
    assert result == StepResult(StepState.FAILED, {**MOVED, "error": f"it was moved, but is now at {away}"})


REFUSED_LOOKS = [BadAnswer("not JSON", 200), Forbidden("hidden", 403), NotFound("no such file", 404)]


@pytest.mark.parametrize("refusal", REFUSED_LOOKS)
async def test_a_move_stands_though_the_look_after_it_is_refused(world: World, refusal: Exception) -> None:
    await world.perform(world.upload("/Shared/Kite/other.docx"), step(MOVE, destination=f"{DAY}/other.q"))
    version = world.upload(ORIGIN)

    result = await world.perform(version, step(MOVE), world.scripted(file=[None, refusal]))
    assert result == StepResult(StepState.SUCCESS, {**MOVED, "unverified": str(refusal)})
    assert await world.where(version) == DESTINATION


async def put_away(world: World, path: str = ORIGIN) -> FileVersion:
    version = world.upload(path)
    await world.perform(version, step(MOVE))
    return version


async def give_back(
    world: World, version: FileVersion, origin: str = ORIGIN, cloud: object = None, id: int = 7
) -> StepResult:
    used = world.twin if cloud is None else cloud
    moved = StepRecord(3, Step(StepKind.QUARANTINE), StepState.SUCCESS, {"origin": origin})
    order = UndoOrder(FOLDER, ACCOUNT, "false\nalarm", "amiller", id=id)
    return await release(used, version, moved, order)  # type: ignore[arg-type]


async def test_a_released_file_is_back_with_a_comment_that_says_who_and_why(world: World) -> None:
    version = await put_away(world)

    result = await give_back(world, version)
    (note,) = await world.twin.notes(ORIGIN)
    assert result == StepResult(StepState.SUCCESS, {"origin": DESTINATION, "path": ORIGIN, "note_id": note.id})
    told = "This file was released from quarantine by amiller: false alarm"
    assert note.message == f"{told} [scanner release 7 acme/{version.entry_id}]"
    assert await world.where(version) == ORIGIN


@pytest.mark.parametrize("refusal", REFUSED_LOOKS)
async def test_a_release_stands_and_is_told_though_the_look_after_it_is_refused(
    world: World, refusal: Exception
) -> None:
    version = await put_away(world)

    result = await give_back(world, version, cloud=world.scripted(file=[None, refusal]).as_cloud)
    (note,) = await world.twin.notes(ORIGIN)
    expected = {"origin": DESTINATION, "path": ORIGIN, "unverified": str(refusal), "note_id": note.id}
    assert result == StepResult(StepState.SUCCESS, expected)


async def test_folders_that_are_gone_since_are_made_again(world: World) -> None:
    version = await put_away(world, "/Shared/Kite/Old/Deep/plan.docx")
    world.delete_folder("/Shared/Kite/Old")

    result = await give_back(world, version, "/Shared/Kite/Old/Deep/plan.docx")
    assert (result.state, result.detail["recreated"]) == (StepState.SUCCESS, "/Shared/Kite/Old/Deep")
    assert await world.where(version) == "/Shared/Kite/Old/Deep/plan.docx"


async def test_a_file_that_took_the_place_since_is_not_overwritten(world: World) -> None:
    version = await put_away(world)
    other = world.upload(ORIGIN, "other")

    assert (await give_back(world, version)).detail["path"] == "/Shared/Kite/plan_1.docx"
    assert await world.where(other) == ORIGIN


async def test_releasing_twice_is_done_already(world: World) -> None:
    version = await put_away(world)
    await give_back(world, version)

    (note,) = await world.twin.notes(ORIGIN)
    assert await give_back(world, version) == StepResult(StepState.ALREADY_DONE, {"path": ORIGIN, "note_id": note.id})
    assert len(await world.twin.notes(ORIGIN)) == 1


async def test_a_release_found_done_before_its_owner_was_told_is_told_then_and_once(world: World) -> None:
    version = await put_away(world)
    with pytest.raises(CloudUnavailable):
        await give_back(world, version, cloud=world.scripted(add_note=[CloudUnavailable("cut")]).as_cloud)
    assert (await world.where(version), await world.twin.notes(ORIGIN)) == (ORIGIN, ())

    again = [(await give_back(world, version)).state for _ in range(2)]
    assert again == [StepState.ALREADY_DONE] * 2
    assert len(await world.twin.notes(ORIGIN)) == 1


async def test_each_release_is_told_also_when_the_file_was_in_quarantine_twice(world: World) -> None:
    version = await put_away(world)
    await give_back(world, version, id=7)
    await world.perform(version, step(MOVE))

    assert (await give_back(world, version, id=9)).state is StepState.SUCCESS
    assert len(await world.twin.notes(ORIGIN)) == 2


async def test_only_what_is_in_quarantine_is_released(world: World) -> None:
    version = await put_away(world)
    world.move(version, "/Shared/Kite/elsewhere.docx")

    reason = "it is not in quarantine, but at /Shared/Kite/elsewhere.docx"
    assert await give_back(world, version) == StepResult(StepState.FAILED, {"error": reason})


async def test_a_version_that_nobody_judged_is_not_released(world: World) -> None:
    version = await put_away(world)
    newer = world.upload(DESTINATION, "second", by=ACCOUNT.username)

    result = await give_back(world, version)
    assert result.state is StepState.SUPERSEDED
    assert result.superseded_by is not None
    assert result.superseded_by.entry_id == newer.entry_id
    assert await world.where(version) == DESTINATION


@pytest.mark.parametrize("origin", [DESTINATION, ""])
async def test_a_release_needs_to_know_the_place_before(world: World, origin: str) -> None:
    version = await put_away(world)

    result = await give_back(world, version, origin)
    assert result == StepResult(StepState.FAILED, {"error": "nothing is known of where it was before"})


async def test_a_file_deleted_from_quarantine_cannot_be_released(world: World) -> None:
    version = await put_away(world)
    world.delete(version)

    reason = "the file no longer exists, or the account may not see it"
    assert await give_back(world, version) == StepResult(StepState.FAILED, {"error": reason})


async def test_a_locked_file_is_released_later(world: World) -> None:
    version = await put_away(world)
    world.lock(version)

    with pytest.raises(RetryLater, match="is locked"):
        await give_back(world, version)


async def test_a_comment_that_is_not_allowed_does_not_undo_a_release(world: World) -> None:
    version, trouble = await put_away(world), Forbidden("no right", 403)

    result = await give_back(world, version, cloud=world.scripted(add_note=[trouble]).as_cloud)
    expected = {"origin": DESTINATION, "path": ORIGIN, "comment_error": str(trouble)}
    assert result == StepResult(StepState.SUCCESS, expected)
    assert (await world.twin.file(version.group_id, priority=Priority.REMEDIATION)).path == ORIGIN


def anew(world: World, version: FileVersion) -> None:
    """The move gave the current version another entry id."""
    stored = world.twin.tree.by_group(version.group_id)
    stored.versions[-1] = replace(stored.current, entry_id=EntryId(world.twin.tree.new_id()))


async def entry_of(world: World, version: FileVersion) -> str:
    return (await world.twin.file(version.group_id, priority=Priority.LIVE)).entry_id


async def test_a_new_entry_id_after_the_move_is_the_same_versions_while_the_content_agrees(world: World) -> None:
    await world.perform(world.upload("/Shared/Kite/other.docx"), step(MOVE, destination=f"{DAY}/other.q"))
    version = world.upload(ORIGIN)
    result = await world.perform(version, step(MOVE), world.scripted(file=[None, lambda: anew(world, version)]))
    renamed = await entry_of(world, version)
    assert renamed != version.entry_id
    assert result == StepResult(StepState.SUCCESS, {**MOVED, "entry_id": renamed})


async def test_after_a_lost_result_the_new_entry_id_is_known_by_the_content_judged(world: World) -> None:
    version = await put_away(world)
    anew(world, version)
    content = ContentFacts(5, "", hashlib.sha512(b"first").hexdigest(), "text/plain")
    again = step(MOVE, StepState.INTENDED)
    result = await perform(world.twin, version, again, FOLDER, ACCOUNT, content=content)
    detail = {**MOVED, "entry_id": await entry_of(world, version)}
    assert result == StepResult(StepState.ALREADY_DONE, detail)
    other = replace(content, sha512=hashlib.sha512(b"other").hexdigest())
    result = await perform(world.twin, version, again, FOLDER, ACCOUNT, content=other)
    assert (result.detail, result.superseded_by is not None) == (MOVED, True)


async def test_a_release_that_changes_the_entry_id_brings_no_newer_version(world: World) -> None:
    version = await put_away(world)
    cloud = world.scripted(file=[None, lambda: anew(world, version)])
    result = await give_back(world, version, cloud=cloud)
    assert (result.state, result.superseded_by) == (StepState.SUCCESS, None)
    assert result.detail["entry_id"] == await entry_of(world, version)


async def test_what_an_interrupted_release_put_beside_its_place_is_found_done(world: World) -> None:
    version = await put_away(world)
    world.upload(ORIGIN, "other")
    beside = "/Shared/Kite/plan_1.docx"
    cloud = world.scripted(file=[None, None, CloudUnavailable("cut")])
    with pytest.raises(CloudUnavailable):
        await give_back(world, version, cloud=cloud)
    assert await world.where(version) == beside
    result = await give_back(world, version)
    assert (result.state, result.detail["path"]) == (StepState.ALREADY_DONE, beside)
