from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import CONTENT, FS, put, switch

ClientOf = Callable[[str], httpx.Client]
V1 = "/pubapi/v1/fs/trash"
V2 = "/pubapi/v2/fs/trash"
PATH = "/Shared/Docs/a.txt"


def thrown(api: httpx.Client, name: str = "a.txt") -> str:
    """The trash id of a file that was deleted."""
    put(api, f"/Shared/Docs/{name}")
    assert api.delete(f"{FS}/Shared/Docs/{name}").status_code == 200
    newest: str = api.get("/_emulator/state").json()["trash"][-1]["id"]
    return newest


def act(api: httpx.Client, action: str, *ids: str) -> httpx.Response:
    return api.post(V1, json={"action": action, "ids": list(ids)})


def names(api: httpx.Client, url: str = V2, **query: str | int) -> list[str]:
    return [item["name"] for item in api.get(url, params=query).json()["items"]]


def test_v1_has_a_total_and_v2_owner_and_retention(api: httpx.Client) -> None:
    item_id = thrown(api)
    old, new = api.get(V1).json(), api.get(V2).json()
    [row], [detailed] = old.pop("items"), new.pop("items")
    assert (old, new) == ({"count": 1, "offset": 0, "total_count": 1}, {"count": 1, "offset": 0, "has_more": False})
    owner, info = detailed.pop("owner"), detailed.pop("data_retention_info")
    assert detailed == row
    dates = [row.pop(name) for name in ("delete_date", "purge_date", "last_modified")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date) for date in dates)
    assert row == {
        "id": item_id, "type": "file", "path": PATH, "name": "a.txt", "size": 7, "deleted_by": "Svc Scanner",
    }  # fmt: skip
    assert info == {"retention": "DEFAULT_RETENTION_PERIOD", "earliest_expiry": dates[1], "is_retained": False}
    assert (owner["username"], owner["typeName"]) == ("svc-scanner", "admin")


def test_kinds_are_file_folder_and_version(api: httpx.Client) -> None:
    first = put(api, PATH)
    put(api, PATH, b"second")
    api.delete(f"{FS}{PATH}", params={"entry_id": first["entry_id"]})
    api.delete(f"{FS}{PATH}")
    api.delete(f"{FS}/Shared/Docs")
    assert sorted(item["type"] for item in api.get(V1).json()["items"]) == ["file", "folder", "version"]


def test_pages_are_of_50_newest_first(api: httpx.Client) -> None:
    for number in range(53):
        thrown(api, f"{number:02d}.txt")
    answer = api.get(V2).json()
    assert (answer["count"], answer["has_more"]) == (50, True)
    assert names(api, offset=50) == names(api, V1, offset=50)
    assert sorted([*names(api), *names(api, offset=50)]) == [f"{number:02d}.txt" for number in range(53)]
    assert names(api, sort_by="name", sort_direction="asc", count=2) == ["00.txt", "01.txt"]
    assert api.get(f"{V2}/totalcount").json() == {"totalCount": 53}


@pytest.mark.parametrize("sort_by", ["delete_date", "date_deleted", "purge_date"])
def test_sorting_by_date(api: httpx.Client, sort_by: str) -> None:
    for name in ("b.txt", "a.txt"):
        thrown(api, name)
        api.post("/_emulator/clock", json={"advance": 60})
    assert names(api, sort_by=sort_by) == ["a.txt", "b.txt"]
    assert names(api, sort_by=sort_by, sort_direction="asc") == ["b.txt", "a.txt"]


def test_filters_of_v2(api: httpx.Client, client_of: ClientOf) -> None:
    thrown(api)
    thrown(client_of("pnovak"), "b.txt")
    assert names(api, deletedBy="pnovak") == ["b.txt"]
    assert names(api, deletedBy="nobody") == []
    today = api.get(V2).json()["items"][0]["delete_date"][:10]
    assert len(names(api, startDate=today, endDate=today)) == 2
    assert names(api, startDate="2020-01-01", endDate="2020-12-31") == []
    assert api.get(f"{V2}/totalcount", params={"deletedBy": "pnovak"}).json() == {"totalCount": 1}


