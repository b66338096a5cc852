"""What a rule or a signature brought about, and what of it still stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.ledger.databases.database import Database
from scanner.ledger.orders import allowing, releasing, undoing
from scanner.ledger.proofs import audit
from scanner.ledger.tables import steps
from scanner.ledger.work import intake
from scanner.ledger.work import working as work
from scanner.model import (
    Finding,
    Inspection,
    Outcome,
    Plan,
    Step,
    StepKind,
    StepResult,
    StepState,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import FACTS, NOON, after, infected, rows, took, version

LOCK = Step(StepKind.LOCK, {"token": "t"})
MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/x.q"})
NOTE = Step(StepKind.COMMENT, {"body": "moved"})
DONE = StepResult(StepState.SUCCESS, {"path": "/Shared/Q/x.q"})
UNTIL = NOON.date()


def acted(connection, name: str, at: float, *reasons: str, plan=(MOVE, NOTE), verdict=None, state=DONE) -> None:
    """Judged, and all of its plan done at a moment."""
    run = took(connection, name)
    found = verdict or infected(run.version, *reasons)
    for record in work.record_verdict(
        connection, run, replace(found, version=run.version), Plan(plan, reasons), after(at)
    ):
        work.begin_step(connection, run, record.id, after(at))
        work.record_step(connection, run, record.id, state, after(at))
    work.finish(connection, run, Outcome.JUDGED, None, after(at))


def asked(connection, name: str = "Eicar", *, signature: bool = True, since: float = 0, domain: str | None = None):
    return undoing.on_account_of(connection, name, signature=signature, since=after(since), domain=domain)


def names(found) -> list[str]:
    return [one.entry_id for one in found]


def test_what_was_done_since_a_moment_and_for_that_name_is_found(database: Database):
    def act(connection):
        acted(connection, "early", 10, "Eicar")
        acted(connection, "a", 20, "Eicar", "rule-1")
        acted(connection, "other", 30, "Other")
        acted(connection, "b", 40, "Eicar")
        asks = [asked(connection, since=20), asked(connection, since=41), asked(connection, domain="bolt")]
        return [names(found) for found in asks]

    assert database.run_here(act) == [["a", "b"], [], []]


def test_a_rule_that_is_called_like_a_signature_is_another_thing(database: Database):
    rule = Verdict(
        version("x"), VerdictKind.FLAGGED, ("Eicar",), (Inspection("rules", "1", (Finding("rules", "Eicar"),)),), FACTS
    )

    def act(connection):
        acted(connection, "signature", 10, "Eicar")
        acted(connection, "rule", 20, "Eicar", verdict=rule)
        return names(asked(connection)), names(asked(connection, signature=False))

    assert database.run_here(act) == (["signature"], ["rule"])


@pytest.mark.parametrize(
    "state",
    [
        StepResult(StepState.FAILED),
        StepResult(StepState.SUPERSEDED),
        StepResult(StepState.DROPPED),
        StepResult(StepState.ALREADY_DONE, {"gone": "the file no longer exists"}),
    ],
)
def test_what_was_not_done_cannot_be_taken_back(database: Database, state: StepResult):
    def act(connection):
        acted(connection, "e", 10, "Eicar", state=state)
        return asked(connection)

    assert database.run_here(act) == []


def test_a_move_that_was_released_stands_no_more(database: Database):
    def act(connection):
        acted(connection, "e", 10, "Eicar")
        (one,) = asked(connection)
        order = releasing.begin(connection, one.row, Step(StepKind.RELEASE), after(20))
        releasing.record(connection, order.id, StepResult(StepState.SUCCESS, {"path": "/Shared/e.txt"}), after(21))
        (left,) = asked(connection)
        return [[record.step.kind for record in each.steps] for each in (one, left)]

    assert database.run_here(act) == [[StepKind.QUARANTINE, StepKind.COMMENT], [StepKind.COMMENT]]


def test_a_step_is_taken_back_once_and_an_order_cut_off_goes_on(database: Database):
    def act(connection):
        acted(connection, "e", 10, "Eicar", plan=(LOCK,))
        (one,) = asked(connection)
        (record,) = one.steps
        words = {"by": "jdoe", "because": "false alarm", "until": UNTIL}
        first, second = (undoing.begin(connection, one, record, **words, now=after(at)) for at in (20, 30))
        releasing.record(connection, second.id, StepResult(StepState.SUCCESS), after(31))
        last = audit.page(connection, 0)[-1]
        return first, second, asked(connection), (last.actor, last.action)

    first, second, left, last = database.run_here(act)
    assert second == replace(first, tries=2)
    assert (first.step.params, left) == ({"step": "1", "kind": "lock", "reason": "false alarm", "by": "jdoe"}, [])
    assert last == ("jdoe", "undo")


@pytest.mark.parametrize(("state", "left"), [(StepState.SUCCESS, 1), (StepState.FAILED, 0)])
def test_the_content_passes_from_the_order_on_unless_it_fails(database: Database, state: StepState, left: int):
    def act(connection):
        acted(connection, "e", 10, "Eicar", plan=(LOCK,))
        (one,) = asked(connection)
        order = undoing.begin(connection, one, one.steps[0], by="jdoe", because="r", until=UNTIL, now=after(20))
        before = len(allowing.in_force(connection, "acme", UNTIL))
        releasing.record(connection, order.id, StepResult(state), after(21))
        return before, len(allowing.in_force(connection, "acme", UNTIL))

    assert database.run_here(act) == (1, left)


def test_what_a_person_took_back_is_not_done_again_when_the_version_is_there_again(database: Database):
    def act(connection):
        gone = StepResult(StepState.SUPERSEDED)
        acted(connection, "e", 10, "Eicar", plan=(Step(StepKind.REVERT),))
        (one,) = asked(connection)
        undoing.begin(connection, one, one.steps[0], by="jdoe", because="r", until=None, now=after(20))
        opened = intake.reopen_plan(connection, "acme", one.entry_id, after(21))
        acted(connection, "f", 30, "Eicar", state=gone)
        return (
            opened,
            intake.reopen_plan(connection, "acme", "f", after(31)),
            rows(connection, steps, "kind", "state")[0],
        )

    assert database.run_here(act) == (0, 1, ("revert", "success"))
