from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import FS, put, switch
from tests.emulator.receiver import Receiver, receiving

ClientOf = Callable[[str], httpx.Client]
HOOKS = "/pubapi/v1/webhooks"
PATH = "/Shared/Docs/a.txt"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def hook(api: httpx.Client, receiver: Receiver, **options: object) -> str:
    answer = api.post(HOOKS, json={"url": receiver.url, **options})
    assert answer.status_code == 201, answer.text
    webhook_id: str = answer.json()["webhookId"]
    return webhook_id


def logged(api: httpx.Client, number: int) -> None:
    """Wait until so many attempts are over; the clock stays."""
    deadline = time.monotonic() + 20
    while len(api.get("/_emulator/deliveries").json()) < number:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def attempts(api: httpx.Client, number: int) -> list[dict[str, Any]]:
    """The attempts, once there are `number` of them; the clock jumps over every delay meanwhile."""
    deadline = time.monotonic() + 20
    while True:
        rows: list[dict[str, Any]] = api.get("/_emulator/deliveries").json()
        if len(rows) >= number:
            return rows
        assert time.monotonic() < deadline, rows
        api.post("/_emulator/clock", json={"advance": 3600})


def told(receiver: Receiver, webhook_id: str) -> list[str]:
    return [event["eventType"] for event in receiver.events() if event["webhookId"] == webhook_id]


def status(api: httpx.Client, webhook_id: str) -> str:
    found: str = api.get(f"{HOOKS}/{webhook_id}/status").json()["status"]
    return found


def test_a_delivery_is_an_array_with_the_static_header(api: httpx.Client, receiver: Receiver) -> None:
    webhook_id = hook(api, receiver, authHeader="X-Hook-Secret", authHeaderValue="long")
    ids = put(api, PATH)
    receiver.wait(1)
    [event] = receiver.bodies[0]
    assert receiver.headers[0]["x-hook-secret"] == "long"
    assert receiver.headers[0]["content-type"] == "application/json"
    assert event.pop("eventId").startswith("e-")
    assert event.pop("timestamp") > 10**12
    assert len(event["user"].pop("clientIdHash")) == 64
    assert event == {
        "domain": "orchidworks", "actionSource": "PublicAPI", "eventType": "fs:add_file", "webhookId": webhook_id,
        "customProperties": {},
        "user": {
            "id": 77, "displayName": "Svc Scanner", "username": "svc-scanner", "email": "svc-scanner@example.org",
            "impersonatedBy": None,
        },
        "data": {"targetPath": PATH, "targetGroupId": ids["group_id"], "targetEntryId": ids["entry_id"]},
    }  # fmt: skip


def test_acting_for_others_shows(api: httpx.Client, receiver: Receiver) -> None:
    hook(api, receiver)
    api.post("/pubapi/v1/fs-content/Shared/Docs/a.txt", content=b"x", headers={"X-Egnyte-Act-As": "pnovak"})
    receiver.wait(1)
    user = receiver.events()[0]["user"]
    assert (user["username"], user["impersonatedBy"]) == ("pnovak", "svc-scanner")


@pytest.mark.parametrize(
    ("options", "heard"),
    [
        ({}, ["fs:add_file", "fs:move_file", "comment:set_comment", "link:create_download_link", "fs:delete_file"]),
        ({"eventType": ["fs:*"]}, ["fs:add_file", "fs:move_file", "fs:delete_file"]),
        ({"eventType": ["link:create", "comment:*"]}, ["comment:set_comment", "link:create_download_link"]),
        (
            {"path": "/Shared/Other"},
            ["fs:move_file", "comment:set_comment", "link:create_download_link", "fs:delete_file"],
        ),
        ({"path": "/shared/docs, /Shared/None"}, ["fs:add_file", "fs:move_file"]),
        ({"path": "/Shared/Doc"}, []),
    ],
)
def test_types_and_folders_choose(
    api: httpx.Client, receiver: Receiver, options: dict[str, object], heard: list[str]
) -> None:
    api.post(f"{FS}/Shared/Other", json={"action": "add_folder"})
    chooser, all_ears = hook(api, receiver, **options), hook(api, receiver)
    put(api, PATH)
    api.post(f"{FS}{PATH}", json={"action": "move", "destination": "/Shared/Other/a.txt"})
    api.post("/pubapi/v1/notes", json={"path": "/Shared/Other/a.txt", "body": "x"})
    api.post("/pubapi/v1/links", json={"path": "/Shared/Other/a.txt", "type": "file"})
    api.delete(f"{FS}/Shared/Other/a.txt")
    deadline = time.monotonic() + 20
    while len(told(receiver, all_ears)) < 5 or len(told(receiver, chooser)) < len(heard):
        assert time.monotonic() < deadline, receiver.events()
        time.sleep(0.005)
    assert told(receiver, chooser) == heard


