"""What a self-test has shown is known of the same engines, and of no others."""

from __future__ import annotations

from sqlalchemy import Connection

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import Base
from scanner.ledger.work import self_tests
from scanner.ledger.work.self_tests import KEPT_FOR, SelfTests, Shown
from tests.ledger.world import NOON, after, rows

BLIND = Shown(("arj", "xar"), ("xar",), 9 * 1024**3)


def test_the_last_one_of_each_engines_counts(database: Database) -> None:
    def act(connection: Connection) -> object:
        assert self_tests.last(connection, "a") is None
        self_tests.record(connection, "a", Shown(("tar",)), NOON)
        self_tests.record(connection, "b", Shown(), after(1))
        self_tests.record(connection, "a", BLIND, after(2))
        return [self_tests.last(connection, engines) for engines in "abc"]

    assert database.run_here(act) == [BLIND, Shown(), None]


def test_engines_that_nobody_has_any_more_are_forgotten(database: Database) -> None:
    def act(connection: Connection) -> object:
        self_tests.record(connection, "old", BLIND, NOON)
        self_tests.record(connection, "new", BLIND, NOON + KEPT_FOR)
        assert self_tests.last(connection, "old") == BLIND
        self_tests.record(connection, "newer", BLIND, after(1) + KEPT_FOR)
        return rows(connection, Base.metadata.tables["self_tests"], "engines")

    assert database.run_here(act) == [("new",), ("newer",)]


async def test_it_is_part_of_the_ledger(database: Database) -> None:
    part = SelfTests(database)
    await part.record("a", BLIND, NOON)
    assert await part.last("a") == BLIND
