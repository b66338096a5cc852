"""What is asked of the token endpoint and what it may answer, good and bad."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.grants import (
    Client,
    ClientRefused,
    GrantRefused,
    Issued,
    authorize_url,
    by_code,
    by_password,
    by_refresh,
    challenge,
    code_of,
    issued,
    refused,
)
from scanner.errors import BadAnswer, CloudUnavailable, ScannerError, Throttled

CLIENT = Client("an-id", "s3cr3t")
BACK = "http://127.0.0.1:8765/callback"


def test_the_page_is_asked_for_scopes_state_and_a_challenge() -> None:
    url = authorize_url(
        "https://acme.egnyte.com", "token", CLIENT, BACK, scopes=["Egnyte.filesystem", "Egnyte.link"], state="abc",
        verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )  # fmt: skip

    assert url.startswith("https://acme.egnyte.com/puboauth/token?")
    assert parse_qs(urlsplit(url).query) == {
        "client_id": ["an-id"],
        "redirect_uri": [BACK],
        "response_type": ["code"],
        "scope": ["Egnyte.filesystem Egnyte.link"],
        "state": ["abc"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
    }
    assert "s3cr3t" not in url


def test_the_challenge_is_the_one_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_without_pkce_nothing_of_it_is_sent() -> None:
    url = authorize_url("https://a", "authorize", CLIENT, BACK, scopes=["x"], state="s", verifier="")
    assert (urlsplit(url).path, "challenge" in url) == ("/puboauth/authorize", False)
    assert "code_verifier" not in by_code(CLIENT, "c0de", BACK, "")


def test_the_forms_are_the_documented_ones() -> None:
    key = {"client_id": "an-id", "client_secret": "s3cr3t"}
    assert by_code(CLIENT, "c0de", BACK, "v") == {
        "grant_type": "authorization_code", **key, "code": "c0de", "redirect_uri": BACK, "code_verifier": "v"
    }  # fmt: skip
    assert by_password(CLIENT, "svc", "pw", ["a", "b"]) == {
        "grant_type": "password", **key, "username": "svc", "password": "pw", "scope": "a b"
    }  # fmt: skip
    assert by_refresh(CLIENT, "r") == {"grant_type": "refresh_token", **key, "refresh_token": "r"}


def test_the_address_that_came_back_has_the_code() -> None:
    assert code_of(f" {BACK}?code=c0de&state=abc\n", "abc") == "c0de"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"{BACK}?code=c0de&state=other", "its state is another one"),
        (f"{BACK}?code=c0de", "its state is another one"),
        ("nonsense", "its state is another one"),
        ("http://[::1", "its state is another one"),
        (f"{BACK}?state=abc", "has no code"),
        (f"{BACK}?state=abc&code=a%20b", "has no code"),
        (f"{BACK}?state=abc&error=access_denied", "Egnyte says access_denied: access was not given"),
        (f"{BACK}?state=abc&error=%1b%5b2J", "Egnyte says no reason given"),
    ],
)
def test_another_address_is_refused(address: str, said: str) -> None:
    with pytest.raises(GrantRefused, match=said):
        code_of(address, "abc")


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"access_token": "t", "token_type": "bearer", "expires_in": -1}, Issued("t", None, None)),
        ({"access_token": "t", "refresh_token": "r", "expires_in": 2_592_000}, Issued("t", "r", 2_592_000)),
        ({"access_token": "t", "refresh_token": "r", "expires_in": "3600"}, Issued("t", "r", 3_600)),
        ({"access_token": "t", "refresh_token": "a b", "expires_in": True}, Issued("t", None, None)),
        ({"access_token": "t", "refresh_token": None, "expires_in": 10**12}, Issued("t", None, None)),
        ({"access_token": "t", "expires_in": 1.5}, Issued("t", None, None)),
    ],
)
def test_tokens_with_and_without_an_end(answer: object, found: Issued) -> None:
    assert issued(json.dumps(answer).encode()) == found


@given(st.one_of(st.binary(), st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())))
def test_what_is_no_token_is_never_one(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="gave no token"):
        issued(body)


REFUSALS = [
    (400, {"error": "invalid_grant", "error_description": "used"}, GrantRefused,
     "the token endpoint refuses (HTTP 400, invalid_grant): used"),
    (401, {"error": "invalid_client"}, ClientRefused, "the token endpoint refuses (HTTP 401, invalid_client)"),
    (400, {"error": "invalid_scope"}, ClientRefused, "the token endpoint refuses (HTTP 400, invalid_scope)"),
    (403, "<html>", GrantRefused, "the token endpoint refuses (HTTP 403, no reason given)"),
    (503, "", CloudUnavailable, "the token endpoint answers HTTP 503"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "answer", "kind", "said"), REFUSALS)
def test_refusals_are_told_apart(status: int, answer: object, kind: type[ScannerError], said: str) -> None:
    error = refused(status, {}, json.dumps(answer).encode(), [])
    assert (type(error), str(error)) == (kind, said)


@pytest.mark.parametrize(
    ("written", "after"), [("120", 120.0), ("", 3_600.0), ("soon", 3_600.0), ("9999999", 86_400.0), ("0", 1.0)]
)
def test_409_is_the_throttle_and_says_how_long(written: str, after: float) -> None:
    error = refused(409, {"retry-after": written}, b"", [])
    assert isinstance(error, Throttled)
    assert (error.scope, error.after) == ("token", after)


def test_an_answer_that_repeats_a_secret_is_not_repeated() -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": "bad s3cr3t"}).encode()
    assert str(refused(400, {}, body, ["s3cr3t"])) == "the token endpoint refuses (HTTP 400, no reason given)"


def test_no_secret_is_in_what_is_printed_of_these() -> None:
    assert "s3cr3t" not in repr(CLIENT) + repr(Issued("s3cr3t", "s3cr3t", 1))
