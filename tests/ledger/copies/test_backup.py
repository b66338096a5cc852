"""Copying a ledger file while a service works on it."""

import os
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from scanner.errors import LedgerUnavailable
from scanner.ledger.copies.backup import Backup, back_up
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.schema import upgrade
from tests.ledger.world import new_database, queue


def unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def asked(file: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return Path(new_database(tmp_path).name)


def copied(ledger: Path, file: Path, *, force: bool = False) -> Backup:
    return back_up(ledger, file, force=force, progress=unseen)


def test_a_copy_taken_while_another_writes_is_one_whole_state(file_database, tmp_path: Path) -> None:
    """Each transaction queues two versions, with their tickets: a copy of one moment has pairs only."""
    file_database.run_here(lambda connection: queue(connection, *(f"old-{n}" for n in range(3_000))))
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            file_database.run_here(lambda connection: queue(connection, f"a-{len(written)}", f"b-{len(written)}"))
            written.append(None)

    seen: list[int] = []

    def wait_for_a_commit(done: int, total: int) -> None:
        seen.append(len(written))
        while len(written) < seen[-1] + 2:
            assert writer.is_alive()
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("scanner.ledger.copies.backup.PAGES", 64)
            done = back_up(file_database.path, tmp_path / "copy.db", force=False, progress=wait_for_a_commit)
    finally:
        stop.set()
        writer.join()
    firsts, seconds, tickets = (
        asked(tmp_path / "copy.db", f"SELECT count(*) FROM {what}")[0][0]
        for what in ("work WHERE entry_id LIKE 'a-%'", "work WHERE entry_id LIKE 'b-%'", "tickets")
    )
    assert len(seen) > 2
    assert firsts == seconds <= seen[0] < len(written)
    assert done.rows["work"] == tickets == 3_000 + firsts + seconds


def test_a_copy_can_be_worked_on_in_the_ledgers_place(file_database, tmp_path: Path) -> None:
    file_database.run_here(lambda connection: queue(connection, "one"))
    (tmp_path / "elsewhere").mkdir()
    done = copied(file_database.path, tmp_path / "elsewhere" / "ledger.db")
    restored = SqliteDatabase(done.file)
    upgrade(restored)
    restored.run_here(lambda connection: queue(connection, "two"))
    assert asked(restored.path, "SELECT entry_id FROM work ORDER BY entry_id") == [("one",), ("two",)]
    assert (done.size > 0, done.rows["work"], stat.S_IMODE(done.file.stat().st_mode)) == (True, 1, 0o600)


def test_an_older_copy_is_replaced_only_on_demand(ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_text("older")
    with pytest.raises(LedgerUnavailable, match="is there already"):
        copied(ledger, file)
    assert file.read_text() == "older"
    copied(ledger, file, force=True)
    assert asked(file, "PRAGMA integrity_check") == [("ok",)]


def test_what_is_no_regular_file_is_not_replaced_on_demand_either(ledger: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("older")
    os.mkfifo(tmp_path / "pipe")
    for name, there in (("link", kept), ("dangling", "nowhere"), ("folder", tmp_path)):
        (tmp_path / name).symlink_to(there)
    for name in ("pipe", "link", "dangling", "folder"):
        for force in (False, True):
            with pytest.raises(LedgerUnavailable, match=f"{name} is no regular file, and is not replaced"):
                copied(ledger, tmp_path / name, force=force)
    assert (kept.read_text(), (tmp_path / "link").readlink(), (tmp_path / "pipe").is_fifo()) == ("older", kept, True)


@pytest.mark.parametrize("end", ["", "-wal", ".lock"])
def test_the_ledger_itself_is_never_replaced(ledger: Path, end: str) -> None:
    with pytest.raises(LedgerUnavailable, match="is the ledger itself, or belongs to it"):
        copied(ledger, Path(f"{ledger}{end}"), force=True)


def test_what_is_no_ledger_or_not_there_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    asked(other, "CREATE TABLE t (a)")
    (tmp_path / "text.db").write_text("no database at all, but long enough to look like one" * 100)
    for ledger, what in (
        (other, "holds no ledger"),
        (tmp_path / "text.db", "not a database"),
        (Path("no"), "no ledger"),
    ):
        with pytest.raises(LedgerUnavailable, match=what):
            copied(ledger, tmp_path / "copy.db")
    with pytest.raises(LedgerUnavailable, match="No such file or directory"):
        copied(other, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(LedgerUnavailable, match="is a folder"):
        copied(other, tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.db", "text.db"]


def test_one_broken_off_leaves_nothing(ledger: Path, tmp_path: Path) -> None:
    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(ledger, tmp_path / "copies.db", force=False, progress=interrupted)
    assert list(tmp_path.glob("*copies*")) == []
