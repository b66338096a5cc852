"""Calls about JSON in trouble, over real HTTP: what is repeated, what is not, and what the caller is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import Priority
from scanner.cloud.session import LARGEST_ANSWER
from scanner.errors import (
    BadAnswer,
    CloudRefused,
    CloudUnavailable,
    ConfigurationError,
    Forbidden,
    NotFound,
    TokenRefused,
)
from scanner.model import Account, GroupId
from tests.cloud.egnyte import QUICK, Egnyte, Seen, settings_for
from tests.cloud.rawserver import RawServer, answer, raw_server

USERINFO = "/pubapi/v1/userinfo"
SELF = json.dumps({"id": 77, "username": "svc-scanner"}).encode()
US = Account(77, "svc-scanner")


@asynccontextmanager
async def client_of(server: RawServer, folder: Path, seen: Seen | None = None) -> AsyncIterator[EgnyteClient]:
    token_file = folder / "token"
    token_file.write_text("s3cr3t")
    client = EgnyteClient(settings_for(server.url, token_file), observe=seen or Seen(), timeouts=QUICK)
    client.budgets[0].learn({"x-accesstoken-qps-allotted": "1000"})
    yield client
    await client.close()


async def test_a_renewed_token_is_read_after_a_401(egnyte: Egnyte) -> None:
    before = await egnyte.cloud.account()
    egnyte.control("DELETE", f"tokens/{egnyte.emulator.token}")
    egnyte.control("POST", "tokens", json={"user": "svc-scanner", "value": "renewed"})
    egnyte.token_file.write_text("renewed")

    assert await egnyte.cloud.account() == before
    assert egnyte.seen.codes("account") == [200, 401, 200]


@pytest.mark.parametrize("dialect", ["401", "mashery"])
@pytest.mark.parametrize("written", ["test-token", "another", ""])
async def test_a_token_that_stays_refused_is_told_after_two_calls_at_most(
    egnyte: Egnyte, dialect: str, written: str
) -> None:
    egnyte.switch(inactive_dialect=dialect)
    egnyte.control("DELETE", f"tokens/{egnyte.emulator.token}")
    egnyte.token_file.write_text(written)

    with pytest.raises(TokenRefused) as raised:
        await egnyte.cloud.account()

    calls = 2 if written == "another" else 1
    assert egnyte.seen.codes("account") == [401 if dialect == "401" else 403] * calls
    assert "token" in str(raised.value)
    assert "test-token" not in str(raised.value)


async def test_a_bare_403_is_asked_exactly_once(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, status=403, body={"errorMessage": "no"})

    with pytest.raises(Forbidden, match=r"^account: HTTP 403, no$"):
        await egnyte.cloud.account()

    assert egnyte.requests().count(f"GET {USERINFO}") == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 598, 599])
async def test_a_passing_server_error_is_not_noticed(egnyte: Egnyte, status: int) -> None:
    egnyte.fault(route=USERINFO, status=status, body="<h1>Busy</h1>", count=2)

    await egnyte.cloud.account()

    assert egnyte.seen.codes("account") == [status, status, 200]


async def test_a_lasting_server_error_is_told_after_three_calls(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, status=503, body="<h1>Busy</h1>")

    with pytest.raises(CloudUnavailable, match="HTTP 503"):
        await egnyte.cloud.account()

    assert egnyte.seen.codes("account") == [503] * 3


async def test_a_page_in_place_of_json_is_asked_for_again(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, status=200, body="<html>Please log in</html>", count=1)

    await egnyte.cloud.account()


async def test_a_cut_before_or_within_the_answer_is_not_noticed(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, cut_after=0, count=1)
    egnyte.fault(route=USERINFO, cut_after=10, count=1)

    await egnyte.cloud.account()

    assert egnyte.seen.codes("account") == ["connect_error", 200, "connect_error", 200]


async def test_silence_is_a_timeout(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, delay=1.0, count=1)

    await egnyte.cloud.account()

    assert egnyte.seen.codes("account") == ["timeout", 200]


async def test_a_host_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with raw_server(b"") as server:
        pass
    async with client_of(server, tmp_path) as client:
        with pytest.raises(CloudUnavailable, match=r"^account: Connect"):
            await client.account()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_the_other_host_never_called(tmp_path: Path, status: int) -> None:
    with raw_server(answer(200, SELF)) as other:
        redirect = answer(status, b"", f"Location: {other.url}{USERINFO}")
        with raw_server(redirect) as server:
            async with client_of(server, tmp_path) as client:
                with pytest.raises(CloudRefused, match="redirect") as raised:
                    await client.account()

    assert (raised.value.status, other.asked, len(server.asked)) == (status, [], 1)


async def test_cookies_are_not_given_back(tmp_path: Path) -> None:
    with raw_server(answer(200, SELF, "Set-Cookie: session=1; Path=/")) as server:
        async with client_of(server, tmp_path) as client:
            assert [await client.account(), await client.account()] == [US, US]

    assert not any("cookie" in head.lower() for head in server.asked)


async def test_no_proxy_of_the_environment_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with raw_server(answer(200, SELF)) as server:
        async with client_of(server, tmp_path) as client:
            assert await client.account() == US


async def test_the_token_goes_in_its_header_and_nowhere_else(tmp_path: Path) -> None:
    with raw_server(answer(404, b"{}")) as server:
        async with client_of(server, tmp_path) as client:
            with pytest.raises(NotFound) as raised:
                await client.file(GroupId("g1"), priority=Priority.LIVE)

    assert server.asked[0].startswith("GET /pubapi/v1/fs/ids/file/g1 HTTP/1.1\r\n")
    assert "Authorization: Bearer s3cr3t\r\n" in server.asked[0]
    assert "s3cr3t" not in str(raised.value)


async def test_an_answer_without_an_end_is_cut_off(tmp_path: Path) -> None:
    with raw_server(answer(200, b"[" + b" " * (LARGEST_ANSWER + 100_000))) as server:
        async with client_of(server, tmp_path) as client:
            with pytest.raises(BadAnswer, match="larger than"):
                await client.account()


async def test_a_refusal_without_an_end_is_not_read(tmp_path: Path) -> None:
    with raw_server(answer(404, b"x" * 3_000_000, length=10**12)) as server:
        async with client_of(server, tmp_path) as client:
            with pytest.raises(NotFound):
                await client.account()


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00\x01", b"HTTP/9.9 what\r\n\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nx\r\n\r\n"]
)
async def test_what_is_not_http_is_unavailable(tmp_path: Path, garbage: bytes) -> None:
    seen = Seen()
    with raw_server(garbage) as server:
        async with client_of(server, tmp_path, seen) as client:
            with pytest.raises(CloudUnavailable):
                await client.account()

    assert seen.codes("account") == ["connect_error"] * 3


async def test_a_reset_is_unavailable(tmp_path: Path) -> None:
    with raw_server(answer(200, SELF, length=5_000), resets=3) as server:
        async with client_of(server, tmp_path) as client:
            with pytest.raises(CloudUnavailable):
                await client.account()


async def test_json_with_missing_and_unknown_fields_is_read(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, status=200, body={"id": 7, "username": "x", "brand": {"new": [1]}})

    assert await egnyte.cloud.account() == Account(7, "x")


async def test_json_without_what_is_needed_is_a_bad_answer_and_not_repeated(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, status=200, body={"id": 7})

    with pytest.raises(BadAnswer, match=r"^account: username is missing"):
        await egnyte.cloud.account()

    assert egnyte.seen.codes("account") == [200]


async def test_a_missing_token_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        EgnyteClient(settings_for("http://127.0.0.1:1", tmp_path / "none"))


@pytest.mark.parametrize(
    ("date", "known"),
    [(None, False), ("soon", False), ("Wed, 04 Mar 2026 09:15:20 GMT", True)],
)
async def test_how_far_the_other_clock_is_ahead_is_known_from_an_answer_that_tells_its_time(
    tmp_path: Path, date: str | None, known: bool
) -> None:
    headers = () if date is None else (f"Date: {date}",)
    with raw_server(answer(200, SELF, *headers)) as server:
        async with client_of(server, tmp_path) as client:
            assert client.ahead is None
            await client.account()
            ahead = client.ahead
    assert (ahead is not None) is known
    if ahead is not None:
        theirs = datetime(2026, 3, 4, 9, 15, 20, tzinfo=UTC)
        assert abs(datetime.now(UTC) + ahead - theirs) < timedelta(seconds=30)
