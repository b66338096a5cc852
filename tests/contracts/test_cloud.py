"""What every Cloud promises, as sentences about the port; held by the client (before the emulator) and by the twin.

This is about what is read; acts are in test_cloud_acts.py.
"""

from __future__ import annotations

import pytest

from scanner.cloud.port import FolderInfo, FolderPage, FolderStats, Priority
from scanner.errors import CursorExpired, NotFound
from scanner.model import EntryId, FolderId
from tests.contracts.places import Place, content_of, events_since, latest

PLAN = "/Shared/Projects/plan.txt"
NOW = Priority.REMEDIATION
ODD = "/Shared/Projects/-. _~!$&'(),;=@^][` +#50% Привет ☃ ø.txt"


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


async def test_what_lies_below_a_folder_is_counted_at_all_depths(place: Place) -> None:
    for content in (b"first", b"second!"):
        await place.upload(PLAN, content)
    inner = await place.cloud.add_folder("/Shared/Projects/Inner")
    await place.upload("/Shared/Projects/Inner/a.txt", b"abc")
    folder = await place.cloud.at_path("/Shared/Projects", priority=NOW)
    assert isinstance(folder, FolderInfo)

    assert await place.cloud.folder_stats(folder.folder_id, priority=NOW) == FolderStats(1, 2, 3, 10, 15)
    assert await place.cloud.folder_stats(inner.folder_id, priority=NOW) == FolderStats(0, 1, 1, 3, 3)
    with pytest.raises(NotFound):
        await place.cloud.folder_stats(FolderId("no-such-folder"), priority=NOW)


async def test_a_file_cannot_be_listed(place: Place) -> None:
    await place.upload(PLAN)

    with pytest.raises(NotFound):
        await place.cloud.list_folder(PLAN, 0, priority=NOW)