@pytest.mark.parametrize("refusal", [201, 204, 404, 500])
def test_anything_but_200_is_tried_again(api: httpx.Client, receiver: Receiver, refusal: int) -> None:
    receiver.statuses = [refusal, refusal]
    hook(api, receiver)
    put(api, PATH)
    rows = attempts(api, 3)
    assert [(row["attempt"], row["answers"]) for row in rows] == [(1, [refusal]), (2, [refusal]), (3, [200])]
    assert len({event["eventId"] for event in receiver.events()}) == 1


def test_delays_grow_up_to_an_hour_and_go_by_the_clock(api: httpx.Client, receiver: Receiver) -> None:
    receiver.statuses = [500] * 3
    hook(api, receiver)
    api.post("/_emulator/clock", json={"freeze": True})
    put(api, PATH)
    for number, delay in enumerate((1, 2, 4), start=1):
        # Logged means that the courier knows its next moment; moving the clock before that would move it too.
        logged(api, number)
        api.post("/_emulator/clock", json={"advance": delay - 0.1})
        time.sleep(0.05)
        assert len(receiver.bodies) == number
        api.post("/_emulator/clock", json={"advance": 0.1})
    logged(api, 4)
    assert [row["answers"] for row in api.get("/_emulator/deliveries").json()] == [[500], [500], [500], [200]]


def test_repeated_failure_disables_until_somebody_enables(api: httpx.Client, receiver: Receiver) -> None:
    switch(api, webhook_attempts=3)
    receiver.statuses = [500] * 3
    webhook_id = hook(api, receiver)
    put(api, PATH)
    attempts(api, 3)
    api.post("/_emulator/clock", json={"advance": 3600})
    deadline = time.monotonic() + 20
    while status(api, webhook_id) == "enabled":
        assert time.monotonic() < deadline
    put(api, PATH, b"unheard")
    api.post(f"{HOOKS}/{webhook_id}/status", json={"status": "enabled"})
    put(api, PATH, b"heard")
    receiver.wait(4)
    assert len({event["eventId"] for event in receiver.events()}) == 2


def test_a_receiver_that_is_not_there_is_a_failure_by_name(api: httpx.Client) -> None:
    with receiving() as receiver:
        hook(api, receiver)
    put(api, PATH)
    assert attempts(api, 1)[0]["answers"] == ["ConnectError"]


def test_duplicates_on_demand_have_the_same_event_id(api: httpx.Client, receiver: Receiver) -> None:
    switch(api, webhook_copies=2)
    hook(api, receiver)
    put(api, PATH)
    receiver.wait(2)
    assert receiver.bodies[0] == receiver.bodies[1]


def test_what_happens_while_nobody_answers_comes_together(api: httpx.Client, receiver: Receiver) -> None:
    receiver.statuses = [500]
    hook(api, receiver, eventType=["fs:add_file"])
    put(api, PATH)
    receiver.wait(1)
    for number in range(120):
        put(api, f"/Shared/Docs/{number}.txt")
    attempts(api, 4)
    assert [len(body) for body in receiver.bodies] == [1, 1, 100, 20]


def test_an_expired_or_deleted_webhook_hears_nothing(api: httpx.Client, receiver: Receiver) -> None:
    expired, deleted = hook(api, receiver), hook(api, receiver)
    api.delete(f"{HOOKS}/{deleted}")
    api.post("/_emulator/clock", json={"advance": 11 * 365 * 86_400})
    hook(api, receiver)
    put(api, PATH)
    receiver.wait(1)
    time.sleep(0.05)
    assert [event["webhookId"] in (expired, deleted) for event in receiver.events()] == [False]


def test_deleting_a_webhook_ends_its_retries(api: httpx.Client, receiver: Receiver) -> None:
    receiver.statuses = [500]
    webhook_id = hook(api, receiver)
    put(api, PATH)
    receiver.wait(1)
    api.delete(f"{HOOKS}/{webhook_id}")
    api.post("/_emulator/clock", json={"advance": 3600})
    time.sleep(0.1)
    assert len(receiver.bodies) == 1
