"""Tokens are got, kept and ended, each with its own error where that cannot be."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml

from scanner.cloud.grants import GrantRefused, Issued
from scanner.cloud.token_store import TokenStore
from scanner.errors import ConfigurationError, RetryLater
from scanner.service.calls import signing_in
from scanner.service.calls.signing_in import Consent, by_consent, by_login, kept, password_in, revoke, secret_manifest
from scanner.settings import DomainSettings
from tests.cloud.signing import PASSWORD, SignIn, consent, with_a_key

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LASTING = Issued("t0ken", None, None)


@pytest.fixture
def sign_in(tmp_path: Path) -> Iterator[SignIn]:
    with with_a_key(tmp_path) as found:
        yield found


def nobody() -> str:
    raise AssertionError("nobody is asked for anything")


def test_the_browser_comes_back_to_this_machine(sign_in: SignIn) -> None:
    def browse(url: str) -> None:
        assert httpx.get(consent(url)).status_code == 200

    found = by_consent(sign_in.settings, Consent(port=0), browse, nobody)
    assert sign_in.works(found.access_token)


def test_the_pasted_address_does_as_well(sign_in: SignIn) -> None:
    back: list[str] = []
    how = Consent(redirect_uri="https://scanner.example.org/back")
    found = by_consent(sign_in.settings, how, lambda url: back.append(consent(url)), lambda: back[0])
    assert sign_in.works(found.access_token)


def test_a_person_may_refuse(sign_in: SignIn) -> None:
    back: list[str] = []
    how = Consent(paste=True)
    with pytest.raises(GrantRefused, match="Egnyte says access_denied"):
        by_consent(sign_in.settings, how, lambda url: back.append(consent(url, decision="deny")), lambda: back[0])
    assert sign_in.asked() == []


def test_nobody_is_waited_for_without_end(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "PATIENCE", 0.0)
    with pytest.raises(RetryLater, match="Nobody signed in"):
        by_consent(sign_in.settings, Consent(port=0), lambda _: None, nobody)


def test_what_was_got_is_kept_and_ended(sign_in: SignIn) -> None:
    issued = by_login(sign_in.settings, "anna", PASSWORD, ())
    kept(sign_in.oauth.token_store, issued, NOON)
    assert TokenStore(sign_in.oauth.token_store).read().obtained_at == NOON

    assert revoke(sign_in.settings) == sign_in.oauth.token_store
    assert (sign_in.works(issued.access_token), sign_in.oauth.token_store.exists()) == (False, False)


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="the token store cannot be written: No such file or directory"):
        kept(tmp_path / "nowhere" / "store.json", LASTING, NOON)


def test_a_domain_with_a_token_file_cannot_be_signed_in_to(tmp_path: Path) -> None:
    settings = DomainSettings(name="acme", host="acme.egnyte.com", token_file=tmp_path / "token")
    with pytest.raises(ConfigurationError, match="its token comes from a file"):
        by_login(settings, "anna", PASSWORD, ())


def test_a_token_without_an_end_needs_no_store_in_the_manifest() -> None:
    assert yaml.safe_load(secret_manifest("acme", LASTING, NOON))["data"] == {
        "token": base64.b64encode(b"t0ken").decode()
    }


@pytest.mark.parametrize(
    ("written", "password"), [(b"pass word \n", "pass word "), (b"pw\r\nmore", "pw"), ("pä".encode(), "pä")]
)
def test_the_password_is_the_first_line_as_it_is(tmp_path: Path, written: bytes, password: str) -> None:
    (tmp_path / "password").write_bytes(written)
    assert password_in(tmp_path / "password") == password


@pytest.mark.parametrize("written", [b"", b"\nsecond", b"x" * 1_100, b"\xff\xfe", None])
def test_a_file_without_a_password_is_told_and_not_shown(tmp_path: Path, written: bytes | None) -> None:
    if written is not None:
        (tmp_path / "password").write_bytes(written)
    with pytest.raises(ConfigurationError, match="the password file") as raised:
        password_in(tmp_path / "password")
    assert "xxx" not in str(raised.value)
