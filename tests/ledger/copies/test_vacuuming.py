"""A ledger file made smaller."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger.copies.backup import open_file
from scanner.ledger.copies.vacuuming import vacuum
from scanner.ledger.databases.sqlite import OrderLock, OwnerLock
from tests.ledger.world import new_database, queue


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """What was learnt of a thousand contents was dropped again."""
    found = new_database(tmp_path)
    found.run_here(lambda connection: queue(connection, "one", "two"))
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
    with closing(open_file(found.path)) as file:
        file.execute(f"INSERT INTO facts {many} SELECT i, 1, zeroblob(3000), '2020-01-01 00:00:00.000000' FROM n")
        file.execute("DELETE FROM facts")
    return found.path


def rows(ledger: Path) -> list[list[tuple]]:
    with closing(open_file(ledger)) as file:
        return [file.execute(f"SELECT * FROM {table}").fetchall() for table in ("work", "tickets", "alembic_version")]


def test_what_was_dropped_takes_no_room_any_more_and_all_else_is_there(ledger: Path) -> None:
    before = rows(ledger)
    done = vacuum(ledger)
    assert done.after < done.before - 3_000_000
    assert done.after == ledger.stat().st_size
    assert rows(ledger) == before


def test_a_ledger_that_somebody_works_on_is_left_alone(ledger: Path) -> None:
    for lock, error in ((OwnerLock(ledger), LedgerUnavailable), (OrderLock(ledger), RetryLater)):
        with pytest.raises(error):
            vacuum(ledger)
        lock.release()


def test_without_room_nothing_is_begun(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(ledger.parent)._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    size = ledger.stat().st_size
    with pytest.raises(LedgerUnavailable, match="are 1,000 bytes free"):
        vacuum(ledger)
    assert ledger.stat().st_size == size


def test_what_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE t (a)")
    with pytest.raises(LedgerUnavailable, match="holds no ledger"):
        vacuum(other)
    with pytest.raises(LedgerUnavailable, match="There is no ledger"):
        vacuum(tmp_path / "none.db")
