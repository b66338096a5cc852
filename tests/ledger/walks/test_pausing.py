"""Old content paused: nothing of it is begun, also after a restart, and all of it goes on when it is let go."""

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import tickets
from scanner.ledger.tables import tickets as table
from scanner.ledger.tables import walks, work
from scanner.ledger.walks import pausing, walking
from scanner.ledger.walks.walking import WalkReason
from scanner.model import EntryId, Lane
from tests.ledger.world import NOON, ON_FILE, after, queue, rows


def claimed(connection):
    found = tickets.claim(connection, {"acme": 9}, 9, manager="m", now=after(99).timestamp(), held=())
    return [one.entry_id for one in found]


def fill(connection):
    queue(connection, "old", "later", lane=Lane.BACKFILL)
    tickets.put_back(connection, "acme", EntryId("later"), after(60), suspect=False)
    queue(connection, "live")
    walking.ask(connection, "acme", "/Shared", WalkReason.BACKFILL, NOON)
    walking.ask(connection, "acme", "/Shared", WalkReason.COMMAND, NOON)


@ON_FILE
def test_paused_content_is_not_claimed_nor_counted_as_queued_and_all_else_is(database: Database):
    def act(connection):
        fill(connection)
        stopped = pausing.pause(connection, "acme", NOON)
        return stopped, claimed(connection), rows(connection, work, "entry_id", "state")

    states = [("later", "waiting"), ("live", "queued"), ("old", "waiting")]
    assert database.run_here(act) == (1, ["live"], states)
    assert database.run_here(lambda c: rows(c, walks, "reason", "paused_at")) == [("backfill", NOON), ("command", None)]


@ON_FILE
def test_a_restart_does_not_let_it_go(database: Database):
    def act(connection):
        fill(connection)
        pausing.pause(connection, "acme", NOON)
        tickets.reopen(connection, NOON)
        tickets.reconcile(connection)
        return claimed(connection), rows(connection, work, "state")

    assert database.run_here(act) == (["live"], [("waiting",), ("queued",), ("waiting",)])


@ON_FILE
def test_what_is_let_go_is_claimed_at_once(database: Database):
    def act(connection):
        fill(connection)
        pausing.pause(connection, "acme", NOON)
        gone_on = pausing.resume(connection, "acme", NOON)
        states = {state for (state,) in rows(connection, work, "state")}
        return gone_on, states, claimed(connection), rows(connection, walks, "paused_at")

    assert database.run_here(act) == (1, {"queued"}, ["live", "old", "later"], [(None,), (None,)])


@ON_FILE
def test_what_is_in_a_workers_hands_is_finished(database: Database):
    def act(connection):
        queue(connection, "old", lane=Lane.BACKFILL)
        claimed(connection)
        pausing.pause(connection, "acme", NOON)
        return rows(connection, table, "status")

    assert database.run_here(act) == [("picked",)]


@ON_FILE
def test_another_domain_goes_on(database: Database):
    def act(connection):
        queue(connection, "old", lane=Lane.BACKFILL)
        pausing.pause(connection, "bolt", NOON)
        return claimed(connection)

    assert database.run_here(act) == ["old"]
