"""One statement a day, on record with its entry in the audit or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.proofs import audit, stating
from scanner.ledger.proofs.audit import Action
from scanner.ledger.proofs.coverage_queries import Asked
from scanner.ledger.proofs.statement import Last, Statement, last_of, parse
from tests.ledger.world import NOON, queue

DAY = date(2026, 3, 3)


def sign(body: str) -> Statement:
    return Statement(body, "cd" * 32, "ef" * 64)


def stated(connection, day: date = DAY, previous: Last | None = None) -> Statement | None:
    return stating.state(connection, day, {"complete": True}, previous, sign, by="jdoe", now=NOON)


def test_a_statement_names_the_audit_and_the_backlog_as_they_were(database: Database):
    def act(connection):
        queue(connection, "e", "f")
        head = audit.append(connection, Action.STARTED, "service", at=NOON)
        return head, stated(connection), stating.last(connection), audit.page(connection, head.seq)

    head, made, last, entries = database.run_here(act)
    said = made.said
    assert (said["audit"], said["previous"]) == ({"seq": 1, "hash": head.hash}, None)
    assert said["backlog"] == {"open": 2, "given_up": 0, "oldest": "2026-03-04T12:00:00.000000Z"}
    assert last == Last(1, DAY, made.digest) == last_of(made)
    assert [(one.actor, one.action, one.subject) for one in entries] == [("jdoe", "statement", "2026-03-03")]
    assert made.digest in entries[0].detail


def test_of_two_that_make_the_same_day_one_succeeds(database: Database):
    def act(connection):
        return stated(connection) is not None, stated(connection), len(stating.texts(connection, 0))

    assert database.run_here(act) == (True, None, 1)


def test_they_are_told_in_order_as_their_files_have_them(database: Database):
    def act(connection):
        first = stated(connection)
        second = stated(connection, date(2026, 3, 4), last_of(first))
        return [first, second], stating.texts(connection, 0), stating.texts(connection, 1)

    made, found, later = database.run_here(act)
    assert [parse(one) for _, _, one in found] == made
    assert found[1:] == later


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE statements SET day = '2026-01-01'",
        "DELETE FROM statements",
        "INSERT OR REPLACE INTO statements SELECT 1, day, made_at, 'x', text FROM statements",
    ],
)
def test_the_table_refuses_changes(database: Database, statement: str):
    database.run_here(stated)
    said = statement.replace("OR REPLACE ", "") if database.shared else statement
    with pytest.raises(LedgerUnavailable, match=r"append-only|follows the last one"):
        database.run_here(lambda connection: connection.execute(text(said)))


def test_a_day_is_one_in_utc():
    assert stating.period(DAY) == Asked(None, datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
