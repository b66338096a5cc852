from __future__ import annotations

import time

import httpx

from tests.emulator.conftest import CONTENT, put


def test_an_unknown_path_is_a_404_after_the_gate(api: httpx.Client) -> None:
    assert api.get("/pubapi/v9/none").status_code == 404


def test_a_request_id_of_the_caller_comes_back(api: httpx.Client) -> None:
    own = api.get("/pubapi/v1/userinfo", headers={"X-Egnyte-Request-Id": "abc"})
    made = [api.get("/pubapi/v1/userinfo").headers["x-egnyte-request-id"] for _ in range(2)]
    assert own.headers["x-egnyte-request-id"] == "abc"
    assert len({*made, "abc"}) == 3


def test_requests_are_logged_with_user_and_status_and_control_calls_are_not(api: httpx.Client) -> None:
    api.delete("/_emulator/requests")
    api.get("/pubapi/v1/events", params={"id": 1})
    api.get("/pubapi/v1/userinfo", headers={"Authorization": "none"})
    rows = api.get("/_emulator/requests").json()
    assert [{key: row[key] for key in ("method", "path", "query", "status", "user")} for row in rows] == [
        {"method": "GET", "path": "/pubapi/v1/events", "query": "id=1", "status": 404, "user": "svc-scanner"},
        {"method": "GET", "path": "/pubapi/v1/userinfo", "query": "", "status": 401, "user": None},
    ]


def test_a_small_download_costs_well_under_a_millisecond_of_the_server(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt", b"x" * 1000)
    for _ in range(50):
        api.get(f"{CONTENT}/Shared/Docs/a.txt")
    before = time.process_time()
    for _ in range(200):
        api.get(f"{CONTENT}/Shared/Docs/a.txt")
    assert (time.process_time() - before) / 200 < 0.003  # client and server together, on a busy machine
