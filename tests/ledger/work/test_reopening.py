"""What is looked at once more begins anew, and nothing said of its former plan holds."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import holds, tickets, verdicts, work
from scanner.ledger.work import working
from scanner.ledger.work.reopening import reopen
from scanner.model import EntryId, Lane, Plan
from tests.ledger.world import NOON, after, clean, rows, took


def test_ended_work_begins_anew_and_a_persons_word_on_the_former_plan_is_forgotten(database: Database):
    def act(connection: Connection):
        for name in "ab":
            run = took(connection, name)
            working.settle(connection, run, clean(run.version), NOON)
            held = {"domain": "acme", "entry_id": name, "rules": [], "signatures": [], "brake": "hour", "subject": ""}
            connection.execute(insert(holds).values(**held, reason="r", held_at=NOON, decision="dropped"))
        reopen(connection, "acme", EntryId("a"), Lane.RESCAN, after(1), suspect=True)
        assert rows(connection, work, "entry_id", "state", "lane", "verdict_id") == [
            ("a", "queued", "rescan", None),
            ("b", "done", "live", 2),
        ]
        assert rows(connection, holds, "entry_id") == [("b",)]
        assert rows(connection, tickets, "entry_id", "entrypoint") == [("a", "suspect")]
        return rows(connection, verdicts, "entry_id", "kind")

    assert database.run_here(act) == [("a", "clean"), ("b", "clean")]


def test_open_work_begins_anew_at_once_however_long_it_was_to_rest(database: Database):
    def act(connection: Connection):
        run = took(connection, "a")
        working.record_verdict(connection, run, clean(run.version), Plan(), NOON)
        working.defer(connection, run, None, after(86_400), counts=False)
        reopen(connection, "acme", EntryId("a"), Lane.RESCAN, after(1))
        assert rows(connection, work, "state", "verdict_id", "token") == [("queued", None, None)]
        return connection.execute(select(tickets.c.execute_after)).all()

    assert database.run_here(act) == [(after(1).timestamp(),)]
