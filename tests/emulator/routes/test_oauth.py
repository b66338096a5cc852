from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.emulator.conftest import switch

TOKEN = "/puboauth/token"
BACK = "http://127.0.0.1:4711/callback"
ASK = {
    "client_id": "public-client", "redirect_uri": BACK, "response_type": "code",
    "scope": "Egnyte.filesystem Egnyte.link", "state": 'a"b',
}  # fmt: skip
PUBLIC = {"client_id": "public-client", "client_secret": "public-secret"}
INTERNAL = {"client_id": "demo-client", "client_secret": "demo-secret"}
MONTH = 2_592_000


@pytest.fixture(autouse=True)
def _password(api: httpx.Client) -> None:
    api.post("/_emulator/users", json={"username": "anna", "user_type": "admin", "password": "pass word+"})


def approved(api: httpx.Client, path: str = TOKEN, **change: str) -> dict[str, list[str]]:
    """The answer that the browser brings back after filling in the page."""
    page = api.get(path, params=ASK)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    form = {name: unescape(value) for name, value in fields.items()}
    login = {"username": "anna", "password": "pass word+", "decision": "approve"}
    answer = api.post("/puboauth/authorize", data={**form, **login, **change})
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(f"{BACK}?")
    return parse_qs(urlsplit(answer.headers["location"]).query)


def exchange(api: httpx.Client, code: str, **change: str) -> httpx.Response:
    form = {**PUBLIC, "grant_type": "authorization_code", "redirect_uri": BACK, "code": code}
    return api.post(TOKEN, data={**form, **change})


def by_password(api: httpx.Client, **change: str) -> httpx.Response:
    form = {**INTERNAL, "grant_type": "password", "username": "anna", "password": "pass word+"}
    return api.post(TOKEN, data={**form, **change})


def error(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


def works(api: httpx.Client, token: str, path: str = "/pubapi/v1/userinfo") -> int:
    return api.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("path", [TOKEN, "/puboauth/authorize"])
def test_the_code_flow(api: httpx.Client, path: str) -> None:
    back = approved(api, path)
    assert back["state"] == ['a"b']
    answer = exchange(api, back["code"][0]).json()
    token = answer.pop("access_token")
    assert answer == {"token_type": "bearer", "expires_in": -1}
    assert [works(api, token), works(api, token, "/pubapi/v1/links"), works(api, token, "/pubapi/v2/users")] == [
        200, 200, 403,
    ]  # fmt: skip


def test_a_code_is_used_once(api: httpx.Client) -> None:
    code = approved(api)["code"][0]
    assert exchange(api, code).status_code == 200
    assert error(exchange(api, code)) == (400, "invalid_grant")


def test_a_code_lives_two_minutes(api: httpx.Client) -> None:
    code = approved(api)["code"][0]
    api.post("/_emulator/clock", json={"advance": 121})
    assert error(exchange(api, code)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"redirect_uri": "https://other.example/"}, (400, "invalid_grant")),
        (INTERNAL, (400, "invalid_grant")),
        ({"code": "guessed"}, (400, "invalid_grant")),
        ({"client_secret": "guessed"}, (401, "invalid_client")),
        ({"client_id": "nobody"}, (401, "invalid_client")),
        ({"grant_type": "magic"}, (400, "unsupported_grant_type")),
    ],
)
def test_a_code_is_for_its_application_and_address(
    api: httpx.Client, change: dict[str, str], refused: tuple[int, str]
) -> None:
    code = approved(api)["code"][0]
    assert error(exchange(api, **{"code": code, **change})) == refused


def test_refusal_goes_back_to_the_application(api: httpx.Client) -> None:
    assert approved(api, decision="deny") == {"error": ["access_denied"], "state": ['a"b']}


def test_a_wrong_password_shows_the_page_again(api: httpx.Client) -> None:
    answer = api.post("/puboauth/authorize", data={**ASK, "username": "anna", "password": "x", "decision": "approve"})
    assert (answer.status_code, "is wrong" in answer.text) == (200, True)
    assert 'value="a&quot;b"' in answer.text


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "http://evil.example/"}, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_the_page_is_not_shown_for(api: httpx.Client, change: dict[str, str], refused: str) -> None:
    assert error(api.get(TOKEN, params={**ASK, **change})) == (400, refused)


def test_an_application_has_its_address_and_scopes(api: httpx.Client) -> None:
    app = {"client_id": "public-client", "secret": "s", "redirect_uri": "https://a.example/", "scopes": ["Egnyte.link"]}
    assert api.post("/_emulator/applications", json={**app, "internal": False}).status_code == 201
    assert error(api.get(TOKEN, params=ASK)) == (400, "invalid_request")
    own = {**ASK, "redirect_uri": "https://a.example/"}
    assert error(api.get(TOKEN, params=own)) == (400, "invalid_scope")
    assert api.get(TOKEN, params={**own, "scope": "Egnyte.link"}).status_code == 200


