"""What is looked at once more begins anew, and nothing said of its former plan holds."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import holds, steps, tickets, verdicts, work
from scanner.ledger.work import working
from scanner.ledger.work.reopening import reopen
from scanner.model import EntryId, Lane, Plan, Step, StepKind, StepResult, StepState
from tests.ledger.world import NOON, after, clean, infected, rows, took


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


def test_what_was_known_before_an_act_that_may_be_done_is_known_to_the_plan_after_it(database: Database):
    plan = Plan((Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/a"}), Step(StepKind.COMMENT, {"text": "t"})))
    known, anew = {"origin": "/Shared/moved/a.txt"}, {"why": "the version is judged anew"}

    def judged(connection: Connection, moment: float):
        run = took(connection, "a")
        return run, working.record_verdict(connection, run, infected(run.version), plan, after(moment))

    def act(connection: Connection):
        run, (move, _) = judged(connection, 1)
        working.begin_step(connection, run, move.id, after(2))
        working.note_step(connection, run, move.id, known)
        reopen(connection, "acme", EntryId("a"), Lane.RESCAN, after(3))
        assert rows(connection, steps, "state", "detail") == [("failed", known | anew), ("superseded", anew)]

        run, (move, comment) = judged(connection, 4)
        assert [(one.state, one.detail) for one in (move, comment)] == [("planned", known), ("planned", {})]
        working.begin_step(connection, run, move.id, after(5))
        working.record_step(connection, run, move.id, StepResult(StepState.SUCCESS, known), after(6))
        reopen(connection, "acme", EntryId("a"), Lane.RESCAN, after(7))

        _, again = judged(connection, 8)
        return [one.detail for one in again]

    assert database.run_here(act) == [{}, {}]
