"""What a brake counts, whom it holds, and what a decision does."""

import pytest

from scanner.errors import Fenced
from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import tickets
from scanner.ledger.orders import holding
from scanner.ledger.orders.holding import BrakeCounts, Decision
from scanner.ledger.proofs.proof_tables import audit as audit_table
from scanner.ledger.tables import holds, steps
from scanner.ledger.tables import tickets as ticket_table
from scanner.ledger.work import working
from scanner.ledger.work.reopening import reopen
from scanner.model import (
    Brake,
    EntryId,
    Hold,
    Lane,
    Outcome,
    Plan,
    Run,
    Step,
    StepKind,
    StepResult,
    StepState,
)
from tests.ledger.world import after, clean, infected, rows, took

LINKS = Step(StepKind.REVOKE_LINKS)
MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/x"})
NOTE = Step(StepKind.COMMENT, {"body": "moved"})
NOTIFY = Step(StepKind.NOTIFY)
NAMES = (("rule-1",), ("Eicar",))
FULL = Hold(Brake.SIGNATURE, "Eicar", "enough for today")
DAY = 86_400


def begun(connection, name: str, at: float, *reasons: str, state: StepState = StepState.SUCCESS, plan=(MOVE, NOTE)):
    """Judged infected at a moment, with a first step that came as far as `state`."""
    run = took(connection, name)
    found = working.record_verdict(connection, run, infected(run.version, *reasons), Plan(plan, reasons), after(at))
    working.begin_step(connection, run, found[0].id, after(at))
    if state is not StepState.INTENDED:
        working.record_step(connection, run, found[0].id, StepResult(state, {"path": "/Shared/Q/x"}), after(at))
    return run


def ask(connection, name: str, hold: Hold | None, at: float = 0) -> tuple[Run, StepResult | None]:
    """A worker wants to begin the plan of a version, and records what it is told."""
    known = connection.execute(steps.select().where(steps.c.entry_id == name)).first()
    run = took(connection, name)
    if known is None:
        working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan((MOVE,), ("Eicar",)), after(at))
    step = working.steps_of(connection, "acme", run.version.entry_id)[-1]
    told = holding.begin_or_hold(connection, run, step.id, NAMES, held=lambda counts: hold, now=after(at))
    if told is not None:
        working.record_step(connection, run, step.id, told, after(at))
        working.defer(connection, run, None, after(at + DAY), False)
    return run, told


def decide(connection, decision: Decision, at: float = 60) -> int:
    plans = [one.id for one in holding.held_plans(connection)]
    return holding.decide(connection, plans, decision, by="pnovak", because="looked", now=after(at))


def test_plans_begun_within_the_hour_count_once_with_all_their_reasons(database: Database):
    def act(connection):
        begun(connection, "old", 0, "Eicar")
        begun(connection, "a", 1801, "Eicar", "rule-1", plan=(LINKS, MOVE, NOTE))
        begun(connection, "b", 1802, "Eicar", state=StepState.INTENDED)
        begun(connection, "c", 1803, "rule-1", state=StepState.FAILED)
        begun(connection, "d", 1804, "rule-1", plan=(NOTE,))
        found = holding.counts(connection, "acme", after(3660))
        return found.total, found.by_name

    assert database.run_here(act) == (3, {"Eicar": 2, "rule-1": 2})


def test_what_failed_in_part_counts_from_its_last_try_on_and_what_was_never_begun_does_not(database: Database):
    def act(connection):
        begun(connection, "old", 0, "Eicar", state=StepState.FAILED)
        begun(connection, "a", 1801, "Eicar", plan=(LINKS,), state=StepState.FAILED)
        run = took(connection, "given up")
        found = working.record_verdict(connection, run, infected(run.version), Plan((MOVE,), ("Eicar",)), after(1802))
        working.record_step(connection, run, found[0].id, StepResult(StepState.FAILED), after(1802))
        return holding.counts(connection, "acme", after(3660)).total

    assert database.run_here(act) == 1


def test_a_plan_whose_file_was_gone_does_not_count(database: Database):
    def act(connection):
        run = took(connection, "e")
        found = working.record_verdict(
            connection, run, infected(run.version, "Eicar"), Plan((MOVE,), ("Eicar",)), after(1)
        )
        gone = StepResult(StepState.ALREADY_DONE, {"gone": "the file no longer exists"})
        working.record_step(connection, run, found[0].id, gone, after(2))
        return holding.counts(connection, "acme", after(3)).total

    assert database.run_here(act) == 0


def test_verdicts_of_the_hour_and_of_the_week_before_are_told_apart(database: Database):
    def act(connection):
        begun(connection, "a", 0, "Eicar")
        run = took(connection, "b")
        working.settle(connection, run, clean(run.version), after(10))
        begun(connection, "c", 4000, "Eicar")
        return holding.counts(connection, "acme", after(4001))

    assert database.run_here(act) == BrakeCounts(1, {"Eicar": 1}, 1, {"Eicar": 1}, 2, {"Eicar": 1})


def test_what_is_held_stays_held_also_when_there_is_room_again(database: Database):
    def act(connection):
        first, second = ask(connection, "e", FULL), ask(connection, "e", None, at=7_200)
        return first[1], second[1], rows(connection, steps, "state")

    braked = StepResult(StepState.BRAKED, {"reason": "enough for today"})
    assert database.run_here(act) == (braked, braked, [("braked",)])


def test_a_held_plan_is_listed_with_all_that_a_person_needs(database: Database):
    def act(connection):
        ask(connection, "e", FULL, at=5)
        return holding.held_plans(connection), holding.held_plans(connection, "bolt")

    ((plan,), others) = database.run_here(act)
    assert others == []
    assert plan == holding.HeldPlan(
        id=1,
        domain="acme",
        entry_id="e",
        path="/Shared/e.txt",
        rules=("rule-1",),
        signatures=("Eicar",),
        brake=Brake.SIGNATURE,
        reason="enough for today",
        held_at=after(5),
    )


