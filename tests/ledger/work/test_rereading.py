"""How far a feed was read a second time; what it promises a feed is in events/test_journal.py."""

from __future__ import annotations

from scanner.ledger.databases.database import Database
from scanner.ledger.work import rereading
from tests.ledger.world import NOON, rows


def test_each_domain_has_one_row_that_only_goes_forward(database: Database) -> None:
    def act(connection):
        for domain, up_to in (("acme", 5), ("bolt", 3), ("acme", 9), ("acme", 7)):
            rereading.settle(connection, domain, up_to)
        kept = rows(connection, rereading.rereads, "domain", "up_to")
        rereading.forget(connection, "acme")
        return kept, rows(connection, rereading.rereads, "domain"), rereading.owed(connection, "bolt", NOON)

    assert database.run_here(act) == ([("acme", 9), ("bolt", 3)], [("bolt",)], (4, None))
