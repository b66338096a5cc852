from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import FS, put, switch

ClientOf = Callable[[str], httpx.Client]
V1 = "/pubapi/v1/links"
V2 = "/pubapi/v2/links"
PATH = "/Shared/Docs/a.txt"
GONE = {"Errors": [{"description": "Link does not exist.", "code": "404"}]}


def make(api: httpx.Client, path: str = PATH, type_: str = "file", **options: object) -> dict[str, Any]:
    answer = api.post(V1, json={"path": path, "type": type_, "accessibility": "anyone", **options})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def ids(api: httpx.Client, **query: str | int) -> list[str]:
    found: list[str] = api.get(V1, params=query).json()["ids"]
    return found


def test_creating_answers_with_the_link_inside_a_list(api: httpx.Client) -> None:
    put(api, PATH)
    made = make(api)
    [link] = made.pop("links")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", made.pop("creation_date"))
    assert made == {
        "path": PATH, "type": "file", "accessibility": "anyone", "notify": False, "link_to_current": True,
        "send_mail": False, "copy_me": False,
    }  # fmt: skip
    assert link == {"id": link["id"], "url": f"https://orchidworks.egnyte.com/dl/{link['id']}", "recipients": []}


def test_each_recipient_has_a_link_of_its_own(api: httpx.Client) -> None:
    put(api, PATH)
    links = make(api, recipients=["a@example.org", "b@example.org"], send_email=False)["links"]
    assert [link["recipients"] for link in links] == [["a@example.org"], ["b@example.org"]]
    assert len({link["id"] for link in links}) == 2


def test_a_link_by_password_tells_the_password(api: httpx.Client) -> None:
    put(api, PATH)
    assert make(api, accessibility="password", password="given")["password"] == "given"
    assert len(make(api, accessibility="password")["password"]) == 8


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"colour": "red"}, 400),
        ({"type": "folder"}, 400),
        ({"type": "stream"}, 400),
        ({"accessibility": "everybody"}, 400),
        ({"notify": "yes"}, 400),
        ({"expiry_date": "2020-01-01"}, 400),
        ({"expiry_date": "soon"}, 400),
        ({"expiry_clicks": 0}, 400),
        ({"expiry_clicks": 11}, 400),
        ({"expiry_clicks": 5, "expiry_date": "2999-01-01"}, 400),
        ({"protection": "FULL"}, 400),
        ({"send_email": True}, 400),
        ({"recipients": [1]}, 400),
        ({"path": "/Shared/Docs/gone.txt"}, 404),
        ({"path": "Shared/Docs/a.txt"}, 400),
        ({"expiry_clicks": 10}, 200),
        ({"expiry_date": "2999-01-01"}, 200),
        ({"accessibility": "Domain"}, 200),
    ],
)
def test_terms_of_a_link(api: httpx.Client, change: dict[str, object], status: int) -> None:
    put(api, PATH)
    answer = api.post(V1, json={"path": PATH, "type": "file", "accessibility": "anyone", **change})
    assert answer.status_code == status
    assert status == 200 or [error["code"] for error in answer.json()["Errors"]] == [str(status)]


@pytest.mark.parametrize("missing", ["path", "type"])
def test_path_and_type_are_required(api: httpx.Client, missing: str) -> None:
    body = {"path": "/Shared/Docs", "type": "folder"}
    del body[missing]
    assert api.post(V1, json=body).status_code == 400


@pytest.mark.parametrize(
    ("public_links", "allowed"),
    [("files_folders", {"file", "folder", "upload"}), ("files", {"file"}), ("disabled", set())],
)
def test_a_folder_says_which_links_it_allows(api: httpx.Client, public_links: str, allowed: set[str]) -> None:
    put(api, PATH)
    assert api.patch(f"{FS}/Shared/Docs", json={"public_links": public_links}).status_code == 200
    tries = {"file": PATH, "folder": "/Shared/Docs", "upload": "/Shared/Docs"}
    answers = {type_: api.post(V1, json={"path": path, "type": type_}).status_code for type_, path in tries.items()}
    assert answers == {type_: 200 if type_ in allowed else 403 for type_ in tries}


def test_v1_lists_ids_and_counts_only_when_asked(api: httpx.Client) -> None:
    put(api, PATH)
    made = [make(api)["links"][0]["id"] for _ in range(3)]
    assert api.get(V1).json() == {"ids": made, "offset": 0, "count": 0, "total_count": 3}
    answer = api.get(V1, params={"offset": 1, "count": 1}).json()
    assert answer == {"ids": [made[1]], "offset": 1, "count": 1, "total_count": 3}