@pytest.mark.parametrize(
    "query",
    [{"startDate": "2026-01-01"}, {"startDate": "x", "endDate": "y"}, {"sort_by": "x"}, {"sort_direction": "up"},
     {"count": 0}],
)  # fmt: skip
def test_bad_parameters_are_refused(api: httpx.Client, query: dict[str, str | int]) -> None:
    assert api.get(V2, params=query).status_code == 400


@pytest.mark.parametrize(
    ("ids", "action", "kept"), [("same", "restore", True), ("same", "create", True), ("new", "restore", False)]
)
def test_restore_puts_it_back_with_an_event(api: httpx.Client, ids: str, action: str, kept: bool) -> None:
    before = put(api, PATH)
    item_id = thrown(api)
    switch(api, restore_ids=ids, restore_event=action)
    cursor = api.get("/pubapi/v1/events/cursor").json()["latest_event_id"]
    answer = act(api, "RESTORE", item_id)
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.get(f"{CONTENT}{PATH}").content == b"content"
    assert (api.get(f"{FS}{PATH}").json()["group_id"] == before["group_id"]) is kept
    [event] = api.get("/pubapi/v1/events", params={"id": cursor}).json()["events"]
    assert (event["action"], event["data"]["target_path"]) == (action, PATH)
    assert names(api) == []


def test_what_cannot_be_done_is_named_in_a_207(api: httpx.Client) -> None:
    good, taken = thrown(api, "good.txt"), thrown(api, "taken.txt")
    put(api, "/Shared/Docs/taken.txt")
    answer = act(api, "RESTORE", good, taken, "unknown")
    assert answer.status_code == 207
    assert [(row["id"], row["code"]) for row in answer.json()["resources"]] == [(taken, "409"), ("unknown", "404")]
    assert set(answer.json()["resources"][0]) == {"id", "code", "descriptions"}
    assert api.get(f"{FS}/Shared/Docs/good.txt").status_code == 200


def test_purge_is_for_good_unless_retained(api: httpx.Client) -> None:
    gone, held = thrown(api, "gone.txt"), thrown(api, "held.txt")
    api.post("/_emulator/act", json={"action": "retain", "id": held})
    answer = act(api, "PURGE", gone, held)
    assert [(row["id"], row["code"]) for row in answer.json()["resources"]] == [(held, "403")]
    [item] = api.get(V2).json()["items"]
    assert (item["id"], item["data_retention_info"]["is_retained"]) == (held, True)
    assert act(api, "RESTORE", gone).status_code == 207


def test_after_30_days_only_what_is_retained_is_left(api: httpx.Client) -> None:
    gone, held = thrown(api, "gone.txt"), thrown(api, "held.txt")
    api.post("/_emulator/act", json={"action": "retain", "id": held})
    api.post("/_emulator/clock", json={"advance": 30 * 86_400 + 1})
    assert names(api) == ["held.txt"]
    assert act(api, "RESTORE", gone).json()["resources"][0]["code"] == "404"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"action": "RESTORE"}, {"action": "RESTORE", "ids": []}, {"action": "RESTORE", "ids": ["x"] * 11},
        {"action": "RESTORE", "ids": [1]}, {"action": "EMPTY", "ids": ["x"]}, {"action": "RESTORE", "ids": "x"},
    ],
)  # fmt: skip
def test_one_to_ten_ids_and_two_actions(api: httpx.Client, body: dict[str, Any]) -> None:
    answer = api.post(V1, json=body)
    assert (answer.status_code, set(answer.json())) == (400, {"errorMessage"})


def test_rights(api: httpx.Client, client_of: ClientOf) -> None:
    item_id = thrown(api)
    power, external = client_of("pnovak"), client_of("external")
    own = thrown(power, "own.txt")
    assert [external.get(V1).status_code, act(external, "RESTORE", own).status_code] == [403, 403]
    assert (names(power), act(power, "RESTORE", own).status_code) == (["own.txt"], 403)
    api.post("/_emulator/act", json={"action": "set_user", "user": "pnovak", "trash_role": True})
    assert sorted(names(power)) == ["a.txt", "own.txt"]
    assert act(power, "PURGE", item_id).status_code == 200
