"""A version that a move of ours gave another entry id is known by both, shown once, and never looked at again."""

from typing import Any

import pytest

from scanner.ledger import explaining, queries
from scanner.ledger.databases.database import Database
from scanner.ledger.orders import releasing
from scanner.ledger.tables import tickets, work
from scanner.ledger.work import aliases, intake, working
from scanner.model import EntryId, Lane, Outcome, Plan, Run, Step, StepKind, StepResult, StepState
from tests.ledger.world import FACTS, NOON, after, infected, queue, rows, took, version

MOVE = Plan((Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/e.q"}),))
ORDER = Step(StepKind.RELEASE, {"destination": "/Shared/e.txt", "reason": "false alarm", "by": "pnovak"})
MOVED = {"origin": "/Shared/e.txt", "path": "/Shared/Q/e.q", "entry_id": "moved"}


def move(connection, state: StepState = StepState.SUCCESS) -> Run:
    run = took(connection, "e")
    (step,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), MOVE, after(1))
    working.record_step(connection, run, step.id, StepResult(state, MOVED), after(2))
    return run


def known(connection) -> list[tuple[Any, ...]]:
    return rows(connection, work, "entry_id", "path", "state", "outcome", "verdict_id")


ALIAS = ("moved", "/Shared/Q/e.q", "done", None, 1)


def test_the_new_id_stands_beside_the_judged_one_with_its_verdict(database: Database):
    def act(connection):
        working.finish(connection, move(connection), Outcome.JUDGED, None, after(3))
        return known(connection)

    assert database.run_here(act) == [("e", "/Shared/e.txt", "done", "judged", 1), ALIAS]


@pytest.mark.parametrize("state", [StepState.FAILED, StepState.SUPERSEDED])
def test_of_a_step_that_was_not_done_no_id_is_taken(database: Database, state: StepState):
    assert [row[0] for row in database.run_here(lambda c: move(c, state) and known(c))] == ["e"]


def test_neither_a_listing_nor_an_event_brings_it_again(database: Database):
    def act(connection):
        move(connection)
        listed = intake.queue_versions(connection, [version("moved")], Lane.RECONCILE, NOON)
        return listed, intake._known_entries(connection, "acme", [EntryId("moved")])

    assert database.run_here(act) == (0, {"moved"})


def test_work_that_a_listing_began_on_it_ends(database: Database):
    def act(connection):
        queue(connection, "moved")
        move(connection)
        return known(connection), rows(connection, tickets, "entry_id")

    row = ("e", "/Shared/e.txt", "running", None, 1)
    assert database.run_here(act) == ([row, ALIAS], [("e",)])


def test_it_is_listed_and_counted_once_and_explained_by_either_id_and_path(database: Database):
    def act(connection):
        working.finish(connection, move(connection), Outcome.JUDGED, None, after(3))
        listed = queries.verdict_rows(connection, None, None, 9)
        asked = [explaining.explain(connection, name) for name in ("e", "moved", "/Shared/Q/e.q")]
        counts = queries.totals(connection, NOON).outcomes
        return [row.entry_id for row in listed], [[one.entry_id for one in found] for found in asked], counts

    assert database.run_here(act) == (["e"], [["e"]] * 3, {"judged": 1})


def test_what_is_in_quarantine_is_found_by_its_present_id_and_content(database: Database):
    (row,) = database.run_here(lambda c: move(c) and queries.quarantined(c, None))
    assert (row.entry_id, row.current_entry_id, row.content) == ("e", "moved", FACTS)


def test_the_id_after_a_release_is_known_too(database: Database):
    def act(connection):
        move(connection)
        (row,) = queries.quarantined(connection, None)
        step = releasing.begin(connection, row, ORDER, after(9))
        back = StepResult(StepState.SUCCESS, {"path": "/Shared/e.txt", "entry_id": "back"})
        releasing.record(connection, step.id, back, after(10))
        return {row[0] for row in known(connection)}

    assert database.run_here(act) == {"e", "moved", "back"}


def test_the_same_id_needs_no_second_row(database: Database):
    def act(connection):
        move(connection, StepState.FAILED)
        aliases.record(connection, "acme", "e", StepResult(StepState.SUCCESS, {"entry_id": "e"}), NOON)
        return len(known(connection))

    assert database.run_here(act) == 1
