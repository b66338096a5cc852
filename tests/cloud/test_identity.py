"""Whose a token is, with old gateways and new ones."""

from __future__ import annotations

import pytest

from scanner.cloud.identity import Identity, identity
from scanner.cloud.port import Quota
from scanner.errors import BadAnswer, Throttled, TokenRefused
from tests.cloud.signing import SignIn


@pytest.fixture
def token(sign_in: SignIn) -> str:
    limits = {"qps": 2, "daily": 1_000, "scopes": ["Egnyte.filesystem", "Egnyte.link"]}
    sign_in.control("POST", "tokens", json={"user": "anna", "value": "t0ken", **limits})
    return "t0ken"


def test_a_token_tells_its_user_scopes_and_quota_for_two_calls(sign_in: SignIn, token: str) -> None:
    found = identity(sign_in.settings, token)
    assert found == Identity(found.account, ("Egnyte.filesystem", "Egnyte.link"), Quota(2, 2, 1_000, 2))
    assert (found.account.username, found.account.user_type) == ("anna", "admin")


@pytest.mark.parametrize(
    "answer",
    [{"status": 404}, {"status": 403}, {"status": 200, "body": {"scopes": "all"}}, {"status": 200, "body": []}],
)
def test_a_gateway_that_does_not_know_scopes_is_no_trouble(
    sign_in: SignIn, token: str, answer: dict[str, object]
) -> None:
    sign_in.control("POST", "faults", json={"route": "/whoami", **answer})
    assert identity(sign_in.settings, token).scopes is None


def test_a_dead_token_is_told_and_not_shown(sign_in: SignIn, token: str) -> None:
    sign_in.control("DELETE", f"tokens/{token}")
    with pytest.raises(TokenRefused) as raised:
        identity(sign_in.settings, token)
    assert str(raised.value) == "account: the token is not accepted (HTTP 401)"


@pytest.mark.parametrize("body", [{"username": "anna"}, [], {"id": "x" * 70_000, "username": "anna"}])
def test_an_answer_of_another_shape_is_no_identity(sign_in: SignIn, token: str, body: object) -> None:
    sign_in.control("POST", "faults", json={"route": "/userinfo", "status": 200, "body": body})
    with pytest.raises(BadAnswer):
        identity(sign_in.settings, token)


def test_a_service_that_calls_at_the_same_time_is_waited_for(sign_in: SignIn, token: str) -> None:
    sign_in.control("POST", "faults", json={"route": "/pubapi", "throttle": "qps", "count": 3})
    pauses: list[float] = []
    assert identity(sign_in.settings, token, pauses.append).account.username == "anna"
    assert pauses == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(("throttle", "waits"), [("day", 0), ("qps", 5)])
def test_a_throttle_that_does_not_end_is_told(sign_in: SignIn, token: str, throttle: str, waits: int) -> None:
    sign_in.control("POST", "faults", json={"route": "/pubapi", "throttle": throttle, "count": 100})
    pauses: list[float] = []
    with pytest.raises(Throttled):
        identity(sign_in.settings, token, pauses.append)
    assert len(pauses) == waits
