from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import CONTENT, FS, put


def act(api: httpx.Client, action: str, **body: object) -> Any:
    answer = api.post("/_emulator/act", json={"as": "pnovak", "action": action, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_upload_as_somebody_else_makes_its_folders_and_events(api: httpx.Client) -> None:
    cursor = api.get("/pubapi/v1/events/cursor").json()["latest_event_id"]
    params = {"path": "/Shared/New/Deep/a.txt", "actor": "jdoe", "source": "Mobile"}
    made = api.post("/_emulator/upload", params=params, content=b"hello").json()
    events = api.get("/pubapi/v1/events", params={"id": cursor}).json()["events"]
    assert [(event["data"]["target_path"], event["action_source"]) for event in events] == [
        ("/Shared/New", "Mobile"), ("/Shared/New/Deep", "Mobile"), ("/Shared/New/Deep/a.txt", "Mobile"),
    ]  # fmt: skip
    assert api.get(f"{FS}/ids/file/{made['group_id']}").json()["uploaded_by"] == "jdoe"


def test_parents_can_be_demanded(api: httpx.Client) -> None:
    params = {"path": "/Shared/New/a.txt", "parents": "false"}
    assert api.post("/_emulator/upload", params=params, content=b"x").status_code == 404


@pytest.mark.parametrize(
    ("recipe", "content"),
    [({"size": 10_000, "pattern": "zero"}, b"\0" * 10_000), ({"size": 7, "pattern": "abc"}, b"abcabca")],
)
def test_a_recipe_makes_content_of_any_size(api: httpx.Client, recipe: dict[str, object], content: bytes) -> None:
    made = api.post("/_emulator/upload", params={"path": "/Shared/Docs/a.bin"}, json=recipe).json()
    assert (made["size"], made["checksum"]) == (len(content), hashlib.sha512(content).hexdigest())
    assert api.get(f"{CONTENT}/Shared/Docs/a.bin").content == content
    assert api.get(f"{CONTENT}/Shared/Docs/a.bin", headers={"Range": "bytes=5-6"}).content == content[5:7]


def test_other_json_is_content(api: httpx.Client) -> None:
    api.post("/_emulator/upload", params={"path": "/Shared/Docs/a.json"}, json={"size": 1})
    assert api.get(f"{CONTENT}/Shared/Docs/a.json").json() == {"size": 1}


@pytest.mark.parametrize(
    "recipe", [{"size": "x", "pattern": "a"}, {"size": 1, "pattern": ""}, {"size": -1, "pattern": "a"}]
)
def test_a_bad_recipe_is_a_400(api: httpx.Client, recipe: dict[str, object]) -> None:
    assert api.post("/_emulator/upload", params={"path": "/Shared/Docs/a"}, json=recipe).status_code == 400


def test_broken_json_is_content(api: httpx.Client) -> None:
    json_type = {"Content-Type": "application/json"}
    api.post("/_emulator/upload", params={"path": "/Shared/Docs/a.json"}, content=b"{", headers=json_type)
    assert api.get(f"{CONTENT}/Shared/Docs/a.json").content == b"{"


def test_delete_restore_and_purge_by_path(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "delete", path="/Shared/Docs/a.txt")
    assert act(api, "restore", path="/Shared/Docs/a.txt")["group_id"] == ids["group_id"]
    act(api, "delete", group_id=ids["group_id"])
    assert [row["path"] for row in api.get("/_emulator/state").json()["trash"]] == ["/Shared/Docs/a.txt"]
    act(api, "purge", path="/Shared/Docs/a.txt")
    assert api.get("/_emulator/state").json()["trash"] == []


def test_what_a_retention_policy_holds_cannot_be_purged(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt")
    act(api, "delete", path="/Shared/Docs/a.txt")
    act(api, "retain", path="/Shared/Docs/a.txt")
    answer = api.post("/_emulator/act", json={"action": "purge", "path": "/Shared/Docs/a.txt"})
    assert answer.status_code == 403


def test_the_rules_of_the_domain_hold_here_too(api: httpx.Client) -> None:
    body = {"as": "external", "action": "delete", "path": "/Shared/Docs"}
    assert api.post("/_emulator/act", json=body).status_code == 403


def test_folders_lock_and_unlock(api: httpx.Client) -> None:
    folder = act(api, "add_folder", path="/Shared/Docs/New")
    put(api, "/Shared/Docs/New/a.txt")
    token = act(api, "lock", path="/Shared/Docs/New/a.txt")["lock_token"]
    act(api, "unlock", path="/Shared/Docs/New/a.txt", lock_token=token)
    moved = act(api, "move", folder_id=folder["folder_id"], destination="/Shared/Docs/Other")
    assert moved == {"path": "/Shared/Docs/Other", "folder_id": folder["folder_id"]}
    assert api.post("/_emulator/act", json={"action": "lock", "path": "/Shared/Docs/Other"}).status_code == 400
