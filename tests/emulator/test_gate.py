from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.emulator.conftest import FS, switch

ClientOf = Callable[[str], httpx.Client]
ME = "/pubapi/v1/userinfo"
NOON = "2026-03-04T12:00:00Z"


@pytest.fixture
def limited(api: httpx.Client) -> httpx.Client:
    """Two calls a second and four a day, on a clock that stands still at noon."""
    api.post("/_emulator/limits", json={"qps": 2, "daily": 4})
    api.post("/_emulator/clock", json={"set": NOON, "freeze": True})
    return api


def statuses(api: httpx.Client, number: int) -> list[int]:
    return [api.get(ME).status_code for _ in range(number)]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic dGVzdA=="}])
@pytest.mark.parametrize(
    ("dialect", "status", "code"), [("401", 401, None), ("mashery", 403, "ERR_403_DEVELOPER_INACTIVE")]
)
def test_without_a_live_token(
    api: httpx.Client, headers: dict[str, str], dialect: str, status: int, code: str | None
) -> None:
    switch(api, inactive_dialect=dialect)
    answer = httpx.get(api.base_url.join(ME), headers=headers, trust_env=False)
    assert (answer.status_code, answer.text) == (status, "<h1>Developer Inactive</h1>")
    assert answer.headers.get("x-mashery-error-code") == code


def test_a_token_ends_when_it_expires_or_is_revoked(api: httpx.Client) -> None:
    for value in ("short", "revoked"):
        api.post("/_emulator/tokens", json={"user": "jdoe", "value": value, "expires_in": 10})
    assert [api.get(ME, headers={"Authorization": f"Bearer {v}"}).status_code for v in ("short", "revoked")] == [
        200,
        200,
    ]
    api.delete("/_emulator/tokens/revoked")
    assert api.get(ME, headers={"Authorization": "Bearer revoked"}).status_code == 401
    api.post("/_emulator/clock", json={"advance": 10})
    assert api.get(ME, headers={"Authorization": "Bearer short"}).status_code == 401


def test_every_answer_counts_and_says_so(limited: httpx.Client) -> None:
    limited.get(ME)
    answer = limited.get(f"{FS}/Shared/none")
    found = {name: value for name, value in answer.headers.items() if name.startswith("x-accesstoken")}
    assert (answer.status_code, found) == (
        404,
        {
            "x-accesstoken-qps-allotted": "2",
            "x-accesstoken-qps-current": "2",
            "x-accesstoken-quota-allotted": "4",
            "x-accesstoken-quota-current": "2",
        },
    )


def test_budget_headers_can_be_left_out(api: httpx.Client) -> None:
    switch(api, quota_headers=False)
    assert not any(name.startswith("x-accesstoken") for name in api.get(ME).headers)


def test_the_second_ends_and_calls_go_on(limited: httpx.Client) -> None:
    assert statuses(limited, 3) == [200, 200, 429]
    limited.post("/_emulator/clock", json={"advance": 1})
    assert statuses(limited, 1) == [200]


def test_the_day_ends_at_midnight_utc_and_throttled_calls_count(limited: httpx.Client) -> None:
    assert statuses(limited, 4) == [200, 200, 429, 429]
    limited.post("/_emulator/clock", json={"advance": 1})
    answer = limited.get(ME)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(12 * 3600 - 1))
    limited.post("/_emulator/clock", json={"set": "2026-03-05T00:00:00Z"})
    assert statuses(limited, 1) == [200]


@pytest.mark.parametrize(
    ("window", "dialect", "status", "code", "body"),
    [
        ("qps", "mashery", 403, "ERR_403_DEVELOPER_OVER_QPS", "<h1>Developer Over Qps</h1>"),
        ("day", "mashery", 403, "ERR_403_DEVELOPER_OVER_RATE", "<h1>Developer Over Rate</h1>"),
        ("qps", "429", 429, None, '{"message": "Developer Over Qps"}'),
        ("day", "429", 429, None, '{"message": "Developer Over Rate"}'),
    ],
)
def test_both_dialects(
    limited: httpx.Client, window: str, dialect: str, status: int, code: str | None, body: str
) -> None:
    switch(limited, throttle_dialect=dialect)
    limited.post("/_emulator/limits", json={"qps": 1 if window == "qps" else 9, "daily": 9 if window == "qps" else 1})
    limited.get(ME)
    answer = limited.get(ME)
    assert (answer.status_code, answer.headers.get("x-mashery-error-code"), answer.text) == (status, code, body)
    assert answer.headers["retry-after"] == ("1" if window == "qps" else str(12 * 3600))


def test_each_token_has_its_own_budget(limited: httpx.Client, client_of: ClientOf) -> None:
    assert statuses(limited, 3)[-1] == 429
    assert statuses(client_of("pnovak"), 1) == [200]


def test_a_token_may_have_its_own_limits(limited: httpx.Client) -> None:
    limited.post("/_emulator/tokens", json={"user": "jdoe", "value": "rich", "qps": 6, "daily": 518_400})
    answers = [limited.get(ME, headers={"Authorization": "Bearer rich"}) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["x-accesstoken-quota-allotted"] == "518400"


@pytest.mark.parametrize(
    ("headers", "status", "name"),
    [
        ({"X-Egnyte-Act-As": "JDoe"}, 200, "jdoe"),
        ({"X-Egnyte-Act-As-Email": "jdoe@example.org"}, 200, "jdoe"),
        ({"X-Egnyte-Act-As": "pnovak", "X-Egnyte-Act-As-Email": "jdoe@example.org"}, 200, "pnovak"),
        ({"X-Egnyte-Act-As": "nobody"}, 400, None),
        ({"X-Egnyte-Act-As-Email": "nobody@example.org"}, 400, None),
    ],
)
def test_an_admin_acts_as_others(api: httpx.Client, headers: dict[str, str], status: int, name: str | None) -> None:
    answer = api.get(ME, headers=headers)
    assert (answer.status_code, answer.json().get("username")) == (status, name)


def test_acting_as_another_takes_over_its_rights(api: httpx.Client) -> None:
    assert api.get(f"{FS}/Shared/Docs", headers={"X-Egnyte-Act-As": "external"}).status_code == 403


def test_only_admins_act_as_others(client_of: ClientOf) -> None:
    assert client_of("pnovak").get(ME, headers={"X-Egnyte-Act-As": "jdoe"}).status_code == 403


def test_a_missing_scope_is_a_bare_403(api: httpx.Client) -> None:
    api.post("/_emulator/tokens", json={"user": "svc-scanner", "value": "narrow", "scopes": ["Egnyte.link"]})
    answer = api.get(f"{FS}/Shared", headers={"Authorization": "Bearer narrow"})
    assert (answer.status_code, set(answer.json())) == (403, {"errorMessage"})
    assert "retry-after" not in answer.headers
