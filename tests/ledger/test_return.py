"""A version that comes back: what found it gone is done after all."""

import pytest

from scanner.errors import Fenced
from scanner.ledger.databases.database import Database
from scanner.ledger.tables import tickets, work
from scanner.ledger.work import intake, working
from scanner.model import Lane, Outcome, Plan, Run, Skip, Skipped, Step, StepKind, StepResult, StepState
from tests.ledger.world import after, clean, event, infected, queue, rows, took

PLAN = Plan((Step(StepKind.QUARANTINE, {"destination": "/Q/e"}), Step(StepKind.COMMENT, {"body": "x"})))
GONE = {"gone": "/Shared/e.txt"}


def move_ended(connection, detail: dict[str, str], state: StepState = StepState.ALREADY_DONE) -> Run:
    run = took(connection, "e")
    move, _ = working.record_verdict(connection, run, infected(run.version, "Eicar"), PLAN, after(1))
    working.record_step(connection, run, move.id, StepResult(state, detail), after(2))
    return run


def come_back(connection) -> int:
    """How many versions that queued."""
    skipped = Skipped(Skip.DUPLICATE)
    return intake.record_events(connection, "acme", [event(7)], lambda one, known: skipped, after(60))[1]


def standing(connection):
    return (
        [record.state.value for record in working.steps_of(connection, "acme", "e")],
        rows(connection, work, "state", "outcome", "token", "attempts"),
        rows(connection, tickets, "status", "entrypoint", "execute_after"),
    )


DUE = [("waiting", "acme", after(60).timestamp())]


@pytest.mark.parametrize("ended", [True, False])
def test_steps_that_found_it_gone_are_to_be_done_again(database: Database, ended: bool):
    def act(connection):
        run = move_ended(connection, GONE)
        if ended:
            working.finish(connection, run, Outcome.JUDGED, None, after(3))
        return come_back(connection), standing(connection)

    assert database.run_here(act) == (1, (["planned", "planned"], [("queued", None, None, 0)], DUE))


def test_a_worker_in_the_middle_of_the_plan_does_not_end_it(database: Database):
    run = database.run_here(lambda connection: move_ended(connection, GONE))
    database.run_here(come_back)
    with pytest.raises(Fenced):
        database.run_here(lambda c: working.finish(c, run, Outcome.JUDGED, None, after(61)))


def test_a_step_that_was_done_stays_done(database: Database):
    def act(connection):
        run = move_ended(connection, {"path": "/Q/e"}, StepState.SUCCESS)
        working.finish(connection, run, Outcome.JUDGED, None, after(3))
        return come_back(connection), standing(connection)

    assert database.run_here(act) == (0, (["success", "planned"], [("done", "judged", None, 0)], []))


def test_work_that_ended_without_a_look_begins_anew(database: Database):
    def act(connection):
        working.finish(connection, took(connection, "e"), Outcome.GONE, None, after(3))
        queue(connection, "e", lane=Lane.RECONCILE)
        return rows(connection, work, "state", "outcome", "done_at", "starts", "lane"), rows(
            connection, tickets, "rank"
        )

    assert database.run_here(act) == ([("queued", None, None, 1, "reconcile")], [(20,)])


def test_work_that_ended_with_a_verdict_does_not(database: Database):
    def act(connection):
        run = took(connection, "e")
        working.settle(connection, run, clean(run.version), after(3))
        queue(connection, "e")
        return rows(connection, work, "state"), rows(connection, tickets, "rank")

    assert database.run_here(act) == ([("done",)], [])


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.SUPERSEDED])
def test_a_version_that_came_back_while_a_worker_found_it_gone_is_looked_at_again(database: Database, outcome: Outcome):
    def act(connection):
        run = took(connection, "e")
        come_back(connection)
        queued = working.finish(connection, run, outcome, None, after(61)).queued
        return queued, rows(connection, work, "state", "outcome", "due"), rows(connection, tickets, "status")

    assert database.run_here(act) == (1, [("queued", None, after(61))], [("queued",)])


def test_one_that_came_back_before_the_last_look_stays_gone(database: Database):
    def act(connection):
        run = took(connection, "e")
        come_back(connection)
        working.finish(connection, run, Outcome.GONE, None, after(61))
        again = working.take(connection, "acme", run.version.entry_id)
        assert again is not None
        return working.finish(connection, again, Outcome.GONE, None, after(62)).queued, rows(connection, work, "state")

    assert database.run_here(act) == (0, [("done",)])


def test_a_step_that_found_it_gone_while_it_came_back_is_to_be_done_again(database: Database):
    def act(connection):
        run = took(connection, "e")
        move, _ = working.record_verdict(connection, run, infected(run.version, "Eicar"), PLAN, after(1))
        come_back(connection)
        return working.record_step(
            connection, run, move.id, StepResult(StepState.ALREADY_DONE, GONE), after(61)
        ), standing(connection)

    due = [("waiting", "acme", after(61).timestamp())]
    assert database.run_here(act) == (1, (["planned", "planned"], [("queued", None, None, 0)], due))


def test_steps_that_another_version_stopped_are_to_be_done_when_theirs_is_current_again(database: Database):
    def act(connection):
        run = move_ended(connection, {"path": "/Shared/e.txt", "entry_id": "f"}, StepState.SUPERSEDED)
        working.finish(connection, run, Outcome.JUDGED, None, after(3))
        return come_back(connection), standing(connection)

    assert database.run_here(act) == (1, (["planned", "planned"], [("queued", None, None, 0)], DUE))
