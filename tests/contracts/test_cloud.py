"""What every Cloud promises, as sentences about the port; held by the client (before the emulator) and by the twin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, Priority
from scanner.errors import Conflict, CursorExpired, Forbidden, NotFound
from scanner.model import Cursor, EntryId, Event, GroupId
from tests.cloud.egnyte import running_egnyte
from tests.contracts.places import Emulated, Memory, Place

PLAN = "/Shared/Projects/plan.txt"
NOW = Priority.REMEDIATION
ODD = "/Shared/Projects/-. _~!$&'(),;=@^][` +#50% Привет ☃ ø.txt"


@pytest.fixture(params=["memory", "emulator"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "memory":
        yield Memory()
        return
    with running_egnyte(tmp_path) as egnyte:
        yield Emulated(egnyte)
        await egnyte.cloud.close()


async def events_since(place: Place, cursor: Cursor) -> tuple[Event, ...]:
    return (await place.cloud.events_after(cursor, 100)).events


async def latest(place: Place) -> Cursor:
    return (await place.cloud.feed_range()).latest


def content_of(place: Place, info: FileInfo) -> bytes:
    with place.cloud.open_content(info.group_id, info.entry_id, priority=Priority.LIVE) as download:
        return b"".join(download.chunks())


async def test_the_account_says_who_we_are(place: Place) -> None:
    account = await place.cloud.account()

    assert (account.username, account.user_type) == ("svc-scanner", "admin")


async def test_an_upload_is_an_event_with_the_ids_of_the_version(place: Place) -> None:
    before = await latest(place)
    info = await place.upload(PLAN)

    (event,) = await events_since(place, before)

    assert (event.type, event.action, event.target_path) == ("file_system", "create", PLAN)
    assert (event.group_id, event.entry_id) == (info.group_id, info.entry_id)
    assert (event.is_folder, event.action_source) == (False, "WebUI")
    assert event.actor == place.user_id("pnovak")


async def test_a_new_version_keeps_the_group_and_has_its_own_entry(place: Place) -> None:
    first = await place.upload(PLAN, b"one")
    second = await place.upload(PLAN, b"two!")

    assert second.group_id == first.group_id
    assert second.entry_id != first.entry_id
    assert (second.num_versions, second.size, second.path) == (2, 4, PLAN)


async def test_an_old_version_can_still_be_read(place: Place) -> None:
    first = await place.upload(PLAN, b"one")
    second = await place.upload(PLAN, b"two")

    assert (content_of(place, first), content_of(place, second)) == (b"one", b"two")


async def test_nothing_new_leaves_the_cursor_where_it_was(place: Place) -> None:
    cursor = await latest(place)

    page = await place.cloud.events_after(cursor, 100)

    assert (page.events, page.cursor, page.full) == ((), cursor, False)


async def test_pages_follow_each_other_until_one_is_not_full(place: Place) -> None:
    cursor = await latest(place)
    ids = [(await place.upload(f"/Shared/Projects/{number}.txt")).entry_id for number in range(5)]
    seen: list[EntryId | None] = []
    full = True
    while full:
        page = await place.cloud.events_after(cursor, 2)
        seen += [event.entry_id for event in page.events]
        cursor, full = page.cursor, page.full

    assert seen == ids


async def test_a_cursor_that_aged_out_is_told(place: Place) -> None:
    cursor = await latest(place)
    for number in range(4):
        await place.upload(f"/Shared/Projects/{number}.txt")
    place.forget_events(keep=1)

    with pytest.raises(CursorExpired):
        await place.cloud.events_after(cursor, 100)


async def test_the_range_of_the_feed_names_its_ends(place: Place) -> None:
    for number in range(4):
        await place.upload(f"/Shared/Projects/{number}.txt")
    place.forget_events(keep=2)

    ends = await place.cloud.feed_range()
    page = await place.cloud.events_after(ends.oldest, 100)

    assert [event.id for event in page.events] == [ends.latest]


async def test_a_file_is_found_by_its_group_wherever_it_is(place: Place) -> None:
    info = await place.upload(PLAN)
    place.move(PLAN, "/Shared/Projects/other.txt")

    found = await place.cloud.file(info.group_id, priority=NOW)

    assert (found.path, found.entry_id) == ("/Shared/Projects/other.txt", info.entry_id)


async def test_a_deleted_file_is_not_found(place: Place) -> None:
    info = await place.upload(PLAN)
    place.delete(PLAN)

    with pytest.raises(NotFound):
        await place.cloud.file(info.group_id, priority=NOW)
    with pytest.raises(NotFound):
        content_of(place, info)


async def test_an_unknown_version_of_a_known_file_is_not_found(place: Place) -> None:
    info = await place.upload(PLAN)
    opening = place.cloud.open_content(info.group_id, EntryId("no-such-entry"), priority=Priority.LIVE)

    with pytest.raises(NotFound), opening:
        pass


async def test_a_download_says_what_it_is(place: Place) -> None:
    info = await place.upload(PLAN, b"x" * 200_000)

    with place.cloud.open_content(info.group_id, info.entry_id, priority=Priority.LIVE) as download:
        chunks = list(download.chunks())

    assert (download.entry_id, download.length, download.checksum) == (info.entry_id, 200_000, info.checksum)
    assert b"".join(chunks) == b"x" * 200_000
    assert len(chunks) > 1


async def test_a_download_may_be_left_early(place: Place) -> None:
    info = await place.upload(PLAN, b"x" * 5_000_000)

    with place.cloud.open_content(info.group_id, info.entry_id, priority=Priority.LIVE) as download:
        next(download.chunks())

    assert len(content_of(place, info)) == 5_000_000


async def test_what_stands_at_a_path_is_a_file_or_a_folder(place: Place) -> None:
    info = await place.upload(PLAN)

    assert await place.cloud.at_path(PLAN, priority=NOW) == info
    folder = await place.cloud.at_path("/Shared/Projects", priority=NOW)
    assert isinstance(folder, FolderInfo)
    assert folder.path == "/Shared/Projects"


@pytest.mark.parametrize("path", ["/Shared/nothing", "/Shared/Projects/../Projects", "/Shared/./Projects", "Shared"])
async def test_nothing_stands_at_a_path_that_is_none(place: Place, path: str) -> None:
    with pytest.raises(NotFound):
        await place.cloud.at_path(path, priority=NOW)
    with pytest.raises(NotFound):
        await place.cloud.list_folder(path, 0, priority=NOW)


async def test_names_with_every_legal_odd_character_are_the_same_everywhere(place: Place) -> None:
    info = await place.upload(ODD)

    assert info.path == ODD
    assert await place.cloud.at_path(ODD, priority=NOW) == info
    assert await place.cloud.move(info.group_id, ODD + ".q") == ODD + ".q"


async def test_a_listing_has_the_folders_and_the_files(place: Place) -> None:
    info = await place.upload(PLAN)
    inner = await place.cloud.add_folder("/Shared/Projects/Inner")

    page = await place.cloud.list_folder("/Shared/Projects", 0, priority=NOW)

    folder = await place.cloud.at_path("/Shared/Projects", priority=NOW)
    assert isinstance(folder, FolderInfo)
    assert page == FolderPage(folder, (inner,), (info,), None)


async def test_a_file_cannot_be_listed(place: Place) -> None:
    await place.upload(PLAN)

    with pytest.raises(NotFound):
        await place.cloud.list_folder(PLAN, 0, priority=NOW)


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


async def test_users_have_names(place: Place) -> None:
    assert await place.cloud.username(place.user_id("pnovak")) == "pnovak"
    assert await place.cloud.username(4_000_000_000_000) is None
