from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from emulator.names import encode
from tests.emulator.conftest import CONTENT, FS, put, switch

ClientOf = Callable[[str], httpx.Client]


def post(api: httpx.Client, path: str, **body: object) -> httpx.Response:
    return api.post(f"{FS}{path}", json=body)


def test_metadata_of_a_single_version_has_all_fields_and_no_versions(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/plan v3.txt", b"one")
    found = api.get(f"{FS}/Shared/Docs/plan%20v3.txt").json()
    folder_id = api.get(f"{FS}/Shared/Docs").json()["folder_id"]
    times = {name: found.pop(name) for name in ("last_modified", "uploaded")}
    assert found == {
        **ids, "size": 3, "path": "/Shared/Docs/plan v3.txt", "name": "plan v3.txt", "locked": False,
        "is_folder": False, "parent_id": folder_id, "uploaded_by": "svc-scanner", "num_versions": 1,
    }  # fmt: skip
    assert times["last_modified"].endswith(" GMT")
    assert times["uploaded"] > 10**12


def test_versions_list_the_older_ones_only(api: httpx.Client) -> None:
    entries = [put(api, "/Shared/Docs/a.txt", text)["entry_id"] for text in (b"1", b"22", b"333")]
    found = api.get(f"{FS}/Shared/Docs/a.txt").json()
    assert (found["num_versions"], found["entry_id"]) == (3, entries[2])
    assert [(row["entry_id"], row["size"]) for row in found["versions"]] == [(entries[0], 1), (entries[1], 2)]


def test_an_entry_id_query_shows_that_version(api: httpx.Client) -> None:
    first, second = (put(api, "/Shared/Docs/a.txt", text) for text in (b"1", b"22"))
    url = f"{FS}/ids/file/{first['group_id']}"
    assert api.get(url, params={"entry_id": first["entry_id"]}).json()["size"] == 1
    assert api.get(url).json()["entry_id"] == second["entry_id"]
    assert api.get(url, params={"entry_id": "gone"}).status_code == 404


def test_an_entry_id_is_no_group_id(api: httpx.Client) -> None:
    answer = api.get(f"{FS}/ids/file/{put(api, '/Shared/Docs/a.txt')['entry_id']}")
    assert (answer.status_code, answer.json()) == (404, {"errorMessage": "Item does not exist"})


def test_paths_are_found_in_any_case_and_kept_in_theirs(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/Plan.TXT")
    assert api.get(f"{FS}/shared/DOCS/plan.txt").json()["path"] == "/Shared/Docs/Plan.TXT"


@pytest.mark.parametrize(
    "name", ["Привет", "zażółć", "☃", "&yet", "download(1)", "fifty%", "z;z", "#bang#", "a+b", "`^][="]
)
def test_names_accepted_live_come_back_as_they_were(api: httpx.Client, name: str) -> None:
    path = f"/Shared/Docs/{name}.txt"
    assert api.post(f"{CONTENT}{encode(path)}", content=b"x").status_code == 200
    assert api.get(f"{FS}{encode(path)}").json()["name"] == f"{name}.txt"


@pytest.mark.parametrize("path", ["/%20/Shared/Docs", "/Shared/%FF", "/Shared/%zz"])
@pytest.mark.parametrize("status", [596, 404])
def test_paths_that_no_gateway_can_parse(api: httpx.Client, path: str, status: int) -> None:
    switch(api, bad_path_status=status)
    assert api.get(f"{FS}{path}").status_code == status


def test_a_listing_without_paging_claims_a_count_of_zero(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt")
    found = api.get(f"{FS}/Shared/Docs").json()
    assert (found["count"], found["offset"], found["total_count"]) == (0, 0, 1)
    assert [row["name"] for row in found["files"]] == ["a.txt"]
    assert "folders" not in found
    assert "versions" not in found["files"][0]


def test_paging_gives_folders_before_files_in_one_sequence(api: httpx.Client) -> None:
    for name in ("b", "a"):
        post(api, f"/Shared/Docs/{name}", action="add_folder")
        put(api, f"/Shared/Docs/{name}.txt")
    pages = [api.get(f"{FS}/Shared/Docs", params={"count": 3, "offset": offset}).json() for offset in (0, 3, 4)]
    names = [[row["name"] for key in ("folders", "files") for row in page.get(key, [])] for page in pages]
    assert names == [["a", "b", "a.txt"], ["b.txt"], []]
    assert [(page["count"], page["total_count"]) for page in pages] == [(3, 4), (1, 4), (0, 4)]


def test_a_page_has_at_most_a_thousand(api: httpx.Client) -> None:
    assert api.get(f"{FS}/Shared/Docs", params={"count": 5000}).json()["count"] == 0
    assert api.get(f"{FS}/Shared/Docs", params={"count": "x"}).status_code == 400


def test_list_content_false_shows_the_folder_alone(api: httpx.Client) -> None:
    found = api.get(f"{FS}/Shared/Docs", params={"list_content": "false"}).json()
    assert found["is_folder"] is True
    assert "total_count" not in found
    assert isinstance(found["lastModified"], int)


@pytest.mark.parametrize(
    ("setting", "path", "status", "text"),
    [
        (403, "/Shared/Docs", 403, "Folder already exists at this location"),
        (409, "/Shared/Docs", 409, "Folder already exists at this location"),
        (403, "/Share/x", 409, "The path /Share/x is invalid"),
        (403, "/foo", 409, "The path /foo is invalid"),
        (403, "/Private/nobody", 409, "The path /Private/nobody is invalid"),
        (403, "/Shared/none/x", 404, "Parent folder does not exist"),
    ],
)
def test_add_folder_refuses(api: httpx.Client, setting: int, path: str, status: int, text: str) -> None:
    switch(api, conflict_status=setting)
    answer = post(api, path, action="add_folder")
    assert (answer.status_code, answer.json()) == (status, {"errorMessage": text})


def test_add_folder_answers_201_with_path_and_id(api: httpx.Client) -> None:
    answer = post(api, "/Shared/Docs/New", action="add_folder")
    assert answer.status_code == 201
    folder_id = api.get(f"{FS}/Shared/Docs/New").json()["folder_id"]
    assert answer.json() == {"path": "/Shared/Docs/New", "folder_id": folder_id}


@pytest.mark.parametrize(
    "body", [{}, {"action": "fly"}, {"action": "add_folder", "colour": "red"}, {"action": 1}, {"action": "move"}]
)
def test_unknown_properties_and_actions_are_a_400(api: httpx.Client, body: dict[str, object]) -> None:
    answer = api.post(f"{FS}/Shared/Docs", json=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"errorMessage"}


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Content-Type": "text/plain"}, 415),
        ("POST", {"Content-Type": "application/json", "Accept": "text/xml"}, 406),
        ("PUT", {"Content-Type": "application/json"}, 405),
        ("HEAD", {}, 405),
    ],
)
def test_wrong_types_and_methods(api: httpx.Client, method: str, headers: dict[str, str], status: int) -> None:
    answer = api.request(method, f"{FS}/Shared/Docs", headers=headers, content=b'{"action":"add_folder"}')
    assert answer.status_code == status
    assert method == "HEAD" or set(answer.json()) == {"errorMessage"}


def test_a_move_keeps_ids_and_versions_and_the_old_path_is_gone(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt", b"1")
    ids = put(api, "/Shared/Docs/a.txt", b"2")
    post(api, "/Shared/Quarantine", action="add_folder")
    answer = api.post(
        f"{FS}/ids/file/{ids['group_id']}", json={"action": "move", "destination": "/Shared/Quarantine/a.q"}
    )
    assert (answer.status_code, answer.json()) == (200, {"path": "/Shared/Quarantine/a.q", "group_id": ids["group_id"]})
    assert api.get(f"{FS}/Shared/Docs/a.txt").status_code == 404
    found = api.get(f"{FS}/Shared/Quarantine/a.q").json()
    assert (found["entry_id"], found["num_versions"]) == (ids["entry_id"], 2)


@pytest.mark.parametrize("action", ["move", "copy"])
@pytest.mark.parametrize("status", [403, 409])
def test_nothing_is_overwritten(api: httpx.Client, action: str, status: int) -> None:
    switch(api, conflict_status=status)
    for name in ("a", "b"):
        put(api, f"/Shared/Docs/{name}.txt", name.encode())
    answer = post(api, "/Shared/Docs/a.txt", action=action, destination="/Shared/Docs/B.txt")
    assert (answer.status_code, "already exists" in answer.json()["errorMessage"]) == (status, True)
    assert api.get(f"{CONTENT}/Shared/Docs/b.txt").content == b"b"


@pytest.mark.parametrize("status", [404, 409])
def test_a_missing_destination_folder_is_not_made(api: httpx.Client, status: int) -> None:
    switch(api, missing_parent_status=status)
    put(api, "/Shared/Docs/a.txt")
    assert post(api, "/Shared/Docs/a.txt", action="move", destination="/Shared/None/a").status_code == status
    assert api.post(f"{CONTENT}/Shared/None/a", content=b"x").status_code == status


def test_a_copy_has_new_ids_and_the_same_checksum(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a.txt")
    answer = post(api, "/Shared/Docs/a.txt", action="copy", destination="/Shared/Docs/b.txt")
    found = api.get(f"{FS}/Shared/Docs/b.txt").json()
    assert answer.json() == {"path": "/Shared/Docs/b.txt", "group_id": found["group_id"]}
    assert found["checksum"] == ids["checksum"]
    assert {found["group_id"], found["entry_id"]}.isdisjoint(ids.values())


def test_delete_by_path_and_by_id_answers_200_then_404(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a.txt")
    assert api.delete(f"{FS}/ids/file/{ids['group_id']}").status_code == 200
    missing = api.delete(f"{FS}/Shared/Docs/a.txt")
    assert (missing.status_code, missing.json()) == (404, {"errorMessage": "Item does not exist"})


def test_deleting_the_current_version_brings_back_the_one_before(api: httpx.Client) -> None:
    first, second = (put(api, "/Shared/Docs/a.txt", text) for text in (b"1", b"22"))
    url = f"{FS}/ids/file/{first['group_id']}"
    assert api.delete(url, params={"entry_id": second["entry_id"]}).status_code == 200
    found = api.get(url).json()
    assert (found["entry_id"], found["num_versions"], "versions" in found) == (first["entry_id"], 1, False)


@pytest.mark.parametrize("status", [403, 404])
def test_what_one_may_not_see_is_refused_as_the_switch_says(
    api: httpx.Client, client_of: ClientOf, status: int
) -> None:
    switch(api, hidden_status=status)
    put(api, "/Shared/Docs/a.txt")
    answer = client_of("external").get(f"{FS}/Shared/Docs/a.txt")
    assert answer.status_code == status
    assert "x-mashery-error-code" not in answer.headers


def test_locks_show_block_others_and_time_out(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, "/Shared/Docs/a.txt")
    other = client_of("pnovak")
    locked = post(other, "/Shared/Docs/a.txt", action="lock", lock_token="mine", lock_timeout=60)
    assert locked.json() == {"lock_token": "mine", "timeout": 60}
    info = api.get(f"{FS}/Shared/Docs/a.txt", params={"include_locks": "true"}).json()
    assert (info["locked"], info["lock_info"]["first_name"]) == (True, "Pnovak")
    assert post(api, "/Shared/Docs/a.txt", action="move", destination="/Shared/Docs/b.txt").status_code == 403
    api.post("/_emulator/clock", json={"advance": 61})
    assert post(api, "/Shared/Docs/a.txt", action="move", destination="/Shared/Docs/b.txt").status_code == 200


@pytest.mark.parametrize(("token", "status"), [("wrong", 404), ("right", 200), ("", 200)])
def test_unlocking_needs_the_token_or_the_owner(api: httpx.Client, token: str, status: int) -> None:
    put(api, "/Shared/Docs/a.txt")
    post(api, "/Shared/Docs/a.txt", action="lock", lock_token="right")
    body = {"action": "unlock"} | ({"lock_token": token} if token else {})
    assert post(api, "/Shared/Docs/a.txt", **body).status_code == status


def test_folder_options_change_and_unknown_ones_are_refused(api: httpx.Client) -> None:
    found = api.patch(f"{FS}/Shared/Docs", json={"public_links": "disabled", "folder_description": "Papers"})
    assert (found.status_code, found.json()["public_links"], found.json()["folder_description"]) == (
        200,
        "disabled",
        "Papers",
    )
    for body in (
        {"colour": "red"},
        {"folder_description": "x" * 201},
        {"public_links": "some"},
        {"allow_links": "yes"},
    ):
        assert api.patch(f"{FS}/Shared/Docs", json=body).status_code == 400


def test_stats_count_what_is_below(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt", b"1")
    put(api, "/Shared/Docs/a.txt", b"22")
    folder_id = api.get(f"{FS}/Shared/Docs").json()["folder_id"]
    found = api.get(f"{FS}/ids/folder/{folder_id}/stats").json()
    assert (found["allVersionsSize"], found["allFilesSize"], found["filesCount"], found["fileVersionsCount"]) == (
        3,
        2,
        1,
        2,
    )
