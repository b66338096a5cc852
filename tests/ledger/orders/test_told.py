"""Of which versions other systems were told."""

from __future__ import annotations

from scanner.ledger.databases.database import Database
from scanner.ledger.orders import told
from tests.ledger.notices.test_noticing import planned
from tests.ledger.notices.test_noticing import told as tell


def test_who_was_told_is_known_with_the_verdict_and_the_plan(database: Database) -> None:
    database.run_here(lambda c: tell(c, "soc", "siem"))
    found = database.run_here(lambda c: told.of(c, "acme", "e"))
    assert found is not None
    assert (found.receivers, found.verdict.reasons) == (("soc", "siem"), ("Eicar",))
    assert [one.step.kind.value for one in found.plan] == ["notify"]


def test_nobody_was_told_of_what_is_planned_only_or_not_known(database: Database) -> None:
    database.run_here(planned)
    assert [database.run_here(lambda c, name=name: told.of(c, "acme", name)) for name in ("e", "other")] == [None, None]
