"""When each feed was read last is known to all replicas."""

from __future__ import annotations

from sqlalchemy import Connection

from scanner.ledger.databases.database import Database
from scanner.ledger.work import polls
from tests.ledger.world import NOON, after


def test_each_domain_has_one_moment_that_only_goes_forward(database: Database) -> None:
    def act(connection: Connection) -> object:
        polls.record(connection, {"bolt": NOON, "acme": after(5)})
        polls.record(connection, {"acme": after(9)})
        polls.record(connection, {"acme": after(7), "bolt": after(1)})
        return polls.last(connection)

    assert database.run_here(act) == {"acme": after(9), "bolt": after(1)}
