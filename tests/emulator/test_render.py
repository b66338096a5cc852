from __future__ import annotations

import httpx
import pytest

from tests.emulator.conftest import FS, put


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ["A", "b", "a.txt", "c.txt", "d.txt"]),
        ({"sort_direction": "descending"}, ["b", "A", "d.txt", "c.txt", "a.txt"]),
        ({"sort_by": "size"}, ["A", "b", "c.txt", "a.txt", "d.txt"]),
        ({"sort_by": "size", "sort_direction": "descending"}, ["b", "A", "d.txt", "a.txt", "c.txt"]),
        ({"sort_by": "created_time", "count": 4, "offset": 2}, ["d.txt", "c.txt", "a.txt"]),
        ({"sort_by": "uploaded_by"}, ["A", "b", "c.txt", "a.txt", "d.txt"]),
        ({"sort_by": "nonsense"}, ["A", "b", "a.txt", "c.txt", "d.txt"]),
    ],
)
def test_sorting(api: httpx.Client, params: dict[str, str], names: list[str]) -> None:
    api.post("/_emulator/clock", json={"freeze": True})
    for name in ("b", "A"):
        api.post(f"{FS}/Shared/Docs/{name}", json={"action": "add_folder"})
    for name, size, user in (("d", 3, "svc-scanner"), ("c", 1, "pnovak"), ("a", 2, "svc-scanner")):
        api.post("/_emulator/clock", json={"advance": 1})
        where = {"path": f"/Shared/Docs/{name}.txt", "actor": user}
        api.post("/_emulator/upload", params=where, content=b"x" * size)
    found = api.get(f"{FS}/Shared/Docs", params=params).json()
    assert [row["name"] for key in ("folders", "files") for row in found.get(key, [])] == names


def test_permission_and_metadata_show_when_asked_for(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt")
    plain = api.get(f"{FS}/Shared/Docs/a.txt").json()
    asked = api.get(f"{FS}/Shared/Docs/a.txt", params={"include_perm": "true", "list_custom_metadata": "true"}).json()
    assert {key: asked[key] for key in asked.keys() - plain.keys()} == {"permission": "Owner", "custom_metadata": []}


def test_a_listing_hides_folders_that_one_may_not_see(api: httpx.Client) -> None:
    found = api.get(f"{FS}/Shared", headers={"X-Egnyte-Act-As": "external"}).json()
    assert (found["total_count"], "folders" in found) == (0, False)
    private = api.get(f"{FS}/Private", headers={"X-Egnyte-Act-As": "external"}).json()
    assert [row["name"] for row in private["folders"]] == ["external"]
