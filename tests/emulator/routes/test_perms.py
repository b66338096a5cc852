from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import FS, put

ClientOf = Callable[[str], httpx.Client]
V2 = "/pubapi/v2/perms"
V1 = "/pubapi/v1/perms"
ADMINS = {"All Administrators": "Owner", "All Power Users": "Full"}
CREATOR = {"svc-scanner": "Owner"}


def set_(api: httpx.Client, path: str = "/Shared/Docs", **body: object) -> None:
    answer = api.post(f"{V2}{path}", json=body)
    assert (answer.status_code, answer.content) == (200, b""), answer.text


def shown(api: httpx.Client, path: str = "/Shared/Docs") -> tuple[Any, Any, Any]:
    body = api.get(f"{V2}{path}").json()
    return body["userPerms"], body["groupPerms"], body["inheritsPermissions"]


def level(api: httpx.Client, name: str, path: str = "/Shared/Docs") -> str:
    found: str = api.get(f"{V1}/user/{name}", params={"folder": path}).json()["permission"]
    return found


def test_a_new_folder_inherits_and_its_creator_owns_it(api: httpx.Client) -> None:
    assert shown(api) == (CREATOR, ADMINS, True)


def test_a_delta_leaves_the_others_alone(api: httpx.Client) -> None:
    set_(api, userPerms={"pnovak": "Editor", "external": "Viewer Only"})
    set_(api, userPerms={"external": "Owner"})
    assert shown(api)[0] == {**CREATOR, "pnovak": "Editor", "external": "Owner"}


def test_none_takes_away_own_and_inherited_levels(api: httpx.Client) -> None:
    set_(api, userPerms={"external": "Viewer"}, groupPerms={"All Power Users": "None"})
    set_(api, userPerms={"external": "None"})
    assert shown(api) == (CREATOR, {"All Administrators": "Owner"}, True)
    assert (level(api, "external"), level(api, "pnovak")) == ("None", "None")


def test_the_parent_is_kept_or_not_when_inheritance_ends(api: httpx.Client) -> None:
    set_(api, inheritsPermissions=False, keepParentPermissions=True, userPerms={"pnovak": "Viewer"})
    assert shown(api) == ({**CREATOR, "pnovak": "Viewer"}, ADMINS, False)
    api.post(f"{FS}/Shared/Other", json={"action": "add_folder"})
    set_(api, "/Shared/Other", inheritsPermissions=False, keepParentPermissions=False)
    assert shown(api, "/Shared/Other") == (CREATOR, {}, False)
    assert level(api, "pnovak", "/Shared/Other") == "None"


def test_inheritance_can_be_had_back(api: httpx.Client) -> None:
    set_(api, inheritsPermissions=False)
    set_(api, inheritsPermissions=True)
    assert shown(api) == (CREATOR, ADMINS, True)


def test_folders_below_follow(api: httpx.Client) -> None:
    api.post(f"{FS}/Shared/Docs/Below", json={"action": "add_folder"})
    set_(api, userPerms={"external": "Editor"})
    assert (level(api, "external", "/Shared/Docs/Below"), shown(api, "/Shared/Docs/Below")[2]) == ("Editor", True)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/Shared/Docs", {"keepParentPermissions": True}, 400),
        ("/Shared/Docs", {"inheritsPermissions": True, "keepParentPermissions": True}, 400),
        ("/Shared/Docs", {"userPerms": {"pnovak": "King"}}, 400),
        ("/Shared/Docs", {"userPerms": ["pnovak"]}, 400),
        ("/Shared/Docs", {"groupPerms": {"g": 1}}, 400),
        ("/Shared/Docs", {"inheritsPermissions": "no"}, 400),
        ("/Shared/Docs", {"users": []}, 400),
        ("/Shared/Docs/gone", {}, 404),
        ("/Shared/Docs/a.txt", {}, 404),
        ("/Private/pnovak", {}, 404),
        ("/Shared", {}, 403),
        ("/Shared/Docs", {"userPerms": {"stranger": "Full"}}, 200),
    ],
)
def test_what_is_refused(api: httpx.Client, path: str, body: dict[str, object], status: int) -> None:
    put(api, "/Shared/Docs/a.txt")
    answer = api.post(f"{V2}{path}", json=body)
    assert answer.status_code == status
    assert status == 200 or set(answer.json()) == {"errorMessage"}
    assert "stranger" not in shown(api)[0]


