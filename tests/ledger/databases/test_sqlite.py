"""Transactions whole or not at all, in one thread; and one owner."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger.databases import sqlite
from scanner.ledger.databases.sqlite import OrderLock, OwnerLock, SqliteDatabase
from scanner.ledger.tables import tickets, work
from tests.ledger.world import content, new_database, queue, rows

HOLD = "import sys; from pathlib import Path; from scanner.ledger.databases.sqlite import OwnerLock; "
HOLD += "OwnerLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def database(file_database: SqliteDatabase) -> SqliteDatabase:
    return file_database


async def test_an_act_that_raises_leaves_nothing_behind(database: SqliteDatabase):
    before = await database.run(content)

    def act(connection):
        queue(connection, "a")
        raise KeyError("a")

    with pytest.raises(KeyError):
        await database.run(act)
    assert await database.run(content) == before


async def test_what_was_committed_comes_into_the_file_while_the_service_works(database: SqliteDatabase, monkeypatch):
    monkeypatch.setattr(sqlite, "COMMITS", 2)
    for name in "abc":
        await database.run(put(name))
    assert database._log._moving is not None
    await asyncio.wrap_future(database._log._moving)  # half moved, the file alone is no ledger
    async with asyncio.timeout(60):
        while in_the_file(database.path) != ["a", "b", "c"]:
            await database.run(content)  # while one is moved, further commits are only counted
            await asyncio.wrap_future(database._log._moving)


async def test_where_it_does_not_come_there_it_stays_in_the_log_and_nothing_is_lost(
    database: SqliteDatabase, monkeypatch, tmp_path: Path
):
    monkeypatch.setattr(sqlite, "COMMITS", 1)
    database._log._path = tmp_path  # which is no file
    for name in "abc":
        await database.run(put(name))
    assert (in_the_file(database.path), await database.read(lambda c: rows(c, work, "entry_id"))) == (
        [],
        [("a",), ("b",), ("c",)],
    )


def put(name: str):
    return lambda connection: queue(connection, name)


def in_the_file(path: Path) -> list[str]:
    """As if there were no log beside it, which at first has even the tables."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'work'").fetchall():
            return []
        return [row[0] for row in connection.execute("SELECT entry_id FROM work ORDER BY entry_id")]


async def test_a_cancelled_caller_leaves_a_transaction_that_has_begun_to_its_end(database: SqliteDatabase):
    begun, go_on = threading.Event(), threading.Event()

    def act(connection):
        queue(connection, "a")
        begun.set()
        go_on.wait(10)

    caller = asyncio.create_task(database.run(act))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await database.run(lambda c: rows(c, work, "entry_id")) == [("a",)]


async def test_acts_run_one_after_the_other_and_never_in_the_loops_thread(database: SqliteDatabase):
    seen, inside = set(), []

    def act(_):
        inside.append(1)
        seen.add((threading.current_thread() is threading.main_thread(), len(inside)))
        inside.pop()

    await asyncio.gather(*(database.run(act) for _ in range(20)))
    assert seen == {(False, 1)}


async def test_a_transaction_takes_the_write_lock_at_its_start(database: SqliteDatabase):
    other = sqlite3.connect(database.path, timeout=0, check_same_thread=False)

    def act(_):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    await database.run(act)
    other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_who_only_reads_neither_waits_for_a_writer_nor_holds_one_up(database: SqliteDatabase):
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection):
        before = rows(connection, work, "entry_id")
        begun.set()
        go_on.wait(10)
        return before, rows(connection, work, "entry_id")

    reading = asyncio.create_task(database.read(slow))
    await asyncio.to_thread(begun.wait, 10)
    await asyncio.wait_for(database.run(lambda connection: queue(connection, "a")), 5)
    go_on.set()
    assert await reading == ([], [])
    assert await database.read(lambda c: rows(c, work, "entry_id")) == [("a",)]


async def test_a_question_is_answered_while_a_transaction_is_open(database: SqliteDatabase):
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection):
        queue(connection, "a")
        begun.set()
        go_on.wait(10)

    writing = asyncio.create_task(database.run(slow))
    await asyncio.to_thread(begun.wait, 10)
    assert await asyncio.wait_for(database.read(lambda c: rows(c, work, "entry_id")), 5) == []
    go_on.set()
    await writing


