from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.emulator.conftest import put

PATH = "/Shared/Docs/a.txt"


def act(api: httpx.Client, action: str, **body: object) -> Any:
    answer = api.post("/_emulator/act", json={"as": "pnovak", "action": action, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_notes_as_somebody_else(api: httpx.Client) -> None:
    put(api, PATH)
    note_id = act(api, "add_note", path=PATH, body="seen")["id"]
    assert api.get(f"/pubapi/v1/notes/{note_id}").json()["username"] == "pnovak"
    act(api, "delete_note", id=note_id)
    assert api.get(f"/pubapi/v1/notes/{note_id}").status_code == 404


def test_links_as_somebody_else(api: httpx.Client) -> None:
    put(api, PATH)
    [link] = act(api, "add_link", path=PATH, accessibility="password", link_to_current=False)["links"]
    assert api.get(f"/pubapi/v2/links/{link['id']}").json()["created_by"] == "pnovak"
    assert [row["path"] for row in api.get("/_emulator/state").json()["links"]] == [PATH]
    act(api, "delete_link", id=link["id"])
    assert api.get("/_emulator/state").json()["links"] == []


def test_permissions_from_the_web_interface(api: httpx.Client) -> None:
    cursor = api.get("/pubapi/v2/events/cursor").json()["latest_event_id"]
    body = {"as": "svc-scanner", "path": "/Shared/Docs", "users": {"external": "Full"}, "inherits": False}
    act(api, "set_permissions", **body)
    assert api.get("/pubapi/v2/perms/Shared/Docs").json()["userPerms"]["external"] == "Full"
    [event] = api.get("/pubapi/v2/events", params={"id": cursor}).json()["events"]
    assert (event["action_source"], event["type"]) == ("WebUI", "permission_change")


def test_users_change_their_standing(api: httpx.Client) -> None:
    bearer = {"Authorization": "Bearer pnovak-token"}
    act(api, "set_user", user="pnovak", user_type="admin")
    assert api.get("/pubapi/v1/userinfo", headers=bearer).json()["user_type"] == "admin"
    act(api, "set_user", user="pnovak", active=False)
    assert api.get("/pubapi/v1/userinfo", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "add_note", "path": PATH, "body": "x", "more": 1}, 400),
        ({"action": "add_link", "path": PATH, "type": 1}, 400),
        ({"action": "set_permissions", "path": "/Shared/Docs", "users": ["x"]}, 400),
        ({"action": "set_permissions", "as": "external", "path": "/Shared/Docs"}, 403),
        ({"action": "set_user", "user": "nobody"}, 400),
        ({"action": "set_user", "user": "pnovak", "active": "no"}, 400),
        ({"action": "delete_note", "id": "x"}, 404),
        ({"action": "delete_link", "id": "x"}, 404),
    ],
)
def test_what_is_refused(api: httpx.Client, body: dict[str, object], status: int) -> None:
    put(api, PATH)
    assert api.post("/_emulator/act", json=body).status_code == status
