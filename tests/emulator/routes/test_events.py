from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import FS, put, switch

ClientOf = Callable[[str], httpx.Client]
V1, V2 = "/pubapi/v1/events", "/pubapi/v2/events"


def latest(api: httpx.Client) -> int:
    found: int = api.get(f"{V1}/cursor").json()["latest_event_id"]
    return found


def after(api: httpx.Client, cursor: int, **params: object) -> list[dict[str, Any]]:
    answer = api.get(V1, params={"id": cursor, "count": 100, **params})  # type: ignore[arg-type]
    assert answer.status_code in (200, 204), answer.text
    events: list[dict[str, Any]] = answer.json()["events"] if answer.status_code == 200 else []
    return events


def act(api: httpx.Client, action: str, **body: object) -> None:
    answer = api.post("/_emulator/act", json={"as": "pnovak", "action": action, **body})
    assert answer.status_code == 200, answer.text


def test_the_cursor_has_three_fields(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt")
    found = api.get(f"{V2}/cursor").json()
    assert set(found) == {"timestamp", "latest_event_id", "oldest_event_id"}
    assert found["timestamp"].endswith(".000Z")
    assert found["latest_event_id"] == found["oldest_event_id"] + 1


def test_listing_from_latest_minus_one_gives_exactly_the_newest(api: httpx.Client) -> None:
    api.post(f"{FS}/Shared/Docs/New", json={"action": "add_folder"})
    folder_id = api.get(f"{FS}/Shared/Docs/New").json()["folder_id"]
    newest = latest(api)
    answer = api.get(V1, params={"id": newest - 1, "count": 1}).json()
    [event] = answer.pop("events")
    assert answer == {"count": 1, "latest_id": newest, "oldest_id": newest}
    assert event.pop("timestamp").endswith(".000Z")
    assert event == {
        "id": newest, "action_source": "PublicAPI", "actor": 77, "type": "file_system", "action": "create",
        "object_detail": "https://orchidworks.egnyte.com/pubapi/v1/fs/Shared/Docs/New",
        "data": {"target_path": "/Shared/Docs/New", "folder_id": folder_id, "is_folder": True},
    }  # fmt: skip


def test_a_new_version_is_a_create_with_the_old_group_and_a_new_target(api: httpx.Client) -> None:
    cursor = latest(api)
    ids = [put(api, "/Shared/Docs/plan v3.docx", text) for text in (b"1", b"2")]
    events = after(api, cursor)
    assert [event["action"] for event in events] == ["create", "create"]
    assert [event["data"] for event in events] == [
        {
            "target_path": "/Shared/Docs/plan v3.docx",
            "target_id": each["entry_id"],
            "target_group_id": ids[0]["group_id"],
            "is_folder": False,
        }
        for each in ids
    ]
    assert events[0]["object_detail"].endswith("/Shared/Docs/plan%20v3.docx")


@pytest.mark.parametrize(
    ("setting", "destination", "action"),
    [
        ("rename", "/Shared/Docs/b.txt", "rename"),
        ("move", "/Shared/Docs/b.txt", "move"),
        ("rename", "/Shared/Else/a.txt", "move"),
    ],
)
def test_a_move_event_has_one_set_of_ids_and_the_source_path(
    api: httpx.Client, setting: str, destination: str, action: str
) -> None:
    switch(api, rename_event=setting)
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "add_folder", path="/Shared/Else")
    cursor = latest(api)
    act(api, "move", path="/Shared/Docs/a.txt", destination=destination)
    [event] = after(api, cursor)
    assert (event["action"], event["action_source"]) == (action, "WebUI")
    assert event["data"] == {
        "source_path": "/Shared/Docs/a.txt", "target_path": destination, "target_id": ids["entry_id"],
        "target_group_id": ids["group_id"], "is_folder": False,
    }  # fmt: skip


