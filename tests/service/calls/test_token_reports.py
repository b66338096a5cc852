"""What is told of tokens: enough to know what to do, and never the token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.server import start
from scanner.cloud.token_store import Stored, TokenStore
from scanner.service.calls.token_reports import TokenReport, reports
from scanner.settings import DomainSettings
from tests.cloud.signing import SignIn

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[SignIn]:
    emulator = start(qps=1_000, daily=1_000)
    found = SignIn(emulator, tmp_path)
    try:
        found.key()
        found.control("POST", "users", json={"username": "anna", "user_type": "admin"})
        found.control("POST", "tokens", json={"user": "anna", "value": "t0ken", "scopes": ["Egnyte.filesystem"]})
        yield found
    finally:
        emulator.stop()


def the_report(settings: DomainSettings) -> TokenReport:
    (found,) = reports(settings, NOON)
    assert "t0ken" not in repr(found)
    return found


@pytest.mark.parametrize(
    ("refresh", "expires", "renewed", "problem"),
    [
        ("r3fresh", LATER, True, ""),
        (None, LATER, False, "it cannot be renewed: sign in again before it ends"),
        (None, None, False, ""),
    ],
)
def test_a_store_tells_its_end_and_whether_it_is_renewed(
    there: SignIn, refresh: str | None, expires: datetime | None, renewed: bool, problem: str
) -> None:
    TokenStore(there.oauth.token_store).write(Stored("t0ken", refresh, expires, NOON))
    assert the_report(there.settings) == TokenReport(
        *("acme", 1, there.oauth.token_store),
        renewed=renewed,
        expires_at=expires,
        username="anna",
        user_type="admin",
        scopes=("Egnyte.filesystem",),
        calls_a_second=1_000,
        calls_a_day=1_000,
        calls_today=2,
        problem=problem,
    )


def test_a_bare_token_is_asked_about_too(there: SignIn) -> None:
    (there.folder / "bare").write_text("t0ken\n")
    settings = DomainSettings(name="acme", base_url=there.emulator.base_url, token_file=there.folder / "bare")
    found = the_report(settings)
    assert (found.source, found.username, found.expires_at, found.problem) == (there.folder / "bare", "anna", None, "")


@pytest.mark.parametrize(
    ("status", "problem", "unreachable"),
    [
        (401, "account: the token is not accepted (HTTP 401); the service will try to renew it", False),
        (503, "account: the platform answers HTTP 503", True),
        (403, "account: HTTP 403", False),
    ],
)
def test_what_egnyte_refuses_is_a_problem_and_what_it_cannot_say_is_none(
    there: SignIn, status: int, problem: str, unreachable: bool
) -> None:
    TokenStore(there.oauth.token_store).write(Stored("t0ken", "r3fresh", LATER, NOON))
    there.control("POST", "faults", json={"route": "/userinfo", "status": status})
    found = the_report(there.settings)
    assert (found.problem, found.unreachable, found.expires_at) == (problem, unreachable, LATER)


def test_one_missing_file_does_not_hide_the_next_token(there: SignIn) -> None:
    TokenStore(there.folder / "further.json").write(Stored("t0ken", "r3fresh", LATER, NOON))
    settings = there.settings.model_copy(update={"download_token_files": (there.folder / "further.json",)})
    first, second = reports(settings, NOON)
    assert (first.token, first.username, "nobody has signed in yet" in first.problem) == (1, None, True)
    assert (second.token, second.username, second.problem) == (2, "anna", "")
