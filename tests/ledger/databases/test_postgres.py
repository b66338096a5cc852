"""Transactions on PostgreSQL: one writer over all replicas, but for what rests on single rows."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio
from sqlalchemy import text

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases import postgres, seats
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.proofs import audit
from scanner.ledger.tables import feeds, work
from scanner.settings import LedgerSettings
from tests.ledger.world import NOON, queue, rows
from tests.postgres import ask

WRITER = """
import asyncio, sys, time
from sqlalchemy import text
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.settings import LedgerSettings

def act(connection):
    connection.execute(text("INSERT INTO feeds (domain, cursor, epoch) VALUES ('acme', 1, 0)"))
    print("in the midst", flush=True)
    time.sleep(1)
    connection.execute(text("UPDATE feeds SET cursor = 2"))

asyncio.run(PostgresDatabase(Server(LedgerSettings(url=sys.argv[1]))).run(act))
"""


@pytest_asyncio.fixture
async def two(ledger_on_server: LedgerSettings) -> AsyncIterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """The same ledger, of two replicas."""
    both = PostgresDatabase(Server(ledger_on_server)), PostgresDatabase(Server(ledger_on_server))
    yield both
    for one in both:
        await one.close()


def counted(connection) -> None:
    """Reads first and writes then, with nothing to guard it but the database."""
    now = connection.execute(text("SELECT coalesce(max(cursor), 0) FROM feeds")).scalar_one()
    connection.execute(text("SELECT pg_sleep(0.002)"))
    connection.execute(text("DELETE FROM feeds"))
    connection.execute(feeds.insert().values(domain="acme", cursor=now + 1, epoch=0))


async def test_who_reads_first_and_writes_then_is_alone_over_all_replicas(two):
    await asyncio.gather(*(database.run(counted) for database in two for _ in range(10)))
    assert await two[0].read(lambda c: rows(c, feeds, "cursor")) == [(20,)]


async def test_the_audit_of_two_replicas_is_one_chain(two):
    def act(connection):
        audit.append(connection, audit.Action.STEP, "acme/e", {}, at=NOON)

    await asyncio.gather(*(database.run(act) for database in two for _ in range(10)))
    entries = await two[0].read(lambda c: audit.page(c, 0))
    assert [entry.seq for entry in entries] == list(range(1, 21))


async def test_what_rests_on_single_rows_waits_for_nobody(two):
    begun = asyncio.Event()

    def slow(connection):
        connection.execute(text("SELECT 1"))
        asyncio.get_running_loop().call_soon(begun.set)
        connection.execute(text("SELECT pg_sleep(2)"))

    holding = asyncio.create_task(two[0].run(slow))
    await begun.wait()
    await two[1].run_beside(lambda connection: queue(connection, "a"))
    assert (holding.done(), await two[1].read(lambda c: rows(c, work, "entry_id"))) == (False, [("a",)])
    await holding


async def test_of_two_that_wait_for_each_other_one_runs_once_more(two):
    await two[0].run(lambda connection: queue(connection, "a", "b"))
    tries = []

    def both(first: str, second: str):
        def act(connection):
            tries.append(first)
            for name in (first, second):
                connection.execute(work.update().where(work.c.entry_id == name).values(starts=work.c.starts + 1))
                connection.execute(text("SELECT pg_sleep(0.2)"))

        return act

    await asyncio.gather(two[0].run_beside(both("a", "b")), two[1].run_beside(both("b", "a")))
    assert len(tries) == 3
    assert await two[0].read(lambda c: rows(c, work, "starts")) == [(2,), (2,)]


async def test_a_cancelled_caller_leaves_a_transaction_that_has_begun_to_its_end(two):
    begun = asyncio.Event()

    def act(connection):
        queue(connection, "a")
        asyncio.get_running_loop().call_soon(begun.set)
        connection.execute(text("SELECT pg_sleep(0.1)"))

    caller = asyncio.create_task(two[0].run(act))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await two[0].close()
    assert await two[1].read(lambda c: rows(c, work, "entry_id")) == [("a",)]


async def test_a_question_sees_one_moment_however_long_it_takes(two):
    begun, go_on = asyncio.Event(), "SELECT pg_sleep(0.3)"

    def slow(connection):
        before = rows(connection, work, "entry_id")
        asyncio.get_running_loop().call_soon(begun.set)
        connection.execute(text(go_on))
        return before, rows(connection, work, "entry_id")

    reading = asyncio.create_task(two[0].read(slow))
    await begun.wait()
    await two[1].run(lambda connection: queue(connection, "a"))
    assert await reading == ([], [])


async def test_a_replica_that_hangs_in_a_transaction_holds_up_the_others_for_a_moment_only(
    two, ledger_on_server: LedgerSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "FROZEN", 0.3)
    hanging = PostgresDatabase(Server(ledger_on_server))
    begun, go_on = threading.Event(), threading.Event()

    def hang(connection):
        queue(connection, "a")
        begun.set()
        go_on.wait(20)
        queue(connection, "b")

    thread = ThreadPoolExecutor(1)
    frozen = thread.submit(lambda: asyncio.run(hanging.run(hang)))
    await asyncio.to_thread(begun.wait, 20)
    await asyncio.wait_for(two[1].run(lambda connection: queue(connection, "c")), 10)
    go_on.set()
    with pytest.raises(LedgerUnavailable):
        await asyncio.wrap_future(frozen)
    assert await two[1].read(lambda c: rows(c, work, "entry_id")) == [("c",)]
    thread.shutdown()


async def test_a_process_that_is_frozen_in_the_midst_of_a_write_holds_up_the_others_no_longer_than_promised(
    two, ledger_on_server: LedgerSettings
):
    command = [sys.executable, "-c", WRITER, ledger_on_server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as other:
        try:
            assert await asyncio.to_thread(other.stdout.readline) == b"in the midst\n"
            other.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            await two[0].run(counted)
            held_up = time.monotonic() - began
            other.send_signal(signal.SIGCONT)
            _, said = await asyncio.to_thread(other.communicate, timeout=30)
        finally:
            other.kill()
    assert postgres.FROZEN - 1 < held_up < postgres.FROZEN + 2
    assert postgres.FROZEN < seats.SILENCE
    assert b"LedgerUnavailable" in said
    assert await two[1].read(lambda c: rows(c, feeds, "cursor")) == [(1,)]


async def test_a_nul_in_a_hostile_name_is_stored_as_what_cannot_be_shown_and_found_again(two):
    await two[0].run(lambda connection: queue(connection, "a\0b"))
    found = await two[0].read(lambda c: c.execute(work.select().where(work.c.entry_id == "a\0b")).one())
    assert (found.entry_id, found.path) == ("a\ufffdb", "/Shared/a\ufffdb.txt")


async def test_what_the_database_refuses_names_it(two):
    with pytest.raises(LedgerUnavailable, match=rf"{two[0].name}: .*nowhere"):
        await two[0].run(lambda connection: connection.execute(text("SELECT * FROM nowhere")))


async def test_a_server_that_went_away_is_told(two, postgres, ledger_on_server: LedgerSettings):
    await two[0].run(lambda connection: queue(connection, "a"))
    name = ledger_on_server.url.rpartition("/")[2]
    await asyncio.to_thread(ask, postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await asyncio.to_thread(ask, postgres, kill)
    with pytest.raises(LedgerUnavailable, match="is not currently accepting connections"):
        await two[0].run(lambda connection: queue(connection, "b"))


async def test_the_triggers_that_are_off_are_told(two):
    def act(connection):
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_truncate"))
        connection.execute(text("DROP TRIGGER audit_no_update ON audit"))
        return audit.unguarded(connection)

    assert await two[0].run(act) == ["audit_no_truncate", "audit_no_update"]


@pytest.mark.parametrize("table", ["audit", "statements"])
async def test_what_only_grows_cannot_be_emptied(two, table: str):
    with pytest.raises(LedgerUnavailable, match="append-only"):
        await two[0].run(lambda connection: connection.execute(text(f"TRUNCATE {table}")))
