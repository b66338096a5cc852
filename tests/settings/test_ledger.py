"""Where a ledger may be, that no password stands in its URL, and how long it keeps what."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scanner.settings import LedgerSettings


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///x?mode=memory", "ledger.db", "mysql://u@h/d"]
)
def test_a_ledger_is_a_file_or_a_database(url: str) -> None:
    with pytest.raises(ValidationError, match=r"of a file, or postgresql://user@host\[:port\]/db"):
        LedgerSettings.model_validate({"url": url})


def test_four_slashes_are_an_absolute_path() -> None:
    urls = ("sqlite:////data/l.db", "sqlite:///l.db", "postgresql://scanner@db/scanner")
    files = [LedgerSettings.model_validate({"url": url}).file for url in urls]
    assert files == [Path("/data/l.db"), Path("l.db"), None]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://scanner@db/scanner",
        "postgresql://scanner@db.example.com:6432/scanner?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        "postgresql://scanner@[::1]:5432/scanner",
        "postgresql://scanner@/scanner?host=/run/postgresql",
    ],
)
def test_a_server_is_named_with_user_and_database(url: str) -> None:
    assert LedgerSettings.model_validate({"url": url, "password_file": "p"}).url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hunter2@db/x", "must not hold a password"),
        ("postgresql://db/x", "must be postgresql://user@host"),
        ("postgresql://u@db", "must be postgresql://user@host"),
        ("postgresql://u@db/x/y", "must be postgresql://user@host"),
        ("postgresql://u@/x", "must be postgresql://user@host"),
        ("postgresql://u@db:99999/x", "is not a URL"),
        ("postgresql://u@db/x?password=hunter2", "takes no options but host, sslmode, sslrootcert"),
        ("postgresql://u@db/x#y", "takes no options but"),
        ("postgresql://u@db/x?sslmode=maybe", "has a sslmode that is none of"),
        ("postgresql://u@db/x y", "must not hold spaces"),
    ],
)
def test_what_is_no_such_url_is_refused_and_not_repeated(url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        LedgerSettings.model_validate({"url": url})
    assert "hunter2" not in str(refused.value)


def test_a_file_has_no_password() -> None:
    with pytest.raises(ValidationError, match="a file of SQLite has no password"):
        LedgerSettings.model_validate({"url": "sqlite:////data/l.db", "password_file": "p"})


def test_events_are_kept_longer_than_they_may_come_a_second_time() -> None:
    kept = [LedgerSettings.model_validate({"keep_events": one}).keep_events for one in ("60d", "3650d")]
    assert kept == [60 * 86_400, 3650 * 86_400]
    with pytest.raises(ValidationError, match="is shorter than 60d"):
        LedgerSettings.model_validate({"keep_events": "59d"})
