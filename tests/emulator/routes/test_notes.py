from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.emulator.conftest import FS, put, switch

ClientOf = Callable[[str], httpx.Client]
NOTES = "/pubapi/v1/notes"
PATH = "/Shared/Docs/a.txt"


def add(api: httpx.Client, text: str = "hello", path: str = PATH) -> dict[str, str]:
    answer = api.post(NOTES, json={"path": path, "body": text})
    assert answer.status_code == 201, answer.text
    note: dict[str, str] = answer.json()
    return note


def listed(api: httpx.Client, **query: str | int) -> list[str]:
    return [note["message"] for note in api.get(NOTES, params=query).json()["notes"]]


def test_a_note_is_asked_for_by_body_and_answers_with_message(api: httpx.Client) -> None:
    ids = put(api, PATH)
    note = add(api, "Quarantined")
    assert api.get(f"{NOTES}/{note['id']}").json() == note
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", note.pop("creation_time"))
    assert note == {
        "id": note["id"], "message": "Quarantined", "username": "svc-scanner", "can_delete": True,
        "formatted_name": "Svc Scanner", "file_path": PATH, "group_id": ids["group_id"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "status", "text"),
    [
        ('{"path": "/Shared/Docs/a.txt", "body": "x", "notify": true}', 400, "Unsupported property: notify"),
        ('{"path": "/Shared/Docs/a.txt", "message": "x"}', 400, "Unsupported property: message"),
        ('{"path": "/Shared/Docs/a.txt"}', 400, "Property body is required and must be text"),
        ('{"body": "x"}', 400, "Property path is required and must be text"),
        ('{"path": "/Shared/Docs/a.txt", "body": 1}', 400, "Property body is required and must be text"),
        ('{"path": "/Shared/Docs/a.txt", "body": " "}', 400, "body must not be empty"),
        ('{"path": "Shared/Docs/a.txt", "body": "x"}', 400, "The path Shared/Docs/a.txt is invalid"),
        ('{"path": ', 400, "Unparsable JSON in request body"),
        ('{"path": "/Shared/Docs/gone.txt", "body": "x"}', 403, None),
    ],
)
def test_what_is_refused(api: httpx.Client, content: str, status: int, text: str | None) -> None:
    put(api, PATH)
    answer = api.post(NOTES, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert text is None or answer.json() == {"message": text}


def test_a_missing_file_is_a_bare_403_also_in_a_listing(api: httpx.Client) -> None:
    answer = api.get(NOTES, params={"file": PATH})
    assert (answer.status_code, set(answer.json())) == (403, {"message"})
    assert "X-Mashery-Error-Code" not in answer.headers


def test_the_limit_of_a_text_is_a_switch(api: httpx.Client) -> None:
    put(api, PATH)
    add(api, "x" * 4000)
    assert api.post(NOTES, json={"path": PATH, "body": "x" * 4001}).status_code == 400
    switch(api, note_limit=10)
    assert api.post(NOTES, json={"path": PATH, "body": "x" * 11}).status_code == 400


def test_pages_have_25_notes_unless_asked_and_100_at_most(api: httpx.Client) -> None:
    put(api, PATH)
    for number in range(130):
        add(api, str(number))
    pages = [{"file": PATH}, {"file": PATH, "count": 500}, {"file": PATH, "count": 100, "offset": 100}]
    answers = [api.get(NOTES, params=page).json() for page in pages]
    assert [(a["total_results"], a["count"], a["offset"], len(a["notes"])) for a in answers] == [
        (130, 25, 0, 25), (130, 100, 0, 100), (130, 30, 100, 30),
    ]  # fmt: skip
    assert [note["message"] for note in answers[2]["notes"]] == [str(number) for number in range(100, 130)]


def test_lists_go_by_file_by_folder_with_all_below_and_by_time(api: httpx.Client) -> None:
    for path in (PATH, "/Shared/Docs/b.txt"):
        put(api, path)
    add(api, "on a")
    add(api, "on the folder", "/Shared/Docs")
    api.post("/_emulator/clock", json={"advance": 3600})
    later = add(api, "on b", "/Shared/Docs/b.txt")["creation_time"]
    assert listed(api, file=PATH) == ["on a"]
    assert listed(api, folder="/Shared/Docs") == ["on a", "on the folder", "on b"]
    assert listed(api, file="/Shared/Docs") == ["on the folder"]
    assert listed(api, start_time=later) == ["on b"]
    assert listed(api, end_time="2020-01-01") == []
    assert api.get(NOTES, params={"start_time": "yesterday"}).status_code == 400


def test_the_whole_domain_is_for_admins(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, PATH)
    add(api)
    assert listed(api) == ["hello"]
    power = client_of("pnovak")
    assert power.get(NOTES).status_code == 403
    assert listed(power, file=PATH) == ["hello"]


def test_notes_of_a_file_that_one_may_not_see_are_a_403(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, PATH)
    note = add(api)
    external = client_of("external")
    answers = [
        external.get(NOTES, params={"file": PATH}),
        external.get(f"{NOTES}/{note['id']}"),
        external.post(NOTES, json={"path": PATH, "body": "x"}),
        external.delete(f"{NOTES}/{note['id']}"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4


def test_own_notes_can_be_deleted_and_others_by_owners(api: httpx.Client, client_of: ClientOf) -> None:
    put(api, PATH)
    power, other = client_of("pnovak"), client_of("jdoe")
    mine, theirs = add(power), add(api)
    assert other.get(f"{NOTES}/{mine['id']}").json()["can_delete"] is False
    assert other.delete(f"{NOTES}/{mine['id']}").status_code == 403
    assert power.delete(f"{NOTES}/{mine['id']}").status_code == 200
    assert power.delete(f"{NOTES}/{theirs['id']}").status_code == 403
    assert api.delete(f"{NOTES}/{theirs['id']}").status_code == 200
    answer = api.get(f"{NOTES}/{mine['id']}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Note does not exist"})
    assert api.delete(f"{NOTES}/{mine['id']}").status_code == 404


def test_a_note_follows_its_file_and_is_away_with_it(api: httpx.Client) -> None:
    put(api, PATH)
    note = add(api)
    api.post(f"{FS}{PATH}", json={"action": "move", "destination": "/Shared/Docs/b.txt"})
    assert api.get(f"{NOTES}/{note['id']}").json()["file_path"] == "/Shared/Docs/b.txt"
    api.delete(f"{FS}/Shared/Docs/b.txt")
    assert api.get(f"{NOTES}/{note['id']}").status_code == 404
    assert listed(api) == []


def test_events_of_notes_carry_the_id_alone(api: httpx.Client) -> None:
    put(api, PATH)
    cursor = api.get("/pubapi/v1/events/cursor").json()["latest_event_id"]
    note = add(api)
    api.delete(f"{NOTES}/{note['id']}")
    events = api.get("/pubapi/v1/events", params={"id": cursor, "type": "note", "folder": "/Shared/Docs"}).json()
    rows = [(e["type"], e["action"], e["data"], e.get("object_detail")) for e in events["events"]]
    url = f"https://orchidworks.egnyte.com{NOTES}/{note['id']}"
    assert rows == [("note", "create", {"note_id": note["id"]}, url), ("note", "delete", {"note_id": note["id"]}, None)]