def test_the_password_flow(api: httpx.Client) -> None:
    answer = by_password(api).json()
    token = answer.pop("access_token")
    assert answer == {"token_type": "bearer", "expires_in": -1}
    assert [works(api, token), works(api, token, "/pubapi/v2/users")] == [200, 200]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"password": "x"}, (400, "invalid_grant")),
        ({"username": "nobody"}, (400, "invalid_grant")),
        ({"username": "pnovak", "password": ""}, (400, "invalid_grant")),
        (PUBLIC, (400, "unauthorized_client")),
        ({"client_secret": ""}, (401, "invalid_client")),
    ],
)
def test_passwords_refused(api: httpx.Client, change: dict[str, str], refused: tuple[int, str]) -> None:
    assert error(by_password(api, **change)) == refused


def test_tokens_may_live_30_days_and_be_renewed(api: httpx.Client) -> None:
    switch(api, token_expires_in=MONTH)
    old = by_password(api).json()
    assert (old["expires_in"], old["token_type"]) == (MONTH, "bearer")
    api.post("/_emulator/clock", json={"advance": MONTH + 1})
    assert works(api, old["access_token"]) == 401
    form = {**INTERNAL, "grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    new = api.post(TOKEN, data=form).json()
    assert works(api, new["access_token"]) == 200
    assert error(api.post(TOKEN, data=form)) == (400, "invalid_grant")


def test_a_refresh_token_is_for_its_application(api: httpx.Client) -> None:
    switch(api, token_expires_in=MONTH)
    refresh = by_password(api).json()["refresh_token"]
    form = {**PUBLIC, "grant_type": "refresh_token", "refresh_token": refresh}
    assert error(api.post(TOKEN, data=form)) == (400, "invalid_grant")


@pytest.mark.parametrize("half", ["access_token", "refresh_token"])
def test_revoking_kills_the_pair(api: httpx.Client, half: str) -> None:
    switch(api, token_expires_in=MONTH)
    pair = by_password(api).json()
    form = {"token": pair[half], "client_secret": "demo-secret"}
    assert error(api.post("/pubapi/v1/tokens/revoke", data={**form, "client_secret": "x"})) == (401, "invalid_client")
    answer = api.post("/pubapi/v1/tokens/revoke", data=form)
    assert (answer.status_code, answer.content, works(api, pair["access_token"])) == (200, b"", 401)
    refresh = {**INTERNAL, "grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert error(api.post(TOKEN, data=refresh)) == (400, "invalid_grant")
    assert api.post("/pubapi/v1/tokens/revoke", data=form).status_code == 200


def test_a_user_has_ten_password_requests_an_hour(api: httpx.Client) -> None:
    answers = [by_password(api, password="x" if number else "pass word+") for number in range(11)]
    assert [answer.status_code for answer in answers] == [200] + [400] * 9 + [409]
    assert 3500 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert by_password(api, username="pnovak").status_code == 400
    api.post("/_emulator/clock", json={"advance": 3601})
    assert by_password(api).status_code == 200


def test_a_key_has_a_hundred_requests_an_hour(api: httpx.Client) -> None:
    assert {exchange(api, "x").status_code for _ in range(100)} == {400}
    answer = exchange(api, "x")
    assert (error(answer), "Retry-After" in answer.headers) == ((409, "temporarily_unavailable"), True)
    api.post("/_emulator/oauth", json={"public_limit": 101})
    assert exchange(api, "x").status_code == 400


def test_the_body_is_a_form(api: httpx.Client) -> None:
    assert error(api.post(TOKEN, json={"grant_type": "password"})) == (400, "invalid_request")


def test_a_new_password_ends_all_tokens_of_the_user(api: httpx.Client) -> None:
    token = by_password(api).json()["access_token"]
    api.post("/_emulator/act", json={"action": "set_user", "user": "anna", "password": "other"})
    assert works(api, token) == 401
    assert by_password(api, password="other").status_code == 200


def challenged(api: httpx.Client, **change: str) -> str:
    """A code that was asked for with the challenge of RFC 7636, appendix B."""
    return approved(api, code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", **change)["code"][0]


VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize(
    ("pkce", "verifier", "status"),
    [("ignore", "wrong", 200), ("check", VERIFIER, 200), ("check", "wrong", 400), ("demand", VERIFIER, 200)],
)
def test_a_challenge_is_checked_where_the_switch_says_so(
    api: httpx.Client, pkce: str, verifier: str, status: int
) -> None:
    switch(api, pkce=pkce)
    assert exchange(api, challenged(api), code_verifier=verifier).status_code == status


def test_a_challenge_may_be_demanded(api: httpx.Client) -> None:
    switch(api, pkce="demand")
    answer = api.post(
        "/puboauth/authorize", data={**ASK, "username": "anna", "password": "pass word+", "decision": "approve"}
    )
    assert error(answer) == (400, "invalid_request")


@pytest.mark.parametrize(("refresh", "again"), [("rotate", 400), ("keep", 200)])
def test_a_refresh_token_ends_with_its_use_or_goes_on(api: httpx.Client, refresh: str, again: int) -> None:
    switch(api, token_expires_in=MONTH, refresh=refresh)
    form = {**INTERNAL, "grant_type": "refresh_token", "refresh_token": by_password(api).json()["refresh_token"]}
    assert [api.post(TOKEN, data=form).status_code for _ in range(2)] == [200, again]
