"""What we made ourselves is never queued, and what others put upon it is."""

import pytest

from scanner.ledger.databases.database import Database
from scanner.ledger.work import intake, made, working
from scanner.model import EntryId, Known, Lane, Plan, Skip, Skipped, Step, StepKind, StepResult, StepState
from tests.ledger.world import NOON, after, event, infected, took, version

TOMBSTONE = Step(StepKind.TOMBSTONE, {"body": "It is not here any more."})


def left(connection, state: StepState = StepState.SUCCESS) -> None:
    """A text is left in the place of e."""
    run = took(connection, "e")
    (step,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan((TOMBSTONE,)), after(1))
    working.begin_step(connection, run, step.id, after(2))
    working.record_step(connection, run, step.id, StepResult(state, {"made": "text"}), after(3))


def test_a_listing_does_not_queue_it_but_all_that_is_beside_it(database: Database):
    database.run_here(left)
    seen = [version("text"), version("other"), version("text", "bolt")]
    assert database.run_here(lambda c: intake.queue_versions(c, seen, Lane.RECONCILE, NOON)) == 2


def test_an_event_is_decided_on_with_what_we_made(database: Database):
    asked: list[Known] = []

    def ask(one, known):
        asked.append(known)
        return Skipped(Skip.OWN_ACTION)

    database.run_here(left)
    database.run_here(lambda c: intake.record_events(c, "acme", [event(1, "text"), event(2, "new")], ask, NOON))
    assert [known.made for known in asked] == [frozenset({EntryId("text")})] * 2


@pytest.mark.parametrize("state", [StepState.FAILED, StepState.SUPERSEDED])
def test_only_what_was_done_is_made(database: Database, state: StepState):
    database.run_here(lambda c: left(c, state))
    assert database.run_here(lambda c: made.among(c, "acme", [EntryId("text")])) == frozenset()


def test_recording_it_twice_changes_nothing(database: Database):
    result = StepResult(StepState.ALREADY_DONE, {"made": "text"})
    for at in (1, 2):
        database.run_here(lambda c, at=at: made.record(c, "acme", result, after(at)))
    assert database.run_here(lambda c: made.among(c, "acme", [EntryId("text"), EntryId("e")])) == {"text"}
