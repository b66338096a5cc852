"""What every Cloud promises of versions, the trash, locks, texts of ours and properties."""

from __future__ import annotations

from hashlib import sha512

import pytest

from scanner.cloud.port import FileInfo, Namespace, Priority
from scanner.errors import Conflict, NotFound
from scanner.model import EntryId, GroupId
from tests.contracts.places import Place, content_of, events_since, latest

PLAN = "/Shared/Projects/plan.txt"
NOW = Priority.REMEDIATION
NAMESPACE = Namespace("scanner_test", "Scanner", {"verdict": "What was found", "entry": "Which version"})


async def history(place: Place) -> tuple[FileInfo, FileInfo]:
    """Two versions of one file."""
    return await place.upload(PLAN, b"first"), await place.upload(PLAN, b"second")


async def test_versions_are_told_with_their_checksums_the_current_one_last(place: Place) -> None:
    first, second = await history(place)
    versions = await place.cloud.versions(second.group_id, priority=NOW)
    assert [(one.entry_id, one.size, one.checksum) for one in versions] == [
        (first.entry_id, 5, sha512(b"first").hexdigest()),
        (second.entry_id, 6, sha512(b"second").hexdigest()),
    ]


async def test_a_file_of_one_version_has_one(place: Place) -> None:
    info = await place.upload(PLAN)
    assert [one.entry_id for one in await place.cloud.versions(info.group_id, priority=NOW)] == [info.entry_id]
    with pytest.raises(NotFound):
        await place.cloud.versions(GroupId("no-such-group"), priority=NOW)


async def test_without_its_newest_version_a_file_is_what_it_was_before(place: Place) -> None:
    first, second = await history(place)
    before = await latest(place)

    assert await place.cloud.delete_version(second.group_id, second.entry_id) is True
    assert await place.cloud.delete_version(second.group_id, second.entry_id) is False

    info = await place.cloud.file(first.group_id, priority=NOW)
    assert (info.entry_id, content_of(place, info), info.num_versions) == (first.entry_id, b"first", 1)
    assert await events_since(place, before) == ()


async def test_a_version_comes_back_from_the_trash(place: Place) -> None:
    _, second = await history(place)
    await place.cloud.delete_version(second.group_id, second.entry_id)

    (item,) = await place.cloud.trash(PLAN)
    await place.cloud.restore(item.id)

    assert (item.kind, item.path, item.size) == ("version", PLAN, 6)
    assert (await place.cloud.file(second.group_id, priority=NOW)).entry_id == second.entry_id


async def test_a_deleted_file_lies_in_the_trash_until_it_is_restored(place: Place) -> None:
    info = await place.upload(PLAN)
    before = await latest(place)
    assert await place.cloud.delete(info.group_id) is True
    assert await place.cloud.delete(info.group_id) is False
    (event,) = await events_since(place, before)
    assert (event.action, event.action_source, event.group_id) == ("delete", "PublicAPI", info.group_id)

    (item,) = await place.cloud.trash(PLAN)
    await place.cloud.restore(item.id)

    assert (item.kind, await place.cloud.trash(PLAN)) == ("file", ())
    assert (await place.cloud.file(info.group_id, priority=NOW)).path == PLAN
    with pytest.raises(NotFound):
        await place.cloud.restore(item.id)


async def test_nothing_is_restored_over_another_file(place: Place) -> None:
    info = await place.upload(PLAN)
    await place.cloud.delete(info.group_id)
    other = await place.upload(PLAN, b"another")
    (item,) = await place.cloud.trash(PLAN)

    with pytest.raises(Conflict):
        await place.cloud.restore(item.id)
    assert content_of(place, other) == b"another"


async def test_what_somebody_has_locked_is_neither_deleted_nor_locked_by_us(place: Place) -> None:
    _, second = await history(place)
    place.lock(PLAN)

    with pytest.raises(Conflict):
        await place.cloud.delete(second.group_id)
    with pytest.raises(Conflict):
        await place.cloud.delete_version(second.group_id, second.entry_id)
    with pytest.raises(Conflict):
        await place.cloud.lock(second.group_id, "ours", 60)


