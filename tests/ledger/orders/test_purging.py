"""What may be deleted from quarantine: after a time, on one person's word and another's."""

from __future__ import annotations

import pytest

from scanner.errors import LedgerUnavailable
from scanner.ledger import queries
from scanner.ledger.databases.database import Database
from scanner.ledger.orders import purging, releasing
from scanner.ledger.orders.purging import Purgeable, same_person
from scanner.ledger.proofs import audit
from scanner.ledger.rows import QuarantineRow
from scanner.ledger.work import working
from scanner.model import StepKind, StepResult, StepState
from tests.ledger.orders.test_releasing import ORDER, quarantine
from tests.ledger.world import after

DELETED = StepResult(StepState.SUCCESS, {"path": "/Shared/Q/e.q", "versions": "1"})


def begin(connection, row: QuarantineRow, by: str = "jdoe", two_people: bool = True, at: float = 70):
    return purging.begin(connection, row, by=by, because="agreed", two_people=two_people, now=after(at))


def request(connection, row: QuarantineRow, by: str = "pnovak") -> int:
    return purging.request(connection, [row], by=by, because="half a year", now=after(60))


def test_only_what_has_been_there_for_long_enough_may_be_deleted(database: Database):
    def act(connection):
        row = quarantine(connection)
        asked = [purging.purgeable(connection, domain, after(at)) for domain, at in ((None, 2), (None, 3), ("bolt", 3))]
        return row, asked

    row, asked = database.run_here(act)
    assert asked == [[], [Purgeable(row)], []]


def test_a_request_is_shown_and_the_first_one_stands(database: Database):
    def act(connection):
        row = quarantine(connection)
        made = [request(connection, row, by) for by in ("pnovak", "jdoe")]
        return made, purging.purgeable(connection, None, after(90)), row

    made, (shown,), row = database.run_here(act)
    assert (made, shown) == ([1, 0], Purgeable(row, "pnovak", "half a year", after(60)))


@pytest.mark.parametrize("by", ["pnovak", " PNovak "])
def test_nobody_confirms_what_was_requested_in_the_same_name(database: Database, by: str):
    def act(connection):
        row = quarantine(connection)
        request(connection, row)
        begin(connection, row, by)

    with pytest.raises(LedgerUnavailable, match="has requested it; somebody else must confirm"):
        database.run_here(act)


def test_nobody_confirms_what_was_not_requested(database: Database):
    with pytest.raises(LedgerUnavailable, match="nobody has requested that it is purged"):
        database.run_here(lambda connection: begin(connection, quarantine(connection)))


def test_one_person_is_enough_where_the_settings_say_so(database: Database):
    order = database.run_here(lambda connection: begin(connection, quarantine(connection), two_people=False))
    assert (order.step.kind, order.step.params, order.tries) == (
        StepKind.PURGE,
        {"reason": "agreed", "by": "jdoe"},
        1,
    )


def test_an_order_that_was_cut_off_goes_on_and_knows_that_it_was(database: Database):
    def act(connection):
        row = quarantine(connection)
        request(connection, row)
        return [begin(connection, row, at=at) for at in (70, 80)]

    first, second = database.run_here(act)
    assert (first.id == second.id, first.tries, second.tries) == (True, 1, 2)
    assert first.step.params["requested_by"] == "pnovak"


def test_what_was_deleted_is_neither_listed_nor_released_nor_deleted_again(database: Database):
    def act(connection):
        row = quarantine(connection)
        order = begin(connection, row, two_people=False)
        releasing.record(connection, order.id, DELETED, after(71))
        return row, queries.quarantined(connection, None), purging.purgeable(connection, None, after(90))

    row, *lists = database.run_here(act)
    assert lists == [[], []]
    with pytest.raises(LedgerUnavailable, match=r"/Shared/Q/e.q was purged already"):
        database.run_here(lambda c: releasing.begin(c, row, ORDER, after(80)))
    with pytest.raises(LedgerUnavailable, match=r"/Shared/Q/e.q was purged already"):
        database.run_here(lambda c: begin(c, row, two_people=False))


def test_while_one_order_is_under_way_another_is_refused(database: Database):
    def act(connection):
        row = quarantine(connection)
        releasing.begin(connection, row, ORDER, after(60))
        begin(connection, row, two_people=False)

    with pytest.raises(LedgerUnavailable, match="is about to be released"):
        database.run_here(act)


def test_no_worker_takes_a_persons_order_for_a_step_of_its_plan(database: Database):
    def act(connection):
        row = quarantine(connection)
        begin(connection, row, two_people=False)
        return [one.step.kind for one in working.steps_of(connection, "acme", row.entry_id)]

    assert database.run_here(act) == [StepKind.QUARANTINE]


def test_the_audit_says_who_wanted_it_and_who_agreed(database: Database):
    def act(connection):
        row = quarantine(connection)
        request(connection, row)
        order = begin(connection, row)
        releasing.record(connection, order.id, DELETED, after(71))
        return [(one.actor, one.action) for one in audit.page(connection, 0)][-2:]

    assert database.run_here(act) == [("pnovak", "purge"), ("jdoe", "purge")]


@pytest.mark.parametrize(
    ("one", "other", "same"), [("jdoe", "JDoe ", True), ("J  Doe", "j doe", True), ("jdoe", "pnovak", False)]
)
def test_case_and_spaces_make_no_other_person(one: str, other: str, same: bool):
    assert same_person(one, other) is same
