from __future__ import annotations

import pytest

from emulator.acts.transfer import copy, move
from emulator.acts.upload import add_folder, upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.links import Link
from emulator.tree import File, Folder
from tests.emulator.conftest import actor


def grown(domain: Domain) -> tuple[Folder, File]:
    """/Shared/A with a sub folder and a file of two versions in it."""
    admin = actor(domain)
    for path in ("/Shared/A", "/Shared/A/Sub"):
        add_folder(domain, admin, path)
    for text in (b"1", b"2"):
        file = upload(domain, admin, "/Shared/A/Sub/a.txt", memory_blob(text))
    folder = domain.tree.find("/Shared/A")
    assert isinstance(folder, Folder)
    return folder, file


def test_a_moved_folder_takes_everything_along(domain: Domain) -> None:
    folder, file = grown(domain)
    move(domain, actor(domain), folder, "/Shared/Docs/B")
    assert (file.path, len(file.versions)) == ("/Shared/Docs/B/Sub/a.txt", 2)
    assert domain.tree.find("/Shared/A") is None
    assert domain.tree.files[file.group_id] is file


def test_only_the_case_of_a_name_may_change(domain: Domain) -> None:
    _, file = grown(domain)
    move(domain, actor(domain), file, "/Shared/A/Sub/A.TXT")
    assert file.path == "/Shared/A/Sub/A.TXT"


@pytest.mark.parametrize("destination", ["/Shared/A/B", "/Shared/A/Sub/B"])
def test_a_folder_cannot_be_put_into_itself(domain: Domain, destination: str) -> None:
    folder, _ = grown(domain)
    for act in (move, copy):
        with pytest.raises(ApiError) as refused:
            act(domain, actor(domain), folder, destination)
        assert refused.value.status == 409
    assert folder.path == "/Shared/A"


def test_a_copied_folder_has_new_ids_and_one_version_each(domain: Domain) -> None:
    folder, file = grown(domain)
    copied = copy(domain, actor(domain), folder, "/Shared/B")
    twin = domain.tree.find("/Shared/B/Sub/a.txt")
    assert isinstance(twin, File)
    assert isinstance(copied, Folder)
    assert (len(twin.versions), twin.current.blob) == (1, file.current.blob)
    assert len({twin.group_id, file.group_id, twin.current.entry_id, file.current.entry_id}) == 4
    assert copied.folder_id != folder.folder_id


@pytest.mark.parametrize("destination", ["/a.txt", "/Other/a.txt", "/Shared/a.txt", "/Private/a.txt", "/Shared"])
def test_places_where_no_file_may_be(domain: Domain, destination: str) -> None:
    _, file = grown(domain)
    for act in (move, copy):
        with pytest.raises(ApiError) as refused:
            act(domain, actor(domain), file, destination)
        assert refused.value.status == 409


@pytest.mark.parametrize(("setting", "left"), [("survive", 1), ("die", 0)])
def test_links_after_a_move(domain: Domain, setting: str, left: int) -> None:
    _, file = grown(domain)
    domain.switches.move_links = setting
    domain.links.add(Link("abc", file.group_id, "file", "anyone", 77, 0))
    move(domain, actor(domain), file, "/Shared/Docs/a.txt")
    assert len(domain.links.rows) == left


def test_a_relative_destination_is_a_400(domain: Domain) -> None:
    with pytest.raises(ApiError) as refused:
        move(domain, actor(domain), grown(domain)[1], "b.txt")
    assert refused.value.status == 400