async def test_who_said_to_read_cannot_write(database: SqliteDatabase):
    with pytest.raises(LedgerUnavailable, match="attempt to write a readonly database"):
        await database.read(lambda connection: queue(connection, "a"))
    await database.run(lambda connection: queue(connection, "b"))
    assert await database.read(lambda c: rows(c, work, "entry_id")) == [("b",)]


async def test_a_closed_ledger_is_one_file(tmp_path: Path):
    database = new_database(tmp_path)
    await database.run(lambda connection: queue(connection, "a"))
    await database.read(lambda c: rows(c, work, "entry_id"))
    await database.close()
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


async def test_each_connection_has_the_settings_that_durability_rests_on(database: SqliteDatabase):
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    for ask in (database.run, database.read):
        found = await ask(lambda c: {name: c.execute(text(f"PRAGMA {name}")).scalar_one() for name in names})
        assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 10_000}


async def test_what_the_database_refuses_names_the_file(database: SqliteDatabase):
    with pytest.raises(LedgerUnavailable, match=f"{database.path}: no such table: nowhere"):
        await database.run(lambda connection: connection.execute(text("SELECT * FROM nowhere")))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(LedgerUnavailable, match=r"nowhere/ledger.db cannot be opened"):
        SqliteDatabase(tmp_path / "nowhere" / "ledger.db")


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path):
    (tmp_path / "ledger.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerUnavailable, match=r"ledger.db cannot be opened: file is not a database"):
        SqliteDatabase(tmp_path / "ledger.db")


def test_a_lock_in_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(LedgerUnavailable, match=r"ledger.db.lock cannot be opened: No such file or directory. Check"):
        OwnerLock(tmp_path / "nowhere" / "ledger.db")


def test_a_second_owner_process_is_refused_until_the_first_has_ended(tmp_path: Path):
    ledger = tmp_path / "ledger.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ledger)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LedgerUnavailable, match=r"is owned by another process\. One service works on"):
            OwnerLock(ledger)
        other.kill()
    OwnerLock(ledger).release()


def test_a_second_order_is_put_off_until_the_first_has_ended(tmp_path: Path):
    first = OrderLock(tmp_path / "ledger.db")
    with pytest.raises(RetryLater, match="Another order is being carried out"):
        OrderLock(tmp_path / "ledger.db")
    first.release()
    OrderLock(tmp_path / "ledger.db").release()


def test_a_released_lock_can_be_taken_again(tmp_path: Path):
    OwnerLock(tmp_path / "ledger.db").release()
    OwnerLock(tmp_path / "ledger.db").release()


def modes(folder: Path) -> dict[str, int]:
    return {file.name.removeprefix("ledger.db"): file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_a_new_ledger_and_its_log_are_for_their_owner_alone(tmp_path: Path):
    lock = OwnerLock(tmp_path / "ledger.db")
    database = SqliteDatabase(tmp_path / "ledger.db")
    await database.run(lambda c: c.execute(text("CREATE TABLE a (b)")))
    assert modes(tmp_path) == {"": 0o600, "-wal": 0o600, "-shm": 0o600, ".lock": 0o600}
    await database.close()
    lock.release()


def test_others_lose_their_rights_to_an_older_ledger_and_its_group_keeps_them(tmp_path: Path):
    for suffix in ("", "-wal"):
        (tmp_path / f"ledger.db{suffix}").touch()
        (tmp_path / f"ledger.db{suffix}").chmod(0o664)
    OwnerLock(tmp_path / "ledger.db").release()
    assert modes(tmp_path) == {"": 0o660, "-wal": 0o660, ".lock": 0o600}


async def test_work_and_ticket_are_written_together_or_not_at_all(database: SqliteDatabase):
    def act(connection):
        queue(connection, "a")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.run(act)
    await database.run(lambda connection: queue(connection, "b"))
    found = await database.run(lambda c: (rows(c, work, "entry_id"), rows(c, tickets, "entry_id")))
    assert found == ([("b",)], [("b",)])


@pytest.mark.parametrize("name", ["50%.db", "a?b.db", "a b#c.db", "ä.db"])
async def test_the_file_has_the_name_that_was_asked_for(tmp_path: Path, name: str):
    database = SqliteDatabase(tmp_path / name)
    assert await database.run(lambda c: c.execute(text("PRAGMA database_list")).one().file) == str(tmp_path / name)
    await database.close()
