from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.emulator.conftest import switch

ClientOf = Callable[[str], httpx.Client]
HOOKS = "/pubapi/v1/webhooks"
URL = "http://127.0.0.1:9/hook"
WHOLE = {
    "url": URL, "eventType": ["fs:*"], "path": "/Shared/Docs, /Shared/Inbox", "authHeader": "X-Hook-Secret",
    "authHeaderValue": "long",
}  # fmt: skip


def register(api: httpx.Client, **change: object) -> httpx.Response:
    return api.post(HOOKS, json={"url": URL, **change})


def test_the_life_of_a_webhook(api: httpx.Client) -> None:
    made = api.post(HOOKS, json={**WHOLE, "status": "disabled"})
    row = made.json()
    one = f"{HOOKS}/{row['webhookId']}"
    assert (made.status_code, row["status"], row["expires"] > 2_000_000_000) == (201, "enabled", True)
    assert api.get(HOOKS).json() == [row]
    shown = {name: value for name, value in WHOLE.items() if name != "authHeaderValue"}
    assert api.get(f"{one}/details").json() == {**row, **shown}
    assert api.get(f"{one}/status").json() == row
    assert api.post(f"{one}/status", json={"status": "disabled"}).json() == {**row, "status": "disabled"}
    deleted = api.delete(one)
    assert (deleted.status_code, deleted.content, api.get(HOOKS).json()) == (204, b"", [])


def test_an_update_is_the_whole_configuration(api: httpx.Client) -> None:
    row = api.post(HOOKS, json=WHOLE).json()
    one = f"{HOOKS}/{row['webhookId']}"
    answer = api.put(one, json={"url": f"{URL}2", "status": "disabled"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert api.get(f"{one}/details").json() == {
        **row, "status": "disabled", "url": f"{URL}2", "eventType": [], "path": "", "authHeader": "",
    }  # fmt: skip
    assert [api.put(one, json=body).status_code for body in ({}, {"url": URL, "status": "off"})] == [400, 400]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": ""}, "400"),
        ({"url": "http://scanner.example/hook"}, "400"),
        ({"url": "ftp://127.0.0.1/"}, "400"),
        ({"url": "https://scanner.example/hook"}, "EMULATOR_LOOPBACK_ONLY"),
        ({"url": 1}, "400"),
        ({"eventType": []}, "400"),
        ({"eventType": "fs:*"}, "400"),
        ({"eventType": ["fs:update_file"]}, "400"),
        ({"path": "Shared/Docs"}, "400"),
        ({"path": ",".join(["/Shared/Docs"] * 101)}, "400"),
        ({"authHeader": "X Secret", "authHeaderValue": "v"}, "400"),
        ({"authHeader": "X-Secret", "authHeaderValue": "v\r\nX-Other: w"}, "400"),
        ({"authHeader": "v\r\nX-Other: w"}, "400"),
        ({"authHeaderValue": "v"}, "400"),
        ({"secret": "x"}, "400"),
    ],
)
def test_what_is_refused(api: httpx.Client, change: dict[str, object], code: str) -> None:
    answer = register(api, **change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    "change", [{"path": ",".join(["/Shared/Docs"] * 100)}, {"authHeader": "Bearer x"}, {"url": "https://127.0.0.1/"}]
)
def test_what_is_just_allowed(api: httpx.Client, change: dict[str, object]) -> None:
    assert register(api, **change).status_code == 201


def test_each_application_has_its_number(api: httpx.Client) -> None:
    statuses = [register(api).status_code for _ in range(6)]
    assert statuses == [201] * 5 + [409]
    assert register(api).json() == {"code": "QUOTA_EXCEEDED", "message": "Webhook quota exceeded"}
    switch(api, webhook_limit=6)
    assert register(api).status_code == 201


def test_webhooks_of_another_application_are_not_there(api: httpx.Client) -> None:
    one = f"{HOOKS}/{register(api).json()['webhookId']}"
    api.post("/_emulator/tokens", json={"user": "svc-scanner", "value": "other", "client_id": "other"})
    other = {"Authorization": "Bearer other"}
    assert api.get(HOOKS, headers=other).json() == []
    answer = api.delete(one, headers=other)
    assert (answer.status_code, answer.json()) == (404, {"code": "404", "message": "Webhook does not exist"})


def test_webhooks_are_for_admins(api: httpx.Client, client_of: ClientOf) -> None:
    one = f"{HOOKS}/{register(api).json()['webhookId']}"
    power = client_of("pnovak")
    answers = [
        register(power), power.get(HOOKS), power.get(f"{one}/details"), power.get(f"{one}/status"),
        power.post(f"{one}/status", json={"status": "disabled"}), power.put(one, json={"url": URL}), power.delete(one),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [403] * 7


@pytest.mark.parametrize("value", ["off", None, 1])
def test_a_status_is_enabled_or_disabled(api: httpx.Client, value: object) -> None:
    one = f"{HOOKS}/{register(api).json()['webhookId']}"
    assert api.post(f"{one}/status", json={"status": value}).status_code == 400