def test_an_approved_plan_begins_whatever_the_limits_say_and_takes_no_room_from_others(database: Database):
    def act(connection):
        ask(connection, "e", FULL)
        assert decide(connection, Decision.APPROVED) == 1
        _, told = ask(connection, "e", FULL, at=70)
        return told, rows(connection, steps, "state"), holding.counts(connection, "acme", after(71)).total

    assert database.run_here(act) == (None, [("intended",)], 0)


def test_a_dropped_plan_is_recorded_as_dropped_by_whom_and_why(database: Database):
    def act(connection):
        ask(connection, "e", FULL)
        decide(connection, Decision.DROPPED)
        _, told = ask(connection, "e", None, at=70)
        return told, rows(connection, steps, "state", "detail")

    detail = {"by": "pnovak", "reason": "looked"}
    assert database.run_here(act) == (StepResult(StepState.DROPPED, detail), [("dropped", detail)])


def test_a_decision_stands_whatever_another_says_later(database: Database):
    def act(connection):
        ask(connection, "e", FULL)
        (plan,) = holding.held_plans(connection)
        made = [
            holding.decide(connection, [plan.id], one, by="jdoe", because="r", now=after(60))
            for one in (Decision.DROPPED, Decision.APPROVED)
        ]
        return made, rows(connection, holds, "decision"), holding.held_plans(connection)

    assert database.run_here(act) == ([1, 0], [("dropped",)], [])


def test_plans_are_counted_by_brake_until_somebody_decides(database: Database):
    def act(connection):
        empty = holding.held_by_brake(connection)
        ask(connection, "a", FULL, at=5)
        ask(connection, "b", FULL, at=6)
        ask(connection, "c", Hold(Brake.SHARE, "Eicar", "r"), at=7)
        held = holding.held_by_brake(connection)
        decide(connection, Decision.DROPPED)
        return empty, held, holding.held_by_brake(connection)

    nothing = ({}, None)
    assert database.run_here(act) == (nothing, ({"share": 1, "signature": 2}, after(5)), nothing)


@pytest.mark.parametrize("state", [StepState.DRY_RUN, StepState.FAILED])
def test_a_plan_that_ended_otherwise_is_held_no_more(database: Database, state: StepState):
    def act(connection):
        ask(connection, "e", FULL)
        run = took(connection, "e")
        working.record_step(connection, run, 1, StepResult(state), after(9))
        return holding.held_plans(connection), holding.held_by_brake(connection)

    assert database.run_here(act) == ([], ({}, None))


def test_a_decision_wakes_the_plan_and_leaves_those_of_others(database: Database):
    def act(connection):
        ask(connection, "a", FULL)
        ask(connection, "b", FULL)
        first, _ = holding.held_plans(connection)
        holding.decide(connection, [first.id], Decision.APPROVED, by="jdoe", because="r", now=after(60))
        woken = holding.wake(connection, after(60)), holding.wake(connection, after(60))
        return woken, rows(connection, ticket_table, "entry_id", "execute_after")

    assert database.run_here(act) == ((1, 0), [("a", after(60).timestamp()), ("b", after(DAY).timestamp())])


def test_a_plan_that_was_taken_up_may_wait_for_something_else(database: Database):
    """A lock, for instance: no decision may drive it on each minute."""

    def act(connection):
        ask(connection, "e", FULL)
        decide(connection, Decision.APPROVED)
        run, told = ask(connection, "e", None, at=70)
        working.defer(connection, run, None, after(900), False)
        return told, holding.wake(connection, after(71)), tickets.next_due(connection, after(71).timestamp())

    assert database.run_here(act) == (None, 0, after(900).timestamp())


def test_what_was_done_for_an_earlier_verdict_or_told_of_a_plan_keeps_no_decision_waiting(database: Database):
    def act(connection):
        run = begun(connection, "e", 0, "rule-1", plan=(NOTE,))
        working.finish(connection, run, Outcome.JUDGED, None, after(1))
        reopen(connection, "acme", EntryId("e"), Lane.LIVE, after(10))
        run = took(connection, "e")
        plan = Plan((MOVE, NOTIFY), ("Eicar",))
        working.record_verdict(connection, run, infected(run.version, "Eicar"), plan, after(20))
        told = working.steps_of(connection, "acme", run.version.entry_id, after(20))[-1]
        working.record_step(connection, run, told.id, StepResult(StepState.SUCCESS), after(20))
        move = working.steps_of(connection, "acme", run.version.entry_id, after(20))[0]
        held = holding.begin_or_hold(connection, run, move.id, NAMES, held=lambda counts: FULL, now=after(20))
        assert held is not None
        working.record_step(connection, run, move.id, held, after(20))
        working.defer(connection, run, None, after(DAY), False)
        decide(connection, Decision.APPROVED)
        return holding.wake(connection, after(61)), holding.wake(connection, after(61))

    assert database.run_here(act) == (1, 0)


def test_a_worker_that_was_thought_dead_holds_no_plan(database: Database):
    def act(connection):
        slow = took(connection, "e")
        (step,) = working.record_verdict(connection, slow, infected(slow.version, "Eicar"), Plan((MOVE,)), after(0))
        took(connection, "e")
        with pytest.raises(Fenced):
            holding.begin_or_hold(connection, slow, step.id, NAMES, held=lambda counts: FULL, now=after(1))
        return rows(connection, holds, "entry_id"), rows(connection, audit_table, "action")

    assert database.run_here(act) == ([], [])
