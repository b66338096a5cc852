from __future__ import annotations

import time

import httpx
import pytest

from emulator.errors import ApiError
from emulator.faults import Faults
from tests.emulator.conftest import CONTENT, put

ME = "/pubapi/v1/userinfo"


def fault(api: httpx.Client, **rule: object) -> None:
    answer = api.post("/_emulator/faults", json=rule)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("status", [500, 502, 503, 504, 598, 599])
def test_a_fault_answers_in_place_of_the_domain(api: httpx.Client, status: int) -> None:
    fault(api, route="userinfo$", status=status, headers={"Retry-After": "7"}, body="<h1>Oops</h1>", count=1)
    answer = api.get(ME)
    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (status, "7", "<h1>Oops</h1>")
    assert api.get(ME).status_code == 200


def test_a_json_body_is_sent_as_json(api: httpx.Client) -> None:
    fault(api, route="userinfo", status=400, body={"fault": {"faultstring": "x"}})
    answer = api.get(ME)
    assert (answer.headers["content-type"], answer.json()) == ("application/json", {"fault": {"faultstring": "x"}})


def test_skip_and_count_say_when(api: httpx.Client) -> None:
    fault(api, route="userinfo", method="GET", status=503, skip=1, count=2)
    assert [api.get(ME).status_code for _ in range(5)] == [200, 503, 503, 200, 200]


def test_the_first_rule_that_acts_acts_alone(api: httpx.Client) -> None:
    fault(api, route="userinfo", status=500, count=1)
    fault(api, route="user", status=502, count=1)
    assert [api.get(ME).status_code for _ in range(3)] == [500, 502, 200]


def test_rules_see_the_query_and_the_method(api: httpx.Client) -> None:
    fault(api, route=r"events\?id=5$", status=500)
    fault(api, method="DELETE", status=502)
    assert api.get("/pubapi/v1/events", params={"id": 5}).status_code == 500
    assert api.get("/pubapi/v1/events", params={"id": 6}).status_code == 404
    assert api.delete(ME).status_code == 502


def test_a_rule_may_be_for_several_methods(api: httpx.Client) -> None:
    fault(api, method="POST|DELETE", status=502)
    assert [call(ME).status_code for call in (api.delete, api.post, api.get)] == [502, 502, 200]


@pytest.mark.parametrize(
    ("dialect", "status", "code"), [("mashery", 403, "ERR_403_DEVELOPER_OVER_QPS"), ("429", 429, None)]
)
def test_throttling_on_demand_in_either_dialect(api: httpx.Client, dialect: str, status: int, code: str | None) -> None:
    fault(api, route="userinfo", throttle="qps", dialect=dialect, count=1)
    answer = api.get(ME)
    assert (answer.status_code, answer.headers.get("x-mashery-error-code")) == (status, code)
    assert answer.headers["retry-after"] == "1"


def test_an_exhausted_day_says_how_long(api: httpx.Client) -> None:
    api.post("/_emulator/clock", json={"set": "2026-03-04T23:00:00Z", "freeze": True})
    fault(api, throttle="day", count=1)
    assert api.get(ME).headers["retry-after"] == "3600"


def test_a_delay_holds_back_the_real_answer(api: httpx.Client) -> None:
    fault(api, route="userinfo", delay=0.1, count=1)
    before = time.monotonic()
    assert api.get(ME).status_code == 200
    assert time.monotonic() - before >= 0.1


@pytest.mark.parametrize(
    "rule",
    [
        {"colour": "red"},
        {"throttle": "week"},
        {"dialect": "latin"},
        {"status": "503"},
        {"route": "("},
        {"count": "many"},
    ],
)
def test_a_rule_that_means_nothing_is_a_400_and_changes_nothing(api: httpx.Client, rule: dict[str, object]) -> None:
    assert api.post("/_emulator/faults", json=rule).status_code == 400
    assert api.get("/_emulator/faults").json() == []


def test_a_list_of_rules_and_their_removal(api: httpx.Client) -> None:
    api.post("/_emulator/faults", json=[{"status": 500}, {"status": 502}])
    assert [rule["status"] for rule in api.get("/_emulator/faults").json()] == [500, 502]
    assert api.delete("/_emulator/faults").status_code == 204
    assert api.get(ME).status_code == 200


def test_the_answer_to_an_upload_may_be_lost_after_the_act(api: httpx.Client) -> None:
    fault(api, route="fs-content", method="POST", cut_after=1)
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(f"{CONTENT}/Shared/Docs/a.txt", content=b"x")
    api.delete("/_emulator/faults")
    assert put(api, "/Shared/Docs/a.txt")["group_id"] == api.get("/_emulator/state").json()["files"][0]["group_id"]


def test_take_counts_down() -> None:
    faults = Faults()
    faults.add({"route": "x", "count": 1})
    assert faults.take("GET", "/y") is None
    assert faults.take("GET", "/x") is faults.rules[0]
    assert faults.take("GET", "/x") is None


def test_the_problem_is_named() -> None:
    with pytest.raises(ApiError, match="status"):
        Faults().add({"status": None})


def test_a_race_can_be_scripted_to_come_just_before_a_call(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a.txt", b"judged")
    newer = {"as": "pnovak", "action": "upload", "path": "/Shared/Docs/a.txt", "text": "newer"}
    fault(api, method="POST", route=f"fs/ids/file/{ids['group_id']}", act=newer, count=1)
    body = {"action": "move", "destination": "/Shared/Docs/b.txt"}
    assert api.post(f"/pubapi/v1/fs/ids/file/{ids['group_id']}", json=body).status_code == 200
    found = api.get("/pubapi/v1/fs/Shared/Docs/b.txt").json()
    assert (found["num_versions"], found["entry_id"] != ids["entry_id"]) == (2, True)