def test_only_owners_and_admins_set(api: httpx.Client, client_of: ClientOf) -> None:
    power = client_of("pnovak")
    assert power.post(f"{V2}/Shared/Docs", json={"userPerms": {"pnovak": "Owner"}}).status_code == 403
    set_(api, userPerms={"pnovak": "Owner"})
    set_(power, userPerms={"external": "Viewer"})
    assert client_of("external").get(f"{FS}/Shared/Docs").status_code == 200


def test_files_have_the_rights_of_their_folder(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, "/Shared/Docs/a.txt")
    external = client_of("external")
    assert external.get(f"{FS}/Shared/Docs/a.txt").status_code == 403
    set_(api, userPerms={"external": "Viewer"})
    assert external.get(f"{FS}/Shared/Docs/a.txt").status_code == 200


def test_v1_gives_many_one_level_and_passes_over_unknown_names(api: httpx.Client) -> None:
    body = {"permission": "Editor", "users": ["pnovak", "jdoe", "stranger"], "groups": ["All Power Users"]}
    assert api.post(f"{V1}/folder/Shared/Docs", json=body).status_code == 200
    assert api.get(f"{V1}/folder/Shared/Docs", params={"users": "pnovak|JDOE"}).json() == {
        "users": [{"subject": "pnovak", "permission": "Editor"}, {"subject": "jdoe", "permission": "Editor"}],
        "groups": [],
    }
    everybody = api.get(f"{V1}/folder//Shared/Docs").json()
    assert {row["subject"]: row["permission"] for row in everybody["groups"]} == {**ADMINS, "All Power Users": "Editor"}


@pytest.mark.parametrize(
    "body",
    [{}, {"permission": "Editor"}, {"users": ["pnovak"]}, {"permission": "x", "users": ["jdoe"]},
     {"permission": "Editor", "users": "pnovak"}],
)  # fmt: skip
def test_v1_refuses_half_a_request(api: httpx.Client, body: dict[str, object]) -> None:
    assert api.post(f"{V1}/folder/Shared/Docs", json=body).status_code == 400


def test_effective_levels_of_oneself_and_of_others(api: httpx.Client, client_of: ClientOf) -> None:
    assert api.get(f"{V1}/user", params={"folder": "/Shared/Docs"}).json() == {"permission": "Owner"}
    assert [level(api, name) for name in ("pnovak", "external")] == ["Full", "None"]
    power = client_of("pnovak")
    assert power.get(f"{V1}/user", params={"folder": "/Shared/Docs"}).json() == {"permission": "Full"}
    statuses = {
        "stranger": api.get(f"{V1}/user/stranger", params={"folder": "/Shared/Docs"}).status_code,
        "no folder": api.get(f"{V1}/user", params={"folder": "/Shared/gone"}).status_code,
        "no parameter": api.get(f"{V1}/user").status_code,
        "of others": power.get(f"{V1}/user/jdoe", params={"folder": "/Shared/Docs"}).status_code,
        "unseen": client_of("external").get(f"{V1}/user", params={"folder": "/Shared/Docs"}).status_code,
    }
    assert statuses == {"stranger": 404, "no folder": 404, "no parameter": 400, "of others": 403, "unseen": 403}


def test_a_change_is_an_event_of_v2_only(api: httpx.Client) -> None:
    cursor = api.get("/pubapi/v2/events/cursor").json()["latest_event_id"]
    set_(api, userPerms={"pnovak": "Viewer"})
    set_(api, userPerms={"pnovak": "Owner"})
    assert api.get("/pubapi/v1/events", params={"id": cursor}).status_code == 204
    first, second = api.get("/pubapi/v2/events", params={"id": cursor}).json()["events"]
    user_id = api.get("/pubapi/v2/users", params={"filter": 'userName eq "pnovak"'}).json()["resources"][0]["id"]
    subject = f"/user/{user_id}"
    assert (first["type"], first["action"]) == ("permission_change", "permission_change")
    assert first["data"] == {"target_path": "/Shared/Docs", "is_folder": False}
    assert "object_detail" not in first
    assert first["eventTypeSpecificAttributes"] == {
        "changeGroupEvents": [],
        "changePermissionEvent": {
            "changedPermissions": [{"action": "ADD", "entry": {"subject": subject, "priv": "READ"}}]
        },
        "changeContext": None,
        "targetFolderId": api.get(f"{FS}/Shared/Docs").json()["folder_id"],
        "groupChange": False,
    }
    changed = second["eventTypeSpecificAttributes"]["changePermissionEvent"]["changedPermissions"]
    assert [(row["action"], row["entry"]["priv"]) for row in changed] == [("ADD", "OWNER"), ("DELETE", "READ")]
