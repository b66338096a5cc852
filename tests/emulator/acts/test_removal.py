from __future__ import annotations

import pytest

from emulator.acts.locks import lock
from emulator.acts.removal import delete, delete_version, prune_versions, purge, restore
from emulator.acts.upload import add_folder, upload
from emulator.blobs import memory_blob
from emulator.clock import DAY_MS
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.tree import File, Node
from tests.emulator.conftest import actor


def three(domain: Domain) -> File:
    for text in (b"1", b"22", b"333"):
        file = upload(domain, actor(domain, "pnovak"), "/Shared/Docs/a.txt", memory_blob(text))
    return file


def status_of(domain: Domain, item_id: str, act: object = restore) -> int:
    assert callable(act)
    with pytest.raises(ApiError) as refused:
        act(domain, actor(domain), item_id)
    return refused.value.status


def test_what_is_deleted_lies_in_the_trash_with_all_versions(domain: Domain) -> None:
    file = three(domain)
    item = delete(domain, actor(domain), file)
    assert domain.trash == {item.id: item}
    assert (item.kind, item.path, item.size, item.owner) == ("file", "/Shared/Docs/a.txt", 3, "pnovak")
    assert item.purge - item.deleted == 30 * DAY_MS
    assert domain.tree.entries == {}


def test_a_restored_file_is_what_it_was(domain: Domain) -> None:
    file = three(domain)
    restore(domain, actor(domain), delete(domain, actor(domain), file).id)
    assert (domain.tree.find("/Shared/Docs/a.txt"), len(file.versions), domain.trash) == (file, 3, {})


def test_a_folder_comes_back_with_all_that_was_in_it(domain: Domain) -> None:
    file = three(domain)
    item = delete(domain, actor(domain), file.parent)
    assert (item.kind, item.size, domain.tree.find("/Shared/Docs")) == ("folder", 3, None)
    restore(domain, actor(domain), item.id)
    assert domain.tree.find("/Shared/Docs/a.txt") is file


def test_a_restore_to_a_taken_path_is_a_409_and_without_a_folder_a_404(domain: Domain) -> None:
    item = delete(domain, actor(domain), three(domain))
    three(domain)
    assert status_of(domain, item.id) == 409
    docs = domain.tree.find("/Shared/Docs")
    assert docs is not None
    delete(domain, actor(domain), docs)
    assert status_of(domain, item.id) == 404


def test_the_purge_date_and_a_purge_are_the_end(domain: Domain) -> None:
    item = delete(domain, actor(domain), three(domain))
    domain.clock.advance(31 * DAY_MS)
    assert status_of(domain, item.id) == 404
    other = delete(domain, actor(domain), three(domain))
    purge(domain, actor(domain), other.id)
    assert status_of(domain, other.id) == 404


def test_retained_items_outlive_their_date_and_cannot_be_purged(domain: Domain) -> None:
    item = delete(domain, actor(domain), three(domain))
    item.retained = True
    domain.clock.advance(31 * DAY_MS)
    assert status_of(domain, item.id, purge) == 403


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_version_goes_to_the_trash_and_back_to_its_place(domain: Domain, index: int) -> None:
    file = three(domain)
    for number, version in enumerate(file.versions):
        version.uploaded = number
    before = list(file.versions)
    item = delete_version(domain, actor(domain), file, before[index].entry_id)
    assert (item.kind, len(file.versions), before[index] in file.versions) == ("version", 2, False)
    restore(domain, actor(domain), item.id)
    assert file.versions == before


def test_with_the_last_version_goes_the_file(domain: Domain) -> None:
    file = upload(domain, actor(domain), "/Shared/Docs/a.txt", memory_blob(b"1"))
    assert delete_version(domain, actor(domain), file, file.current.entry_id).kind == "file"
    assert domain.tree.find("/Shared/Docs/a.txt") is None


def test_pruned_versions_do_not_go_to_the_trash(domain: Domain) -> None:
    file = three(domain)
    gone = [version.entry_id for version in file.versions[:2]]
    assert prune_versions(domain, file) == gone
    assert (len(file.versions), domain.trash) == (1, {})


def test_versions_beyond_the_limit_go_to_the_trash(domain: Domain) -> None:
    domain.switches.version_limit = 2
    file = three(domain)
    assert ([version.size for version in file.versions], len(domain.trash)) == ([2, 3], 1)


@pytest.mark.parametrize("setting", ["same", "new"])
def test_ids_after_the_restore_of_a_folder(domain: Domain, setting: str) -> None:
    domain.switches.restore_ids = setting
    file = three(domain)
    add_folder(domain, actor(domain), "/Shared/Docs/Sub")
    before = ids_of(domain)
    restore(domain, actor(domain), delete(domain, actor(domain), file.parent).id)
    assert (ids_of(domain) == before) == (setting == "same")
    assert domain.tree.files[file.group_id] is file


def ids_of(domain: Domain) -> set[str]:
    def ids(node: Node) -> set[str]:
        if isinstance(node, File):
            return {node.group_id, *(version.entry_id for version in node.versions)}
        return {node.folder_id}

    docs = domain.tree.find("/Shared/Docs")
    assert docs is not None
    assert not isinstance(docs, File)
    return set().union(*(ids(node) for node in [docs, *docs.walk()]))


@pytest.mark.parametrize("status", [403, 409])
def test_a_lock_of_somebody_else_holds(domain: Domain, status: int) -> None:
    domain.switches.locked_status = status
    file = three(domain)
    lock(domain, actor(domain, "pnovak"), file)
    for act in (
        lambda: delete(domain, actor(domain), file),
        lambda: upload(domain, actor(domain), file.path, memory_blob(b"x")),
    ):
        with pytest.raises(ApiError) as refused:
            act()
        assert refused.value.status == status
    delete(domain, actor(domain, "pnovak"), file)
