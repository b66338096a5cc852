"""Acts stay on record as they were written, whoever tries to change them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.proofs import audit
from scanner.ledger.proofs.audit import Action
from scanner.ledger.proofs.audit_chain import Break, Entry, Head, first_break
from tests.ledger.world import NOON, ON_FILE, after

ANY_TEXT = st.text(st.characters(), max_size=20)


def three(connection) -> Head:
    audit.append(connection, Action.STARTED, "service", {"settings": "ab12"}, at=NOON)
    audit.append(connection, Action.STEP, audit.version("acme", "e"), {"kind": "quarantine", "tries": 1}, at=after(1))
    return audit.append(connection, Action.RELEASE, "acme/e", {"reason": "false alarm"}, at=after(2), actor="jdoe")


def told(database: Database) -> list[Entry | Break]:
    return database.run_here(lambda connection: audit.page(connection, 0))


def test_acts_are_told_in_order_and_their_chain_holds(database: Database):
    head = database.run_here(three)
    entries = told(database)
    assert [(one.seq, one.at, one.actor, one.action, one.subject, json.loads(one.detail)) for one in entries] == [
        (1, NOON, "service", "started", "service", {"settings": "ab12"}),
        (2, after(1), "service", "step", "acme/e", {"kind": "quarantine", "tries": 1}),
        (3, after(2), "jdoe", "release", "acme/e", {"reason": "false alarm"}),
    ]
    assert (first_break(entries), Head(3, entries[-1].hash)) == (None, head)
    assert database.run_here(audit.head) == head
    assert database.run_here(lambda c: audit.page(c, 1, most=1)) == entries[1:2]


def test_without_an_act_the_head_is_the_beginning(database: Database):
    assert (database.run_here(audit.head), told(database)) == (Head(), [])


def test_an_act_that_is_rolled_back_leaves_no_entry(database: Database):
    def act(connection):
        three(connection)
        raise KeyError

    with pytest.raises(KeyError):
        database.run_here(act)
    assert told(database) == []


NOT_OURS = Break(1, "it was changed: its detail is not written as we do")
COPY = "INSERT INTO audit SELECT {}, at, actor, action, subject, detail, {}, hash FROM audit WHERE seq = 3"
FORBIDDEN = {
    "UPDATE audit SET actor = 'mallory' WHERE seq = 2": "append-only",
    "DELETE FROM audit WHERE seq = 3": "append-only",
    "INSERT OR REPLACE INTO audit SELECT 2, at, 'mallory', action, subject, detail, prev_hash, hash FROM audit "
    "WHERE seq = 2": "follows the last one",
    COPY.format(5, "hash"): "follows the last one",
    COPY.format(4, "prev_hash"): "follows the last one",
}


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_table_refuses_changes(database: Database, statement: str):
    database.run_here(three)
    before = told(database)
    said = statement.replace("OR REPLACE ", "") if database.shared else statement
    with pytest.raises(LedgerUnavailable, match=FORBIDDEN[statement]):
        database.run_here(lambda connection: connection.execute(text(said)))
    assert told(database) == before


def tampered(database: Database, statement: str) -> None:
    """By somebody who may write the file and knows what to switch off."""
    with closing(sqlite3.connect(database.path)) as other:
        other.executescript(f"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {statement}")


@ON_FILE
@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'mallory' WHERE seq = 2", Break(2, "it was changed after it was written")),
        ("UPDATE audit SET at = 'never' WHERE seq = 2", Break(2, "it was changed: its moment cannot be read")),
        ("UPDATE audit SET detail = x'00' WHERE seq = 1", Break(1, "it was changed: a text is none any more")),
        ("UPDATE audit SET detail = '{' WHERE seq = 1", NOT_OURS),
        ("UPDATE audit SET detail = '[1.5]' WHERE seq = 1", NOT_OURS),
        ("DELETE FROM audit WHERE seq = 2", Break(3, "it follows 1: what was between them is missing")),
        ("DELETE FROM audit WHERE seq = 1", Break(2, "it follows 0: what was between them is missing")),
    ],
)
def test_a_change_past_the_triggers_is_found(database: Database, statement: str, broken: Break):
    database.run_here(three)
    assert database.run_here(audit.unguarded) == []
    tampered(database, statement)
    assert database.run_here(audit.unguarded) == ["audit_no_delete", "audit_no_update"]
    assert first_break(told(database)) == broken


@given(subject=ANY_TEXT, name=ANY_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_a_hostile_name_is_kept_on_record_and_breaks_nothing(database: Database, subject: str, name: str):
    database.run_here(lambda c: audit.append(c, Action.STEP, subject, {name: name}, at=NOON, actor=name))
    assert first_break(told(database)) is None


def test_what_is_too_long_is_cut_and_what_is_no_json_becomes_a_text(database: Database):
    detail = {"error": "x" * 9_000, "paths": [str(one) for one in range(999)], "half": "\ud800", "at": NOON, "s": 0.5}
    database.run_here(lambda connection: audit.append(connection, Action.STEP, "s", detail, at=NOON))
    (entry,) = told(database)
    found = json.loads(entry.detail)
    assert (len(found["error"]), len(found["paths"]), found["half"]) == (audit.LONGEST, audit.MOST, "\\ud800")
    assert (found["at"], found["s"]) == ("2026-03-04 12:00:00+00:00", "0.5")