def test_v2_lists_whole_links_with_offsets_in_their_times(api: httpx.Client) -> None:
    group_id = put(api, PATH)["group_id"]
    link_id = make(api, expiry_date="2999-01-01")["links"][0]["id"]
    answer = api.get(V2, params={"path": PATH}).json()
    [link] = answer["links"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", link.pop("creation_date"))
    assert answer["count"] == 1
    assert link == {
        "path": PATH, "type": "file", "accessibility": "anyone", "protection": "NONE", "recipients": [],
        "notify": False, "url": f"https://orchidworks.egnyte.com/dl/{link_id}", "id": link_id,
        "link_to_current": True, "created_by": "svc-scanner", "resource_id": group_id,
        "expiry_date": "2999-01-01T00:00:00+0000",
    }  # fmt: skip


def test_the_form_of_dates_follows_the_version(api: httpx.Client) -> None:
    put(api, PATH)
    link_id = make(api, expiry_date="2999-01-01")["links"][0]["id"]
    dates = [api.get(f"{version}/{link_id}").json()["expiry_date"] for version in (V1, V2)]
    assert dates == ["2999-01-01", "2999-01-01T00:00:00+0000"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"path": PATH}, {"file"}),
        ({"path": "/shared/DOCS"}, {"folder", "upload"}),
        ({"path": "/Shared/Docs/gone.txt"}, set()),
        ({"type": "Upload"}, {"upload"}),
        ({"accessibility": "domain"}, {"folder"}),
        ({"username": "pnovak"}, {"upload"}),
        ({"username": "nobody"}, set()),
        ({"created_after": "2999-01-01"}, set()),
        ({"created_before": "2999-01-01T00:00:00+0000", "type": "file"}, {"file"}),
        ({"created_before": "2020-01-01"}, set()),
    ],
)
def test_filters(api: httpx.Client, client_of: ClientOf, query: dict[str, str], found: set[str]) -> None:
    put(api, PATH)
    made = {
        make(api)["links"][0]["id"]: "file",
        make(api, "/Shared/Docs", "folder", accessibility="domain")["links"][0]["id"]: "folder",
        make(client_of("pnovak"), "/Shared/Docs", "upload")["links"][0]["id"]: "upload",
    }
    assert {made[link_id] for link_id in ids(api, **query)} == found
    assert {made[link["id"]] for link in api.get(V2, params=query).json()["links"]} == found


@pytest.mark.parametrize("query", [{"type": "stream"}, {"accessibility": "all"}, {"created_after": "x"}, {"count": 0}])
def test_filters_that_mean_nothing_are_refused(api: httpx.Client, query: dict[str, str]) -> None:
    assert [api.get(version, params=query).status_code for version in (V1, V2)] == [400, 400]


def test_others_than_admins_have_only_their_own_links(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, PATH)
    power = client_of("pnovak")
    theirs, own = make(api)["links"][0]["id"], make(power)["links"][0]["id"]
    assert (ids(power), ids(api)) == ([own], [theirs, own])
    assert [power.get(f"{V1}/{theirs}").status_code, power.delete(f"{V1}/{theirs}").status_code] == [403, 403]
    switch(api, hidden_status=404)
    assert power.get(f"{V1}/{theirs}").json() == GONE
    assert api.delete(f"{V1}/{own}").status_code == 200


@pytest.mark.parametrize("version", [V1, V2])
def test_a_deleted_link_is_a_404_with_errors(api: httpx.Client, version: str) -> None:
    put(api, PATH)
    url = f"{version}/{make(api)['links'][0]['id']}"
    deleted = api.delete(url)
    assert (deleted.status_code, deleted.content) == (200, b"")
    for answer in (api.get(url), api.delete(url)):
        assert (answer.status_code, answer.json()) == (404, GONE)


def test_a_link_outlives_a_move_and_is_away_with_a_deleted_file(api: httpx.Client) -> None:
    put(api, PATH)
    link_id = make(api)["links"][0]["id"]
    api.post(f"{FS}{PATH}", json={"action": "move", "destination": "/Shared/Docs/b.txt"})
    assert api.get(f"{V1}/{link_id}").json()["path"] == "/Shared/Docs/b.txt"
    assert (ids(api, path=PATH), ids(api, path="/Shared/Docs/b.txt")) == ([], [link_id])
    api.delete(f"{FS}/Shared/Docs/b.txt")
    assert (api.get(f"{V1}/{link_id}").status_code, ids(api)) == (404, [])


def test_links_die_on_a_move_by_switch(api: httpx.Client) -> None:
    put(api, PATH)
    link_id = make(api)["links"][0]["id"]
    switch(api, move_links="die")
    api.post(f"{FS}{PATH}", json={"action": "move", "destination": "/Shared/Docs/b.txt"})
    assert api.get(f"{V1}/{link_id}").status_code == 404


def test_links_make_no_events(api: httpx.Client) -> None:
    put(api, PATH)
    before = api.get("/pubapi/v2/events/cursor").json()["latest_event_id"]
    api.delete(f"{V1}/{make(api)['links'][0]['id']}")
    assert api.get("/pubapi/v2/events/cursor").json()["latest_event_id"] == before


def test_rights_of_linking_follow_the_folder(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, PATH)
    external = client_of("external")
    assert external.post(V1, json={"path": PATH, "type": "file"}).status_code == 403
    api.post("/pubapi/v2/perms/Shared/Docs", json={"userPerms": {"external": "Viewer"}})
    assert external.post(V1, json={"path": PATH, "type": "file"}).status_code == 200
    assert external.post(V1, json={"path": "/Shared/Docs", "type": "upload"}).status_code == 403


def test_settings_name_what_is_allowed(api: httpx.Client) -> None:
    assert set(api.get(f"{V1}/settings").json()) == {"file_links", "folder_links", "expiration"}


def test_the_scope_is_its_own(api: httpx.Client) -> None:
    api.post("/_emulator/tokens", json={"user": "svc-scanner", "value": "narrow", "scopes": ["Egnyte.filesystem"]})
    assert api.get(V1, headers={"Authorization": "Bearer narrow"}).status_code == 403
