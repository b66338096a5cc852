"""Tokens that renew themselves: ahead of their end, after a refusal, and never twice at once."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.cloud.client import EgnyteClient
from scanner.cloud.grants import Client, Issued, by_password
from scanner.cloud.stored_tokens import StoredTokens, stored
from scanner.cloud.token_endpoint import TokenEndpoint
from scanner.cloud.token_store import Stored, TokenStore
from scanner.errors import ConfigurationError, TokenRefused
from tests.cloud.signing import MONTH, PASSWORD, SECRET, SignIn

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def signed_in(sign_in: SignIn, lifetime: int = MONTH) -> Stored:
    """By anna, at noon."""
    sign_in.switch(token_expires_in=lifetime)
    form = by_password(Client("our-key", SECRET), "anna", PASSWORD, [])
    found = stored(TokenEndpoint(sign_in.settings).ask(form), NOON)
    TokenStore(sign_in.oauth.token_store).write(found)
    return found


def tokens(sign_in: SignIn, clock: Clock) -> StoredTokens:
    return StoredTokens(sign_in.settings, sign_in.oauth, clock=clock)


def in_store(sign_in: SignIn) -> Stored:
    return TokenStore(sign_in.oauth.token_store).read()


@pytest.mark.parametrize(
    ("lifetime", "renewed_after"),
    [
        (MONTH, timedelta(days=29)),
        (36_000, timedelta(hours=9)),
        (600, timedelta(minutes=5)),
        (60, timedelta(seconds=30)),
    ],
)
def test_a_token_is_renewed_ahead_of_its_end_and_stored(
    sign_in: SignIn, lifetime: int, renewed_after: timedelta
) -> None:
    old, clock = signed_in(sign_in, lifetime), Clock()
    found = tokens(sign_in, clock)
    clock.now = NOON + renewed_after - timedelta(seconds=1)
    found.keep_fresh()
    assert found.current == old.access_token

    clock.now = NOON + renewed_after
    found.keep_fresh()

    new = in_store(sign_in)
    assert (found.current, found.expires_at) == (new.access_token, clock.now + timedelta(seconds=lifetime))
    assert new.access_token != old.access_token
    assert new.refresh_token not in (None, old.refresh_token)
    assert sign_in.works(found.current)


def test_a_token_without_an_end_is_left_alone(sign_in: SignIn) -> None:
    signed_in(sign_in, -1)
    clock = Clock(NOON + 400 * DAY)
    tokens(sign_in, clock).keep_fresh()
    assert sign_in.asked() == [200]


def test_where_no_new_refresh_token_comes_the_old_one_goes_on() -> None:
    before = Stored("t", "r", None, NOON)
    assert stored(Issued("u", None, 60), NOON, before) == Stored("u", "r", NOON + timedelta(seconds=60), NOON)


def test_of_many_processes_only_one_renews(sign_in: SignIn) -> None:
    signed_in(sign_in)
    clock = Clock(NOON + 29.5 * DAY)
    several = [tokens(sign_in, clock) for _ in range(6)]
    threads = [threading.Thread(target=one.keep_fresh) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sign_in.asked() == [200, 200]
    assert {one.current for one in several} == {in_store(sign_in).access_token}


def test_a_refused_token_is_renewed_at_once(sign_in: SignIn) -> None:
    old = signed_in(sign_in)
    sign_in.advance(MONTH + 1)
    found = tokens(sign_in, Clock())

    assert found.renew(old.access_token) is True
    assert sign_in.works(found.current)
    assert found.renew(old.access_token) is True, "somebody else who holds the old one"
    assert sign_in.asked() == [200, 200]


def test_what_another_process_has_stored_is_taken_without_a_call(sign_in: SignIn) -> None:
    old = signed_in(sign_in)
    found = tokens(sign_in, Clock())
    TokenStore(sign_in.oauth.token_store).write(Stored("n3w", None, None, NOON + DAY))

    assert (found.renew(old.access_token), found.current) == (True, "n3w")
    assert sign_in.asked() == [200]


def test_a_throttle_is_obeyed_and_the_old_token_used_to_its_end(sign_in: SignIn) -> None:
    old, clock = signed_in(sign_in), Clock(NOON + 29.5 * DAY)
    sign_in.control("POST", "oauth", json={"public_limit": 0})
    sign_in.control(
        "POST", "faults", json={"route": "/puboauth/token", "status": 409, "headers": {"Retry-After": "600"}}
    )
    found = tokens(sign_in, clock)
    for seconds in (0, 300, 299):
        clock.now += timedelta(seconds=seconds)
        found.keep_fresh()
    assert (sign_in.asked()[1:], found.current) == ([409], old.access_token)

    sign_in.control("POST", "oauth", json={"public_limit": 100})
    sign_in.control("DELETE", "faults")
    clock.now += timedelta(seconds=2)
    found.keep_fresh()
    assert (sign_in.asked()[1:], found.current != old.access_token) == ([409, 200], True)


def test_a_refresh_token_that_is_refused_is_not_tried_again_and_again(sign_in: SignIn) -> None:
    old, clock = signed_in(sign_in), Clock(NOON + 29.5 * DAY)
    sign_in.control("DELETE", f"tokens/{old.access_token}")
    found = tokens(sign_in, clock)
    for _ in range(5):
        found.keep_fresh()
        assert found.renew(old.access_token) is False
    assert sign_in.asked() == [200, 400]


def test_a_store_that_cannot_be_written_loses_nothing_while_the_process_lives(sign_in: SignIn) -> None:
    """Not by rights, which root has all of: by a folder in the place of the file, for a while."""
    signed_in(sign_in)
    clock, path = Clock(NOON + 29.5 * DAY), sign_in.oauth.token_store
    found = tokens(sign_in, clock)
    sign_in.control("POST", "faults", json={"route": "/puboauth/token", "delay": 0.5})
    thread = threading.Thread(target=found.keep_fresh)
    thread.start()
    while len(sign_in.asked()) < 2:
        pass
    old = path.read_bytes()
    path.unlink()
    path.mkdir()
    thread.join(30)
    new = found.current
    assert sign_in.works(new)

    path.rmdir()
    path.write_bytes(old)
    assert found.renew(json.loads(old)["access_token"]) is True
    clock.now += MONTH_AHEAD
    found.keep_fresh()
    assert sign_in.asked() == [200, 200, 200], "with the newer refresh token, though the file had the older one"
    assert in_store(sign_in).access_token == found.current


MONTH_AHEAD = timedelta(days=29.5)


@pytest.mark.parametrize("name", ["id", "secret", "store.json"])
def test_what_is_missing_at_the_start_is_told_with_its_path(sign_in: SignIn, name: str) -> None:
    signed_in(sign_in)
    (sign_in.folder / name).unlink()
    with pytest.raises(ConfigurationError, match=str(sign_in.folder / name)):
        tokens(sign_in, Clock())


async def test_a_client_goes_on_over_the_end_of_its_token(sign_in: SignIn) -> None:
    signed_in(sign_in)
    cloud = EgnyteClient(sign_in.settings)
    assert (await cloud.account()).username == "anna"
    sign_in.advance(MONTH + 1)
    assert (await cloud.account()).username == "anna"
    await cloud.close()


async def test_a_client_whose_refresh_token_is_dead_says_that_the_token_is_refused(sign_in: SignIn) -> None:
    old = signed_in(sign_in)
    cloud = EgnyteClient(sign_in.settings)
    sign_in.control("DELETE", f"tokens/{old.access_token}")
    with pytest.raises(TokenRefused):
        await cloud.account()
    await cloud.close()


def test_no_secret_is_logged(sign_in: SignIn, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    old, clock = signed_in(sign_in), Clock(NOON + 29.5 * DAY)
    found = tokens(sign_in, clock)
    found.keep_fresh()
    new = in_store(sign_in)
    sign_in.control("DELETE", f"tokens/{found.current}")
    found.renew(found.current)
    said = "".join(capsys.readouterr())
    secrets = (SECRET, PASSWORD, old.access_token, new.access_token, old.refresh_token, new.refresh_token)
    assert "token.renewed" in said
    assert "token.not_renewed" in said
    assert [one for one in secrets if one is not None and one in said] == []
