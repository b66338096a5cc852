"""A tree of any number of files that nobody keeps: what it lists agrees with itself, by page, by path and by id."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from hashlib import sha512
from typing import Any

import httpx
import pytest

from emulator.domain import Domain
from emulator.generated import GeneratedFolder, mount
from emulator.server import Running
from tests.emulator.conftest import CONTENT, FS
from tests.emulator.test_main import ROOT

TREE = "/Shared/generated"
TOTAL = 9_000


@pytest.fixture
def tree(emulator: Running, api: httpx.Client) -> httpx.Client:
    domain = emulator.domain
    emulator.call(lambda: mount(domain.tree, TOTAL, domain.ids.uuid(), domain.clock.now()))
    return api


def listed(api: httpx.Client, path: str, count: int = 1_000, **query: str) -> list[dict[str, Any]]:
    """All children of a folder, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = api.get(f"{FS}{path}", params={"count": count, "offset": len(found), **query}).json()
        found += [*page.get("folders", ()), *page.get("files", ())]
        if len(found) >= page["total_count"]:
            return found


def walked(api: httpx.Client, path: str) -> list[dict[str, Any]]:
    """All below."""
    children = listed(api, path)
    return children + [below for child in children if child["is_folder"] for below in walked(api, child["path"])]


def test_a_walk_finds_each_file_once_and_as_many_as_are_counted(tree: httpx.Client) -> None:
    found = walked(tree, TREE)
    files = [each for each in found if not each["is_folder"]]
    folder_id = tree.get(f"{FS}/Shared").json()["folder_id"]
    counted = tree.get(f"{FS}/ids/folder/{folder_id}/stats").json()
    assert len({each["group_id"] for each in files}) == len({each["path"] for each in files}) == len(files) == TOTAL
    assert (counted["filesCount"], counted["fileVersionsCount"]) == (TOTAL, TOTAL)
    assert counted["foldersCount"] == len(found) - len(files) + len(("generated", "Docs"))
    assert counted["allFilesSize"] == sum(each["size"] for each in files)


def test_pages_of_any_length_are_the_same_listing_by_name_and_backwards(tree: httpx.Client) -> None:
    path = f"{TREE}/r000000000/d000000000"
    whole = listed(tree, path)
    assert whole == listed(tree, path, count=333)
    names = [each["name"] for each in whole]
    folders, files = names[:100], names[100:]
    assert names == sorted(folders) + sorted(files)
    backwards = listed(tree, path, count=700, sort_by="name", sort_direction="descending")
    assert [each["name"] for each in backwards] == folders[::-1] + files[::-1]


def test_what_is_listed_is_found_by_path_and_by_id_and_downloaded(tree: httpx.Client) -> None:
    for each in walked(tree, f"{TREE}/r000000000/d000000001")[::701]:
        kind, its_id = ("folder", each["folder_id"]) if each["is_folder"] else ("file", each["group_id"])
        by_id, by_path = (tree.get(url).json() for url in (f"{FS}/ids/{kind}/{its_id}", f"{FS}{each['path']}"))
        assert by_id == by_path
        assert each.items() <= by_id.items()
        if kind == "file":
            content = tree.get(f"{CONTENT}/ids/file/{its_id}", params={"entry_id": each["entry_id"]}).content
            assert (len(content), sha512(content).hexdigest()) == (each["size"], each["checksum"])


@pytest.mark.parametrize(
    "path",
    [
        "/r000000001",
        "/d000000000",
        "/r000000000/d000000002",
        "/r000000000/d000000000/file-000000009999.txt",
        "/r000000000/d000000000/r000000000",
        "/r0",
    ],
)
def test_what_lies_outside_is_not_there(tree: httpx.Client, path: str) -> None:
    assert tree.get(f"{FS}{TREE}{path}").status_code == 404


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize(
    "number", ["ffffffff-ffff-4000-a000-67656e000001", "00000000-zzzz-4000-a000-67656e000003", "0"]
)
def test_an_id_of_nothing_is_not_there(tree: httpx.Client, kind: str, number: str) -> None:
    assert tree.get(f"{FS}/ids/{kind}/{number}").status_code == 404


def test_nobody_may_change_it(tree: httpx.Client) -> None:
    path = f"{FS}{TREE}/r000000000/d000000000/file-000000000000.txt"
    moved = tree.post(path, json={"action": "move", "destination": "/Shared/Docs/x.txt"})
    assert (moved.status_code, tree.delete(path).status_code, tree.get(path).status_code) == (403, 403, 200)
    assert tree.post(f"{CONTENT}{TREE}/new.txt", content=b"x").status_code == 403


def test_ten_million_files_take_no_more_memory_than_a_page() -> None:
    domain = Domain()
    tracemalloc.start()
    try:
        mount(domain.tree, 10_000_000, domain.ids.uuid(), domain.clock.now())
        department = domain.tree.find(f"{TREE}/r000000009/d000000950")
        assert isinstance(department, GeneratedFolder)
        assert len(department.page(1_000, 1_000)) == 1_000
        assert tracemalloc.get_traced_memory()[1] < 3 * 1024**2
    finally:
        tracemalloc.stop()
        domain.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--generated", "-1"), "--generated takes 0 to 1000000000 files"),
        (("--generated", "9", "--state", "there"), "what is generated is not kept: give either --generated or --state"),
    ],
)
def test_what_cannot_be_generated_is_told(options: tuple[str, ...], said: str) -> None:
    command = [sys.executable, "-m", "emulator", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (2, f"python -m emulator: error: {said}")
