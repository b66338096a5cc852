"""What every Cloud promises of its acts: folders, moves, links, comments, permissions. The rest is in test_cloud.py."""

from __future__ import annotations

import pytest

from scanner.cloud.port import Priority
from scanner.errors import Conflict, Forbidden, NotFound
from scanner.model import GroupId, Person
from tests.contracts.places import Place, content_of, events_since, latest

PLAN = "/Shared/Projects/plan.txt"
NOW = Priority.REMEDIATION


async def test_adding_a_folder_again_gives_the_same_one(place: Place) -> None:
    first = await place.cloud.add_folder("/Shared/Projects/New")

    assert await place.cloud.add_folder("/Shared/Projects/New") == first
    assert first.path == "/Shared/Projects/New"


async def test_a_folder_needs_its_parent(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.cloud.add_folder("/Shared/Missing/New")


@pytest.mark.parametrize("path", [PLAN, "/Elsewhere", "/Shared/../Elsewhere"])
async def test_a_folder_cannot_be_put_everywhere(place: Place, path: str) -> None:
    await place.upload(PLAN)

    with pytest.raises(Conflict):
        await place.cloud.add_folder(path)


async def test_a_move_keeps_both_ids(place: Place) -> None:
    info = await place.upload(PLAN)
    await place.cloud.add_folder("/Shared/Other")

    assert await place.cloud.move(info.group_id, "/Shared/Other/a.q") == "/Shared/Other/a.q"

    moved = await place.cloud.file(info.group_id, priority=NOW)
    assert (moved.path, moved.entry_id) == ("/Shared/Other/a.q", info.entry_id)


async def test_our_move_is_an_event_of_ours(place: Place) -> None:
    info = await place.upload(PLAN)
    await place.cloud.add_folder("/Shared/Other")
    before = await latest(place)
    await place.cloud.move(info.group_id, "/Shared/Other/a.q")

    (event,) = await events_since(place, before)

    assert (event.action, event.action_source) == ("move", "PublicAPI")
    assert (event.source_path, event.target_path, event.group_id) == (PLAN, "/Shared/Other/a.q", info.group_id)
    assert event.actor == (await place.cloud.account()).id


async def test_moving_to_where_it_is_succeeds(place: Place) -> None:
    info = await place.upload(PLAN)

    assert await place.cloud.move(info.group_id, PLAN) == PLAN


async def test_a_move_never_overwrites(place: Place) -> None:
    info = await place.upload(PLAN)
    other = await place.upload("/Shared/Projects/taken.txt", b"other")

    with pytest.raises(Conflict):
        await place.cloud.move(info.group_id, "/Shared/Projects/taken.txt")

    assert (await place.cloud.file(info.group_id, priority=NOW)).path == PLAN
    assert content_of(place, other) == b"other"


@pytest.mark.parametrize("destination", ["/Shared/Missing/a.q", "/Shared/Projects/../a.q"])
async def test_a_move_needs_a_folder_to_go_to(place: Place, destination: str) -> None:
    info = await place.upload(PLAN)

    with pytest.raises(Conflict):
        await place.cloud.move(info.group_id, destination)


async def test_a_locked_file_is_not_moved(place: Place) -> None:
    info = await place.upload(PLAN)
    place.lock(PLAN)

    with pytest.raises(Conflict):
        await place.cloud.move(info.group_id, "/Shared/Projects/a.q")

    assert (await place.cloud.file(info.group_id, priority=NOW)).locked


async def test_a_missing_file_is_not_moved(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.cloud.move(GroupId("no-such-group"), "/Shared/Projects/a.q")


async def test_links_lead_to_the_file_wherever_it_is(place: Place) -> None:
    info = await place.upload(PLAN)
    link_id = place.share(PLAN)
    await place.cloud.move(info.group_id, "/Shared/Projects/a.q")

    (link,) = await place.cloud.links("/Shared/Projects/a.q")

    assert (link.id, link.resource_id, link.type, link.accessibility) == (link_id, info.group_id, "file", "anyone")


async def test_all_links_that_anybody_can_open_are_told_page_by_page(place: Place) -> None:
    info = await place.upload(PLAN)
    link_id = place.share(PLAN)
    (link,) = await place.cloud.public_links(0, priority=NOW)
    assert (link.id, link.resource_id, link.type, link.accessibility) == (link_id, info.group_id, "file", "anyone")
    assert await place.cloud.public_links(500, priority=NOW) == ()


async def test_a_link_is_deleted_once(place: Place) -> None:
    await place.upload(PLAN)
    link_id = place.share(PLAN)

    assert await place.cloud.delete_link(link_id) is True
    assert await place.cloud.delete_link(link_id) is False
    assert await place.cloud.links(PLAN) == ()


async def test_a_comment_is_read_back(place: Place) -> None:
    info = await place.upload(PLAN)
    before = await latest(place)

    note = await place.cloud.add_note(PLAN, "quarantined: Eicar & <co>")

    assert (note.message, note.username, note.group_id) == ("quarantined: Eicar & <co>", "svc-scanner", info.group_id)
    assert await place.cloud.notes(PLAN) == (note,)
    (event,) = await events_since(place, before)
    assert (event.type, event.action, event.note_id) == ("note", "create", note.id)


async def test_all_comments_of_many_are_read(place: Place) -> None:
    await place.upload(PLAN)
    notes = {(await place.cloud.add_note(PLAN, f"comment {number}")).id for number in range(130)}

    assert {note.id for note in await place.cloud.notes(PLAN)} == notes


async def test_a_comment_on_a_missing_file_is_forbidden(place: Place) -> None:
    with pytest.raises(Forbidden):
        await place.cloud.add_note(PLAN, "hello")
    with pytest.raises(Forbidden):
        await place.cloud.notes(PLAN)


async def test_a_closed_folder_has_its_owners_only(place: Place) -> None:
    await place.cloud.add_folder("/Shared/Quarantine")
    assert (await place.cloud.permissions("/Shared/Quarantine")).inherits

    await place.cloud.close_folder("/Shared/Quarantine", {"svc-scanner": "Owner"})

    closed = await place.cloud.permissions("/Shared/Quarantine")
    assert (closed.users, closed.inherits) == ({"svc-scanner": "Owner"}, False)
    assert set(closed.groups) <= {"All Administrators"}


async def test_an_administrator_owns_every_folder(place: Place) -> None:
    assert await place.cloud.own_level("/Shared/Projects") == "Owner"


async def test_users_are_persons_with_a_name_and_a_type(place: Place) -> None:
    person = await place.cloud.person(place.user_id("pnovak"))
    assert person == Person("pnovak", "power", ())
    assert await place.cloud.person(4_000_000_000_000) is None
