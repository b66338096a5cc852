"""The token endpoint over real HTTP: tokens by each grant, and refusals without a secret in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cloud.grants import (
    Client,
    ClientRefused,
    GrantRefused,
    authorize_url,
    by_code,
    by_password,
    by_refresh,
    code_of,
)
from scanner.cloud.token_endpoint import LARGEST_ANSWER, TokenEndpoint
from scanner.errors import BadAnswer, CloudUnavailable, Throttled
from tests.cloud.egnyte import QUICK, settings_for
from tests.cloud.rawserver import raw_server
from tests.cloud.signing import MONTH, PASSWORD, SECRET, SignIn, consent

BACK = "http://127.0.0.1:8765/callback"
CLIENT = Client("our-key", SECRET)
SCOPES = ["Egnyte.filesystem", "Egnyte.link"]
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize("page", ["token", "authorize"])
@pytest.mark.parametrize("pkce", ["ignore", "check", "demand"])
def test_a_code_becomes_a_token_on_either_page_with_pkce_known_or_not(sign_in: SignIn, page: str, pkce: str) -> None:
    sign_in.switch(pkce=pkce, token_expires_in=MONTH)
    endpoint = TokenEndpoint(sign_in.settings)
    url = authorize_url(endpoint.origin, page, CLIENT, BACK, scopes=SCOPES, state="s", verifier=VERIFIER)  # type: ignore[arg-type]

    found = endpoint.ask(by_code(CLIENT, code_of(consent(url), "s"), BACK, VERIFIER))

    assert sign_in.works(found.access_token)
    assert (found.refresh_token is not None, found.expires_in) == (True, MONTH)


def test_a_password_becomes_a_token_that_has_no_end(sign_in: SignIn) -> None:
    found = TokenEndpoint(sign_in.settings).ask(by_password(CLIENT, "anna", PASSWORD, SCOPES))

    assert sign_in.works(found.access_token)
    assert (found.refresh_token, found.expires_in) == (None, None)


def test_a_revoked_token_is_dead_and_its_refresh_token_too(sign_in: SignIn) -> None:
    sign_in.switch(token_expires_in=MONTH)
    endpoint = TokenEndpoint(sign_in.settings)
    found = endpoint.ask(by_password(CLIENT, "anna", PASSWORD, SCOPES))
    endpoint.revoke(CLIENT, found.access_token)

    assert not sign_in.works(found.access_token)
    with pytest.raises(GrantRefused):
        endpoint.ask(by_refresh(CLIENT, found.refresh_token or ""))


@pytest.mark.parametrize(
    ("form", "kind", "said"),
    [
        (
            by_password(CLIENT, "anna", "n0t-th1s", SCOPES),
            GrantRefused,
            "invalid_grant): user name or password is wrong",
        ),
        (
            by_password(Client("our-key", "n0t-th1s"), "anna", PASSWORD, SCOPES),
            ClientRefused,
            "HTTP 401, invalid_client",
        ),
        (by_code(CLIENT, "n0ne", BACK, ""), GrantRefused, "the code is unknown, used or expired"),
    ],
)
def test_a_refusal_says_what_is_wrong(sign_in: SignIn, form: dict[str, str], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as raised:
        TokenEndpoint(sign_in.settings).ask(form)
    assert said in str(raised.value)


def test_the_throttle_of_the_hour_says_how_long_to_wait(sign_in: SignIn) -> None:
    sign_in.control("POST", "oauth", json={"password_limit": 1})
    endpoint = TokenEndpoint(sign_in.settings)
    endpoint.ask(by_password(CLIENT, "anna", PASSWORD, SCOPES))

    with pytest.raises(Throttled) as raised:
        endpoint.ask(by_password(CLIENT, "anna", PASSWORD, SCOPES))
    assert raised.value.scope == "token"
    assert 3_500 < (raised.value.after or 0) <= 3_600


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 302 X\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", GrantRefused),
        (b"HTTP/1.1 200 X\r\nContent-Length: 6\r\n\r\n<html>", BadAnswer),
        (b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n" + b"x" * (LARGEST_ANSWER + 70_000), BadAnswer),
        (b"HTTP/1.1 200 X\r\nContent-Length: 60\r\n\r\n{", CloudUnavailable),
        (b"", CloudUnavailable),
    ],
)
def test_an_answer_that_is_none_gives_no_token(tmp_path: Path, answer: bytes, kind: type[Exception]) -> None:
    with raw_server(answer) as server, pytest.raises(kind):
        TokenEndpoint(settings_for(server.url, tmp_path / "token"), QUICK).ask({"grant_type": "password"})