def test_source_ids_of_a_move_are_a_switch(api: httpx.Client) -> None:
    switch(api, move_source_ids=True)
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "move", path="/Shared/Docs/a.txt", destination="/Shared/Docs/b.txt")
    data = after(api, latest(api) - 1)[0]["data"]
    assert (data["source_id"], data["source_group_id"]) == (ids["entry_id"], ids["group_id"])


def test_a_move_can_give_a_new_entry_id(api: httpx.Client) -> None:
    switch(api, move_entry_id="new")
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "move", path="/Shared/Docs/a.txt", destination="/Shared/Docs/b.txt")
    found = api.get(f"{FS}/ids/file/{ids['group_id']}").json()["entry_id"]
    assert found != ids["entry_id"]
    assert after(api, latest(api) - 1)[0]["data"]["target_id"] == found


def test_a_copy_event_has_distinct_ids_on_both_sides(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "copy", path="/Shared/Docs/a.txt", destination="/Shared/Docs/b.txt")
    data = after(api, latest(api) - 1)[0]["data"]
    assert (data["source_id"], data["source_group_id"]) == (ids["entry_id"], ids["group_id"])
    assert {data["target_id"], data["target_group_id"]}.isdisjoint(ids.values())


@pytest.mark.parametrize("present", [True, False])
def test_a_delete_event_has_no_object_and_the_target_id_by_switch(api: httpx.Client, present: bool) -> None:
    switch(api, delete_target_id=present)
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "delete", path="/Shared/Docs/a.txt")
    [event] = after(api, latest(api) - 1)
    assert "object_detail" not in event
    target = {"target_id": ids["entry_id"]} if present else {}
    assert event["data"] == {
        "target_path": "/Shared/Docs/a.txt", **target, "target_group_id": ids["group_id"], "is_folder": False,
    }  # fmt: skip


@pytest.mark.parametrize("setting", ["restore", "create"])
@pytest.mark.parametrize("ids_are", ["same", "new"])
def test_a_restore_is_told_and_numbered_as_the_switches_say(api: httpx.Client, setting: str, ids_are: str) -> None:
    switch(api, restore_event=setting, restore_ids=ids_are)
    ids = put(api, "/Shared/Docs/a.txt")
    act(api, "delete", path="/Shared/Docs/a.txt")
    api.post("/_emulator/act", json={"action": "restore", "path": "/Shared/Docs/a.txt"})
    [event] = after(api, latest(api) - 1)
    assert event["action"] == setting
    assert (event["data"]["target_id"] == ids["entry_id"]) == (ids_are == "same")


@pytest.mark.parametrize(("setting", "count"), [("one", 1), ("per_child", 3)])
@pytest.mark.parametrize(("action", "destination"), [("move", "/Shared/B"), ("copy", "/Shared/B"), ("delete", None)])
def test_folder_acts_are_one_event_or_one_each(
    api: httpx.Client, setting: str, count: int, action: str, destination: str | None
) -> None:
    switch(api, folder_events=setting)
    for name in ("x", "y"):
        api.post("/_emulator/upload", params={"path": f"/Shared/A/{name}.txt"}, content=b"1")
    cursor = latest(api)
    act(api, action, path="/Shared/A", **({"destination": destination} if destination else {}))
    events = after(api, cursor)
    assert [event["action"] for event in events] == ["rename" if action == "move" else action] * count
    assert events[0]["data"]["is_folder"] is True


@pytest.mark.parametrize("action", ["delete_version", "prune_versions", "lock"])
def test_these_acts_make_no_event(api: httpx.Client, action: str) -> None:
    old, _ = (put(api, "/Shared/Docs/a.txt", text) for text in (b"1", b"2"))
    cursor = latest(api)
    extra = {"entry_id": old["entry_id"]} if action == "delete_version" else {}
    act(api, action, path="/Shared/Docs/a.txt", **extra)
    assert after(api, cursor) == []


def test_promoting_a_version_is_a_create_with_a_new_target(api: httpx.Client) -> None:
    old, new = (put(api, "/Shared/Docs/a.txt", text) for text in (b"1", b"2"))
    act(api, "promote_version", path="/Shared/Docs/a.txt", entry_id=old["entry_id"])
    [event] = after(api, latest(api) - 1)
    assert event["action"] == "create"
    assert event["data"]["target_id"] not in (old["entry_id"], new["entry_id"])