async def test_our_lock_can_be_renewed_and_is_opened_by_its_token(place: Place) -> None:
    info = await place.upload(PLAN)
    await place.cloud.lock(info.group_id, "ours", 60)
    await place.cloud.lock(info.group_id, "ours", 60)
    assert (await place.cloud.file(info.group_id, priority=NOW)).locked

    assert await place.cloud.unlock(info.group_id, "another") is False
    assert await place.cloud.unlock(info.group_id, "ours") is True
    assert await place.cloud.unlock(info.group_id, "ours") is False
    assert not (await place.cloud.file(info.group_id, priority=NOW)).locked


@pytest.mark.parametrize("missing", ["lock", "unlock"])
async def test_a_missing_file_has_no_lock(place: Place, missing: str) -> None:
    if missing == "unlock":
        assert await place.cloud.unlock(GroupId("no-such-group"), "ours") is False
        return
    with pytest.raises(NotFound):
        await place.cloud.lock(GroupId("no-such-group"), "ours", 60)


async def test_a_text_is_added_once_and_is_an_event_of_ours(place: Place) -> None:
    before = await latest(place)
    info = await place.cloud.add_text(PLAN, "moved – ask jdoe")
    again = await place.cloud.add_text(PLAN, "moved – ask jdoe")

    (event,) = await events_since(place, before)
    assert (again.entry_id, again.num_versions) == (info.entry_id, 1)
    assert (event.action, event.action_source, event.entry_id) == ("create", "PublicAPI", info.entry_id)
    assert content_of(place, info) == "moved – ask jdoe".encode()


@pytest.mark.parametrize("path", [PLAN, "/Shared/Projects"])
async def test_a_text_is_never_put_upon_something_else(place: Place, path: str) -> None:
    info = await place.upload(PLAN)
    with pytest.raises(Conflict):
        await place.cloud.add_text(path, "moved")
    assert (await place.cloud.file(info.group_id, priority=NOW)).entry_id == info.entry_id


async def test_a_text_needs_its_folder(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.cloud.add_text("/Shared/Missing/a.txt", "moved")


async def test_properties_belong_to_one_version_and_only_named_ones_change(place: Place) -> None:
    first, second = await history(place)
    await place.cloud.add_namespace(NAMESPACE)
    await place.cloud.add_namespace(NAMESPACE)

    await place.cloud.set_properties(second.entry_id, NAMESPACE.name, {"verdict": "infected", "entry": "2"})
    await place.cloud.set_properties(second.entry_id, NAMESPACE.name, {"verdict": None})

    assert await place.cloud.properties(second.entry_id, NAMESPACE.name) == {"entry": "2"}
    assert await place.cloud.properties(first.entry_id, NAMESPACE.name) == {}


@pytest.mark.parametrize("there", ["version", "namespace"])
async def test_properties_need_a_version_and_a_namespace(place: Place, there: str) -> None:
    info = await place.upload(PLAN)
    if there == "namespace":
        await place.cloud.add_namespace(NAMESPACE)
    entry_id = info.entry_id if there == "version" else EntryId("no-such-entry")

    with pytest.raises(NotFound):
        await place.cloud.set_properties(entry_id, NAMESPACE.name, {"verdict": "infected"})
    with pytest.raises(NotFound):
        await place.cloud.properties(entry_id, NAMESPACE.name)


async def test_a_link_to_a_folder_is_told_at_its_path(place: Place) -> None:
    await place.upload(PLAN)
    link_id = place.share("/Shared/Projects", kind="folder")
    assert [(link.id, link.type) for link in await place.cloud.links("/Shared/Projects")] == [(link_id, "folder")]
    assert await place.cloud.links(PLAN) == ()
