"""A release is written down before it is done, and done once."""

from dataclasses import replace

import pytest

from scanner.errors import LedgerUnavailable
from scanner.ledger import queries
from scanner.ledger.databases.database import Database
from scanner.ledger.orders import releasing
from scanner.ledger.rows import QuarantineRow
from scanner.ledger.tables import steps, tickets, work
from scanner.ledger.work import working
from scanner.ledger.work.reopening import reopen
from scanner.model import Lane, Outcome, Plan, Step, StepKind, StepRecord, StepResult, StepState
from tests.ledger.world import after, infected, rows, took, version

MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/e.q"})
ORDER = Step(StepKind.RELEASE, {"destination": "/Shared/e.txt", "reason": "false alarm", "by": "pnovak"})
MOVED = StepResult(StepState.SUCCESS, {"origin": "/Shared/e.txt", "path": "/Shared/Q/e.q"})


def quarantine(connection) -> QuarantineRow:
    run = took(connection, "e")
    (step,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan((MOVE,)), after(1))
    working.begin_step(connection, run, step.id, after(2))
    working.record_step(connection, run, step.id, MOVED, after(3))
    working.finish(connection, run, Outcome.JUDGED, None, after(4))
    (row,) = queries.quarantined(connection, None)
    return row


def test_the_intent_stands_in_the_journal_behind_the_steps_of_the_plan(database: Database):
    row = database.run_here(quarantine)
    record = database.run_here(lambda c: releasing.begin(c, row, ORDER, after(60)))
    assert record == StepRecord(2, ORDER, StepState.INTENDED, {}, 1)
    kept = database.run_here(lambda c: rows(c, steps, "entry_id", "group_id", "position", "kind", "intended_at"))
    assert kept[1] == ("e", "g-e", 1, "release", after(60))


def test_an_interrupted_release_is_taken_up_with_its_own_intent(database: Database):
    def act(connection):
        row = quarantine(connection)
        return [releasing.begin(connection, row, ORDER, after(at)) for at in (60, 70)]

    first, second = database.run_here(act)
    assert second == replace(first, tries=2)


@pytest.mark.parametrize("state", [StepState.SUCCESS, StepState.ALREADY_DONE])
def test_what_was_released_is_not_released_again(database: Database, state):
    def act(connection):
        row = quarantine(connection)
        step = releasing.begin(connection, row, ORDER, after(60))
        releasing.record(connection, step.id, StepResult(state, {"path": "/Shared/e.txt"}), after(61))
        assert queries.quarantined(connection, None) == []
        return row

    row = database.run_here(act)
    with pytest.raises(LedgerUnavailable, match=r"/Shared/Q/e.q was released already"):
        database.run_here(lambda c: releasing.begin(c, row, ORDER, after(70)))


def test_a_release_that_failed_may_be_ordered_again(database: Database):
    def act(connection):
        row = quarantine(connection)
        step = releasing.begin(connection, row, ORDER, after(60))
        releasing.record(connection, step.id, StepResult(StepState.FAILED, {"error": "locked"}), after(61))
        again = releasing.begin(connection, row, ORDER, after(70))
        return again, queries.quarantined(connection, None) == [row]

    assert database.run_here(act) == (StepRecord(3, ORDER, StepState.INTENDED, {}, 1), True)


def test_the_success_of_one_stands_whatever_another_found_who_carried_out_the_same_order(database: Database):
    def act(connection):
        row = quarantine(connection)
        step, same = (releasing.begin(connection, row, ORDER, after(at)) for at in (60, 61))
        releasing.record(connection, step.id, StepResult(StepState.SUCCESS, {"path": "/Shared/e.txt"}), after(62))
        releasing.record(connection, same.id, StepResult(StepState.FAILED, {"error": "not there"}), after(63))
        return rows(connection, steps, "state", "detail", "done_at")[1], queries.quarantined(connection, None)

    assert database.run_here(act) == (("success", {"path": "/Shared/e.txt"}, after(62)), [])


def test_a_success_takes_the_place_of_what_another_found(database: Database):
    def act(connection):
        row = quarantine(connection)
        step, same = (releasing.begin(connection, row, ORDER, after(at)) for at in (60, 61))
        releasing.record(connection, step.id, StepResult(StepState.FAILED, {"error": "locked"}), after(62))
        releasing.record(connection, same.id, StepResult(StepState.SUCCESS, {"path": "/Shared/e.txt"}), after(63))
        return queries.quarantined(connection, None)

    assert database.run_here(act) == []


def test_a_newer_version_that_a_release_met_is_queued_with_its_result(database: Database):
    def act(connection):
        step = releasing.begin(connection, quarantine(connection), ORDER, after(60))
        met = StepResult(StepState.SUPERSEDED, {"path": "/Shared/Q/e.q"}, version("newer"))
        releasing.record(connection, step.id, met, after(61))
        return rows(connection, work, "entry_id", "lane", "state"), rows(connection, tickets, "entry_id")

    assert database.run_here(act) == ([("e", "live", "done"), ("newer", "live", "queued")], [("newer",)])


def test_a_result_is_kept_with_its_moment(database: Database):
    def act(connection):
        step = releasing.begin(connection, quarantine(connection), ORDER, after(60))
        releasing.record(connection, step.id, StepResult(StepState.SUCCESS, {"path": "/Shared/e.txt"}), after(61))
        return rows(connection, steps, "state", "detail", "done_at")[1]

    assert database.run_here(act) == ("success", {"path": "/Shared/e.txt"}, after(61))


def test_of_a_version_that_was_taken_out_and_moved_there_anew_only_the_last_move_counts(database: Database):
    def act(connection):
        first = quarantine(connection)
        reopen(connection, first.domain, first.entry_id, Lane.RESCAN, after(50))
        run = took(connection, "e")
        (step,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan((MOVE,)), after(52))
        anew = StepResult(StepState.SUCCESS, {"origin": "/Shared/Out/e.txt", "path": "/Shared/Q/e_1.q"})
        working.record_step(connection, run, step.id, anew, after(53))
        return [(row.origin, row.path, row.quarantined_at) for row in queries.quarantined(connection, None)]

    assert database.run_here(act) == [("/Shared/Out/e.txt", "/Shared/Q/e_1.q", after(53))]
