"""Of walks that ended long ago none is left but what something rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from scanner.ledger.databases.database import Database
from scanner.ledger.retention import old_walks
from scanner.ledger.tables import gaps, walks
from scanner.ledger.walks import walking
from scanner.ledger.walks.walking import EVERYTHING, WalkReason
from scanner.ledger.work import intake
from tests.ledger.walks.test_walking import walk
from tests.ledger.world import NOON, after, rows


def ended(
    connection: Connection, path: str, at: datetime, reason: WalkReason = WalkReason.COMMAND, domain: str = "acme"
) -> int:
    found = walking.ask(connection, domain, path, reason, NOON)
    walking.begin(connection, found, [], NOON)
    walking.finish(connection, walk(connection, found), at)
    return found


def left(connection: Connection) -> list[Any]:
    return [row[0] for row in rows(connection, walks, "id")]


def test_those_that_ended_before_go_with_the_next_due_as_before(database: Database) -> None:
    def act(connection):
        for path, at in (("/a", after(1)), (EVERYTHING, after(2)), (EVERYTHING, after(3)), ("/b", after(9))):
            ended(connection, path, at)
        ended(connection, "/a", after(1), domain="bolt")
        walking.ask(connection, "acme", "/c", WalkReason.COMMAND, NOON)
        dropped = [old_walks.prune(connection, "acme", after(5)) for _ in range(2)]
        last = walking.last_whole(connection, "acme")
        return dropped, left(connection), last.finished_at

    assert database.run_here(act) == ([2, 0], [3, 4, 5, 6], after(3))


def test_the_last_complete_one_stays_however_old(database: Database) -> None:
    def act(connection):
        ended(connection, EVERYTHING, after(2))
        ended(connection, "/a", after(3))
        ended(connection, "/b", after(4))
        old_walks.prune(connection, "acme", after(500))
        return left(connection)

    assert database.run_here(act) == [1, 3]


def test_one_whose_gap_is_open_stays(database: Database) -> None:
    def act(connection):
        intake.record_gap(connection, "acme", "expired", (NOON, NOON), NOON)
        found = ended(connection, "/a", after(1))
        ended(connection, "/b", after(1))
        connection.execute(update(gaps).values(walk_id=found, closed_at=None))
        before = old_walks.prune(connection, "acme", after(5)), left(connection)
        connection.execute(update(gaps).values(closed_at=after(3)))
        return before, old_walks.prune(connection, "acme", after(5)), left(connection)

    assert database.run_here(act) == ((0, [1, 2]), 1, [2])


def test_no_id_is_given_a_second_time(database: Database) -> None:
    """A gap that was made up for would be taken for another walk's."""

    def act(connection):
        first = [ended(connection, path, after(1)) for path in ("/a", "/b")]
        old_walks.prune(connection, "acme", after(5))
        return first, walking.ask(connection, "acme", "/c", WalkReason.COMMAND, NOON)

    assert database.run_here(act) == ([1, 2], 3)


def test_as_many_go_in_one_transaction_and_no_more(database: Database) -> None:
    many = [{"domain": "acme", "path": "/a", "asked_at": NOON, "finished_at": NOON}] * (old_walks.BATCH + 2)

    def act(connection):
        connection.execute(insert(walks), many)
        return [old_walks.prune(connection, "acme", after(5)) for _ in range(3)]

    assert database.run_here(act) == [old_walks.BATCH, 1, 0]