@pytest.mark.parametrize("params", [{}, {"id": "x"}, {"id": "-1"}, {"id": "1" * 30}, {"id": 512_090, "suppress": "me"}])
def test_bad_parameters_are_a_400(api: httpx.Client, params: dict[str, Any]) -> None:
    assert api.get(V1, params=params).status_code == 400


def test_nothing_new_is_a_204_without_a_body(api: httpx.Client) -> None:
    answer = api.get(V1, params={"id": latest(api)})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(("setting", "status"), [(204, 204), (404, 404)])
def test_an_id_from_the_future(api: httpx.Client, setting: int, status: int) -> None:
    switch(api, future_id_status=setting)
    assert api.get(V1, params={"id": latest(api) + 1}).status_code == status


@pytest.mark.parametrize("setting", [200, 404])
def test_one_before_the_oldest_and_older(api: httpx.Client, setting: int) -> None:
    switch(api, before_oldest_status=setting)
    for number in range(5):
        put(api, f"/Shared/Docs/{number}.txt")
    api.post("/_emulator/events/prune", json={"keep": 2})
    oldest = api.get(f"{V1}/cursor").json()["oldest_event_id"]
    answers = [api.get(V1, params={"id": oldest - back}) for back in (0, 1, 2)]
    assert [answer.status_code for answer in answers] == [200, setting, 404]
    assert set(answers[2].json()) == {"message"}


@pytest.mark.parametrize(("setting", "status"), [("cap", 200), ("refuse", 400)])
def test_count_is_twenty_by_default_and_a_hundred_at_most(api: httpx.Client, setting: str, status: int) -> None:
    switch(api, over_count=setting)
    cursor = latest(api)
    for _ in range(101):
        put(api, "/Shared/Docs/a.txt")
    assert api.get(V1, params={"id": cursor}).json()["count"] == 20
    answer = api.get(V1, params={"id": cursor, "count": 101})
    assert answer.status_code == status
    assert status == 400 or answer.json()["count"] == 100


def test_the_folder_filter_takes_the_subtree_and_both_ends_of_a_move(api: httpx.Client) -> None:
    cursor = latest(api)
    for path in ("/Shared/Docs/Deep/a.txt", "/Shared/Docs2/b.txt"):
        api.post("/_emulator/upload", params={"path": path}, content=b"1")
    act(api, "move", path="/Shared/Docs/Deep/a.txt", destination="/Shared/Docs2/a.txt")
    events = after(api, cursor, folder="/shared/docs")
    assert [event["data"]["target_path"] for event in events] == [
        "/Shared/Docs/Deep", "/Shared/Docs/Deep/a.txt", "/Shared/Docs2/a.txt",
    ]  # fmt: skip


@pytest.mark.parametrize(("setting", "status"), [(204, 204), (200, 200)])
def test_when_all_is_filtered_out(api: httpx.Client, setting: int, status: int) -> None:
    switch(api, filtered_status=setting)
    cursor = latest(api)
    put(api, "/Shared/Docs/a.txt")
    answer = api.get(V1, params={"id": cursor, "type": "note"})
    assert answer.status_code == status
    assert status == 204 or answer.json()["events"] == []


@pytest.mark.parametrize(("setting", "ahead"), [("returned", 0), ("domain", 1)])
def test_latest_id_under_a_filter(api: httpx.Client, setting: str, ahead: int) -> None:
    switch(api, latest_id=setting)
    cursor = latest(api)
    put(api, "/Shared/Docs/a.txt")
    api.post(f"{FS}/Shared/Else", json={"action": "add_folder"})
    found = api.get(V1, params={"id": cursor, "folder": "/Shared/Docs"}).json()
    assert (found["latest_id"], found["events"][-1]["id"]) == (cursor + 1 + ahead, cursor + 1)


