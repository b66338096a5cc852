"""Who is told of a version that could not be looked at is told once, until something is otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from scanner.ledger.databases.database import Database
from scanner.ledger.orders import releasing
from scanner.ledger.work import dead_letters, working
from scanner.ledger.work.dead_letters import Choice
from scanner.model import Outcome, Plan, Step, StepKind, StepResult, StepState, Unchecked
from tests.ledger.work.test_dead_letters import unchecked
from tests.ledger.world import after, infected, took

MOVE, NOTE, NOTIFY, TAG = (
    Step(kind) for kind in (StepKind.QUARANTINE, StepKind.COMMENT, StepKind.NOTIFY, StepKind.TAG)
)
ALL = (MOVE, NOTE, TAG, NOTIFY)
REFUSED, BROKEN = Unchecked.ACCESS_REFUSED, Unchecked.DOWNLOAD_BROKEN


def give_up(
    connection: Connection, at: float, reason: Unchecked = REFUSED, move: StepState = StepState.SUCCESS
) -> list[str]:
    """With a plan that is carried out; gives what is planned."""
    dead_letters.put_back(connection, Choice(), 9, after(at), after(at))
    run = took(connection, "e")
    plan = Plan(ALL, (reason.value,))
    planned = working.record_verdict(connection, run, unchecked(run.version, reason), plan, after(at))
    for step in planned:
        ended = move if step.step.kind is StepKind.QUARANTINE else StepState.SUCCESS
        working.record_step(connection, run, step.id, StepResult(ended), after(at))
    working.finish(connection, run, Outcome.FAILED, None, after(at))
    return [step.step.kind.value for step in planned]


EVERYTHING, NOTHING_TOLD = ["quarantine", "comment", "tag", "notify"], ["quarantine", "tag"]


def test_given_up_for_the_same_reason_again_people_are_not_told_again(database: Database):
    def act(connection: Connection):
        return [give_up(connection, at) for at in (0, 10, 20)]

    assert database.run_here(act) == [EVERYTHING, NOTHING_TOLD, NOTHING_TOLD]


def test_given_up_for_another_reason_people_are_told(database: Database):
    def act(connection: Connection):
        return [give_up(connection, at, why) for at, why in ((0, REFUSED), (10, BROKEN), (20, REFUSED))]

    assert database.run_here(act) == [EVERYTHING] * 3


@pytest.mark.parametrize("move", [StepState.FAILED, StepState.DRY_RUN])
def test_where_the_act_was_not_done_before_people_are_told_that_it_is_now(database: Database, move: StepState):
    def act(connection: Connection):
        return [give_up(connection, 0, move=move), give_up(connection, 10)]

    assert database.run_here(act) == [EVERYTHING] * 2


def test_what_a_person_released_and_had_looked_at_again_is_told_again(database: Database):
    def act(connection: Connection):
        give_up(connection, 0)
        order = releasing.intent(connection, "acme", "e", "g-e", step=Step(StepKind.RELEASE), now=after(5))
        releasing.record(connection, order.id, StepResult(StepState.SUCCESS), after(6))
        return give_up(connection, 10)

    assert database.run_here(act) == EVERYTHING


def test_what_is_found_after_all_is_told(database: Database):
    def act(connection: Connection):
        give_up(connection, 0)
        dead_letters.put_back(connection, Choice(), 9, after(10), after(10))
        run = took(connection, "e")
        return len(working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan(ALL), after(10)))

    assert database.run_here(act) == 4
