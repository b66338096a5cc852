"""A ledger file taken over by PostgreSQL."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger.copies.backup import open_file
from scanner.ledger.copies.moving import Moved, copied_tables, move
from scanner.ledger.databases.sqlite import OrderLock, OwnerLock, SqliteDatabase
from scanner.ledger.dispatch import tickets
from scanner.ledger.proofs import audit
from scanner.ledger.walks import pausing
from scanner.ledger.work import intake, working
from scanner.model import EntryId, FileVersion, GroupId, Lane, Plan
from scanner.settings import LedgerSettings
from tests.ledger.story import fill
from tests.ledger.world import NOON, clean, new_database, queue, took
from tests.postgres import Apart, asked

STRANGE = FileVersion("acme", GroupId("g"), EntryId("odd"), "/Shared/\N{SNOWMAN}\0'\"%s.txt", size=2**40)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Path]:
    """A bit of everything has happened, and more open work than one batch holds. It stays open: whoever closes it last
    moves SQLite's log into the file, and a connection that nobody holds is closed at any moment."""
    found = new_database(tmp_path)
    found.run_here(fill)
    found.run_here(lambda connection: queue(connection, *(f"open-{n}" for n in range(1_100))))
    found.run_here(lambda connection: queue(connection, "old-1", "old-2", lane=Lane.BACKFILL, domain="bolt"))
    found.run_here(lambda connection: intake.queue_versions(connection, [STRANGE], Lane.RECONCILE, NOON))
    found.run_here(lambda connection: audit.append(connection, audit.Action.GAP, "acme", {"why": "a\0b"}, at=NOON))
    found.run_here(lambda connection: took(connection, "open-7"))
    found.run_here(lambda connection: pausing.pause(connection, "bolt", NOON))
    yield Path(found.name)
    await found.close()


def unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""


async def moved(ledger: Path, to: LedgerSettings) -> Moved:
    return await move(ledger, to, progress=unseen)


def whole(connection) -> dict[str, list[tuple]]:
    return {
        one.name: sorted((tuple(row) for row in connection.execute(select(one))), key=repr) for one in copied_tables()
    }


def one_text(rows: object) -> str:
    """As PostgreSQL keeps it: it knows no NUL."""
    return repr(rows).replace("\\x00", "\ufffd")


async def test_all_tables_but_the_tickets_are_the_same_there_and_the_file_is_as_it_was(
    ledger: Path, ledger_on_server: LedgerSettings
) -> None:
    before = sha256(ledger.read_bytes()).hexdigest(), Path(f"{ledger}-wal").exists()
    seen: list[tuple[int, int]] = []
    done = await move(ledger, ledger_on_server, progress=lambda *at: seen.append(at))
    assert (sha256(ledger.read_bytes()).hexdigest(), Path(f"{ledger}-wal").exists()) == before
    source, target = SqliteDatabase(ledger), Apart(ledger_on_server)
    rows = target.run_here(whole)
    assert one_text(source.run_here(whole)) == one_text(rows)
    assert {name: proof.rows for name, proof in done.tables.items()} == {name: len(of) for name, of in rows.items()}
    assert seen[-1] == (2 * sum(map(len, rows.values())),) * 2
    assert sum(1 for of in rows.values() if of) > 6
    with closing(open_file(ledger)) as asked_file:
        names = asked_file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in names} == {*rows, "tickets", "alembic_version", "floor"}
    await target.close()
    await source.close()


async def test_open_work_gets_tickets_what_is_paused_stays_so_and_new_rows_get_new_keys(
    ledger: Path, ledger_on_server: LedgerSettings
) -> None:
    done = await moved(ledger, ledger_on_server)
    target = Apart(ledger_on_server)
    issued = target.run_here(tickets.reconcile)
    found = dict(asked(ledger_on_server.url, "SELECT status, count(*) FROM tickets GROUP BY status"))
    assert (done.open, done.held) == (issued, 3)
    assert (found.pop("held"), sum(found.values())) == (3, issued)
    keys = "SELECT max(id) FROM verdicts"
    (before,) = asked(ledger_on_server.url, keys)[0]
    run = target.run_here(lambda connection: took(connection, "open-9"))
    target.run_here(lambda connection: working.record_verdict(connection, run, clean(run.version), Plan(), NOON))
    assert asked(ledger_on_server.url, keys) == [(before + 1,)]
    assert target.run_here(audit.unguarded) == []
    await target.close()


async def test_a_ledger_that_is_worked_on_stays_where_it_is(ledger: Path, ledger_on_server: LedgerSettings) -> None:
    for lock, error in ((OwnerLock(ledger), LedgerUnavailable), (OrderLock(ledger), RetryLater)):
        with pytest.raises(error):
            await moved(ledger, ledger_on_server)
        lock.release()
    assert asked(ledger_on_server.url, "SELECT count(*) FROM work") == [(0,)]


async def test_a_target_that_holds_anything_is_refused(ledger: Path, ledger_on_server: LedgerSettings) -> None:
    await moved(ledger, ledger_on_server)
    before = asked(ledger_on_server.url, "SELECT count(*) FROM work")
    with pytest.raises(LedgerUnavailable, match=r"holds a ledger already \(rows in .*work.*Name an empty database"):
        await moved(ledger, ledger_on_server)
    assert asked(ledger_on_server.url, "SELECT count(*) FROM work") == before


async def test_killed_in_the_middle_it_leaves_nothing_and_can_be_given_again(
    ledger: Path, ledger_on_server: LedgerSettings
) -> None:
    program = (
        "import asyncio, os, pathlib, sys\n"
        "from scanner.ledger.copies.moving import move\n"
        "from scanner.settings import LedgerSettings\n"
        "die = lambda done, total: done > total * 0.7 and os.kill(os.getpid(), 9)\n"
        "asyncio.run(move(pathlib.Path(sys.argv[1]), LedgerSettings(url=sys.argv[2]), progress=die))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, ledger, ledger_on_server.url], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert asked(ledger_on_server.url, "SELECT count(*) FROM work") == [(0,)]
    assert (await moved(ledger, ledger_on_server)).tables["work"].rows > 1_100


async def test_what_comes_back_otherwise_than_it_was_written_is_not_taken(
    ledger: Path, ledger_on_server: LedgerSettings
) -> None:
    """A trigger of somebody else's in the target changes what is written."""
    change = "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.size = 1; RETURN NEW; END $$"
    asked(ledger_on_server.url, change)
    asked(ledger_on_server.url, "CREATE TRIGGER t BEFORE INSERT ON work FOR EACH ROW EXECUTE FUNCTION change()")
    with pytest.raises(LedgerUnavailable, match="does not give back the rows of work as they were written"):
        await moved(ledger, ledger_on_server)
    assert asked(ledger_on_server.url, "SELECT count(*) FROM events") == [(0,)]


@pytest.mark.parametrize(("revision", "said"), [("0019", "has an older schema"), ("9999", "Move it with that one")])
async def test_a_ledger_of_another_version_is_not_moved(
    ledger: Path, ledger_on_server: LedgerSettings, revision: str, said: str
) -> None:
    """Of a newer one, too, on which this version would work."""
    with closing(open_file(ledger)) as file:
        file.execute(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(LedgerUnavailable, match=said):
        await moved(ledger, ledger_on_server)