@pytest.mark.parametrize(("mode", "seen"), [("", 3), ("app", 1), ("user", 2)])
def test_suppress_goes_by_application_and_user(api: httpx.Client, mode: str, seen: int) -> None:
    cursor = latest(api)
    put(api, "/Shared/Docs/a.txt")
    api.post("/pubapi/v1/fs-content/Shared/Docs/b.txt", content=b"1", headers={"X-Egnyte-Act-As": "jdoe"})
    act(api, "add_folder", path="/Shared/Docs/c")
    assert len(after(api, cursor, suppress=mode)) == seen


def test_reverse_gives_the_newest_first(api: httpx.Client) -> None:
    cursor = latest(api)
    for name in ("a", "b", "c"):
        put(api, f"/Shared/Docs/{name}.txt")
    ids = [event["id"] for event in after(api, cursor, reverse=1, count=2)]
    assert ids == [cursor + 3, cursor + 2]


def test_an_event_shows_only_after_its_delay(api: httpx.Client) -> None:
    api.post("/_emulator/clock", json={"freeze": True})
    switch(api, event_delay_ms=3000)
    cursor = latest(api)
    put(api, "/Shared/Docs/a.txt")
    assert (after(api, cursor), latest(api)) == ([], cursor)
    api.post("/_emulator/clock", json={"advance": 3})
    assert len(after(api, cursor)) == 1


def test_a_late_event_appears_below_ids_already_seen(api: httpx.Client) -> None:
    api.post("/_emulator/clock", json={"freeze": True})
    switch(api, late_every=2, late_ms=1000)
    cursor = latest(api)
    for name in ("a", "b", "c", "d"):
        put(api, f"/Shared/Docs/{name}.txt")
    early = [event["id"] - cursor for event in after(api, cursor)]
    api.post("/_emulator/clock", json={"advance": 1})
    assert (early, [event["id"] - cursor for event in after(api, cursor)]) == ([2, 4], [1, 2, 3, 4])


def test_retention_by_age_and_count(api: httpx.Client) -> None:
    cursor = latest(api)
    for name in ("a", "b", "c"):
        put(api, f"/Shared/Docs/{name}.txt")
    switch(api, retention_count=2)
    assert api.get(f"{V1}/cursor").json()["oldest_event_id"] == cursor + 2
    api.post("/_emulator/clock", json={"advance": 31 * 86_400})
    assert api.get(V1, params={"id": cursor}).status_code == 404
    found = api.get(f"{V1}/cursor").json()
    assert (found["latest_event_id"], found["oldest_event_id"]) == (cursor + 3, cursor + 3)


def test_ids_may_have_gaps(api: httpx.Client) -> None:
    cursor = latest(api)
    switch(api, event_id_gap=4)
    for _ in range(2):
        put(api, "/Shared/Docs/a.txt")
    assert [event["id"] - cursor for event in after(api, cursor)] == [5, 10]


def test_a_user_sees_only_what_it_may_read(api: httpx.Client, client_of: ClientOf) -> None:
    cursor = latest(api)
    put(api, "/Shared/Docs/a.txt")
    api.post("/_emulator/upload", params={"path": "/Private/external/mine.txt", "actor": "external"}, content=b"1")
    seen = after(client_of("external"), cursor)
    assert [event["data"]["target_path"] for event in seen] == ["/Private/external/mine.txt"]


@pytest.mark.parametrize(("setting", "name"), [("impersonated", "jdoe"), ("admin", "svc-scanner")])
def test_the_actor_under_act_as(api: httpx.Client, client_of: ClientOf, setting: str, name: str) -> None:
    switch(api, act_as_actor=setting)
    cursor = latest(api)
    api.post("/pubapi/v1/fs-content/Shared/Docs/b.txt", content=b"1", headers={"X-Egnyte-Act-As": "jdoe"})
    user_id = client_of(name).get("/pubapi/v1/userinfo").json()["id"]
    assert [event["actor"] for event in after(api, cursor)] == [user_id]
