"""The rights matrix: which level may do what (fact sheet 2.7, 5.9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulator.acts.locks import lock
from emulator.acts.removal import delete, delete_version
from emulator.acts.transfer import copy, move
from emulator.acts.upload import add_folder, upload
from emulator.blobs import memory_blob
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.tree import File, Folder
from emulator.users import Actor
from tests.emulator.conftest import actor

LEVELS = ("None", "Nav", "Viewer Only", "Viewer", "Editor", "Full", "Owner")

Act = Callable[[Domain, Actor, File], object]

ACTS: dict[str, tuple[str, Act]] = {
    "copy": ("Viewer", lambda domain, who, file: copy(domain, who, file, "/Shared/Mine/copy.txt")),
    "upload": ("Editor", lambda domain, who, file: upload(domain, who, "/Shared/Docs/new.txt", memory_blob(b"x"))),
    "new version": ("Editor", lambda domain, who, file: upload(domain, who, file.path, memory_blob(b"x"))),
    "add folder": ("Editor", lambda domain, who, file: add_folder(domain, who, "/Shared/Docs/New")),
    "rename a file": ("Editor", lambda domain, who, file: move(domain, who, file, "/Shared/Docs/b.txt")),
    "lock": ("Editor", lock),
    "move": ("Full", lambda domain, who, file: move(domain, who, file, "/Shared/Mine/a.txt")),
    "rename a folder": ("Full", lambda domain, who, file: move(domain, who, file.parent, "/Shared/Papers")),
    "delete": ("Full", delete),
    "delete a version": (
        "Full",
        lambda domain, who, file: delete_version(domain, who, file, file.versions[0].entry_id),
    ),
}


def prepared(domain: Domain, level: str) -> File:
    """Two versions of /Shared/Docs/a.txt, `level` for pnovak there, and /Shared/Mine where it may do everything."""
    shared = domain.tree.find("/Shared")
    assert isinstance(shared, Folder)
    domain.permissions.of(shared.folder_id).groups.clear()
    admin = actor(domain)
    for _ in range(2):
        file = upload(domain, admin, "/Shared/Docs/a.txt", memory_blob(b"content"))
    for folder, label in ((file.parent, level), (add_folder(domain, admin, "/Shared/Mine"), "Full")):
        domain.permissions.of(folder.folder_id).users["pnovak"] = label
    domain.permissions.of(shared.folder_id).users["pnovak"] = "Editor"
    return file


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ACTS)
def test_an_act_needs_its_level_and_no_less(domain: Domain, name: str, level: str) -> None:
    needed, act = ACTS[name]
    file = prepared(domain, level)
    before = domain.events.last_id
    if LEVELS.index(level) >= LEVELS.index(needed):
        act(domain, actor(domain, "pnovak"), file)
        return
    with pytest.raises(ApiError) as refused:
        act(domain, actor(domain, "pnovak"), file)
    assert (refused.value.status, domain.events.last_id) == (403, before)


@pytest.mark.parametrize("path", ["/", "/Shared", "/Private", "/Private/pnovak"])
@pytest.mark.parametrize("act", [delete, lambda d, a, n: move(d, a, n, "/Shared/Docs/x")])
def test_roots_and_personal_folders_stay(
    domain: Domain, path: str, act: Callable[[Domain, Actor, object], object]
) -> None:
    with pytest.raises(ApiError) as refused:
        act(domain, actor(domain), domain.tree.find(path))
    assert refused.value.status == 403


def test_a_fixed_folder_is_for_its_owners(domain: Domain) -> None:
    docs = domain.tree.find("/Shared/Docs")
    assert isinstance(docs, Folder)
    docs.options.restrict_move_delete = True
    with pytest.raises(ApiError):
        delete(domain, actor(domain, "pnovak"), docs)
    delete(domain, actor(domain), docs)
    assert domain.tree.find("/Shared/Docs") is None
