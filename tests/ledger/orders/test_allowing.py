"""Contents that a person released: given with the order, withdrawn where it fails, and ended on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.orders import allowing, releasing
from scanner.ledger.proofs import audit
from scanner.ledger.rows import QuarantineRow
from scanner.model import Allowance, StepResult, StepState
from tests.ledger.orders.test_releasing import ORDER, quarantine
from tests.ledger.world import FACTS, NOON, after

TODAY = NOON.date()
UNTIL = TODAY + timedelta(days=2)
GIVEN = Allowance(1, "acme", FACTS.sha256, ("Eicar",), UNTIL, "pnovak", "false alarm")


def ordered(connection, row: QuarantineRow, at: float = 60):
    return releasing.begin(connection, row, ORDER, after(at), UNTIL)


def asked(connection, day=TODAY, domain: str = "acme") -> tuple[Allowance, ...]:
    return allowing.of_content(connection, domain, FACTS.sha256, day)


def test_the_order_allows_the_content_until_its_end_and_in_its_domain(database: Database):
    def act(connection):
        row = quarantine(connection)
        ordered(connection, row)
        days = [asked(connection, day) for day in (TODAY, UNTIL, UNTIL + timedelta(days=1))]
        return days, asked(connection, domain="bolt"), allowing.in_force(connection, None, TODAY)

    assert database.run_here(act) == ([(GIVEN,), (GIVEN,), ()], (), [GIVEN])


def test_an_order_that_goes_on_allows_it_once(database: Database):
    def act(connection):
        row = quarantine(connection)
        for at in (60, 70):
            ordered(connection, row, at)
        actions = [one.action for one in audit.page(connection, 0)]
        return len(asked(connection)), actions.count(audit.Action.ALLOWLIST)

    assert database.run_here(act) == (1, 1)


@pytest.mark.parametrize(("state", "left"), [(StepState.SUCCESS, 1), (StepState.FAILED, 0), (StepState.SUPERSEDED, 0)])
def test_a_release_that_fails_allows_nothing(database: Database, state: StepState, left: int):
    def act(connection):
        order = ordered(connection, quarantine(connection))
        releasing.record(connection, order.id, StepResult(state, {"path": "/Shared/e.txt"}), after(61))
        return len(asked(connection))

    assert database.run_here(act) == left


def test_a_content_that_nobody_could_read_is_not_allowed(database: Database):
    def act(connection):
        ordered(connection, replace(quarantine(connection), content=None))
        return allowing.in_force(connection, None, TODAY)

    assert database.run_here(act) == []


def test_a_person_takes_it_back_once_and_the_audit_says_who(database: Database):
    def act(connection):
        ordered(connection, quarantine(connection))
        allowing.withdraw(connection, 1, by="jdoe", because="it was bad", now=after(90))
        last = audit.page(connection, 0)[-1]
        return asked(connection), (last.actor, last.action, last.subject)

    assert database.run_here(act) == ((), ("jdoe", "allowlist", f"acme/{FACTS.sha256}"))
    with pytest.raises(LedgerUnavailable, match=r"No content that is allowed has the id 1\."):
        database.run_here(lambda c: allowing.withdraw(c, 1, by="jdoe", because="r", now=after(91)))
