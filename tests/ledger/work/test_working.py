"""A claim, its token, and every write that must carry it."""

import pytest

from scanner.errors import Fenced
from scanner.ledger.databases.database import Database
from scanner.ledger.tables import steps, tickets, verdicts, work
from scanner.ledger.work import working
from scanner.model import (
    EntryId,
    Gap,
    Lane,
    Outcome,
    Plan,
    Run,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    Unchecked,
)
from tests.ledger.world import NOON, ON_FILE, after, clean, content, infected, queue, rows, took, version

MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/e"})
NOTE = Step(StepKind.COMMENT, {"body": "moved"})
PLAN = Plan((MOVE, NOTE), ("Eicar",))
DONE = StepResult(StepState.SUCCESS, {"path": "/Shared/Q/e"})


def planned(connection, run: Run) -> tuple[StepRecord, ...]:
    return working.record_verdict(connection, run, infected(run.version, "Eicar"), PLAN, NOON)


WRITES = {
    "record_verdict": lambda c, run, step: working.record_verdict(c, run, clean(run.version), PLAN, NOON),
    "settle": lambda c, run, step: working.settle(c, run, clean(run.version), NOON),
    "begin_step": lambda c, run, step: working.begin_step(c, run, step, NOON),
    "note_step": lambda c, run, step: working.note_step(c, run, step, {"origin": "/Shared/a"}),
    "record_step": lambda c, run, step: working.record_step(c, run, step, DONE, NOON),
    "record_step with a newer version": lambda c, run, step: working.record_step(
        c, run, step, StepResult(StepState.SUPERSEDED, {}, version("newer")), NOON
    ),
    "finish": lambda c, run, step: working.finish(c, run, Outcome.JUDGED, None, NOON),
    "finish with a newer version": lambda c, run, step: working.finish(
        c, run, Outcome.SUPERSEDED, version("newer"), NOON
    ),
    "defer": lambda c, run, step: working.defer(c, run, Gap(Unchecked.ENGINE_ERROR), NOON, True),
}


def refused(database: Database, write, run: Run, step: int) -> bool:
    before = database.run_here(content)
    with pytest.raises(Fenced):
        database.run_here(lambda connection: write(connection, run, step))
    return database.run_here(content) == before


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_once_another_has_claimed_the_work_the_old_token_writes_nothing(database: Database, write):
    old, step = database.run_here(lambda c: (run := took(c, "e"), planned(c, run)[0].id))
    database.run_here(lambda connection: took(connection, "e"))
    assert refused(database, write, old, step)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_once_the_work_has_ended_its_own_token_writes_nothing(database: Database, write):
    run, step = database.run_here(lambda c: (run := took(c, "e"), planned(c, run)[0].id))
    database.run_here(lambda connection: working.finish(connection, run, Outcome.JUDGED, None, NOON))
    assert refused(database, write, run, step)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_token_is_good_for_every_write_while_it_is_the_newest(database: Database, write):
    def act(connection):
        old = took(connection, "e")
        step = planned(connection, old)[0].id if write is not WRITES["record_verdict"] else 0
        write(connection, took(connection, "e"), step)

    before = database.run_here(content)
    database.run_here(act)
    assert database.run_here(content) != before


@pytest.mark.parametrize("write", [WRITES["begin_step"], WRITES["record_step"]])
def test_a_token_writes_no_other_versions_steps(database: Database, write):
    step = database.run_here(lambda c: planned(c, took(c, "other"))[0].id)
    run = database.run_here(lambda connection: took(connection, "e"))
    assert refused(database, write, run, step)


def test_each_claim_counts_and_has_a_token_of_its_own(database: Database):
    first, second = (database.run_here(lambda c: took(c, "e")) for _ in range(2))
    assert [(run.starts, run.attempts) for run in (first, second)] == [(1, 1), (2, 2)]
    assert first.token != second.token


@ON_FILE
def test_a_claim_on_ended_work_gives_nothing_and_drops_its_ticket(database: Database):
    def act(connection):
        run = took(connection, "e")
        working.finish(connection, run, Outcome.GONE, None, NOON)
        connection.execute(tickets.insert(), {"domain": "acme", "entry_id": "e", "entrypoint": "acme"} | LEFT_OVER)
        return working.take(connection, "acme", EntryId("e")), rows(connection, tickets, "entry_id")

    assert database.run_here(act) == (None, [])


LEFT_OVER = {"rank": 10, "status": "picked", "heartbeat": 0.0, "execute_after": 0.0}


def test_a_claim_on_a_version_nobody_knows_gives_nothing(database: Database):
    assert database.run_here(lambda c: working.take(c, "acme", EntryId("nobody"))) is None


def test_a_plan_is_recorded_in_order_with_its_grounds(database: Database):
    records = database.run_here(lambda c: planned(c, took(c, "e")))
    assert records == (StepRecord(1, MOVE, StepState.PLANNED), StepRecord(2, NOTE, StepState.PLANNED))
    found = database.run_here(lambda c: rows(c, steps, "group_id", "position", "because", "planned_at"))
    assert found == [("g-e", 0, ["Eicar"], NOON), ("g-e", 1, ["Eicar"], NOON)]


def test_a_verdict_without_steps_leaves_the_work_open(database: Database):
    def act(connection):
        run = took(connection, "e")
        none = working.record_verdict(connection, run, clean(run.version), Plan(), NOON)
        return none, rows(connection, work, "state", "verdict_id"), rows(connection, tickets, "entry_id")

    assert database.run_here(act) == ((), [("running", 1)], [("e",)])


def test_the_end_with_a_verdict_is_one_write(database: Database):
    def act(connection):
        run = took(connection, "e")
        working.settle(connection, run, clean(run.version), after(3))
        ended = rows(connection, work, "state", "outcome", "done_at", "verdict_id", "token", "attempts")
        return ended, rows(connection, verdicts, "kind", "judged_at"), rows(connection, tickets, "entry_id")

    assert database.run_here(act) == ([("done", "judged", after(3), 1, None, 0)], [("clean", after(3))], [])


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.JUDGED, "done"),
        (Outcome.GONE, "done"),
        (Outcome.SUPERSEDED, "done"),
        (Outcome.FAILED, "parked"),
    ],
)
def test_work_that_failed_is_parked_and_the_rest_is_done(database: Database, outcome, state):
    def act(connection):
        working.finish(connection, took(connection, "e"), outcome, None, after(3))
        return rows(connection, work, "state", "outcome", "done_at", "token"), rows(connection, tickets, "id")

    assert database.run_here(act) == ([(state, outcome.value, after(3), None)], [])


@pytest.mark.parametrize("through", ["finish", "record_step"])
def test_a_newer_version_found_in_between_is_queued_in_the_same_lane(database: Database, through):
    def act(connection):
        queue(connection, "e", lane=Lane.BACKFILL)
        run = took(connection, "e")
        step = planned(connection, run)[0].id
        if through == "finish":
            queued = working.finish(connection, run, Outcome.SUPERSEDED, version("newer"), NOON).queued
        else:
            result = StepResult(StepState.SUPERSEDED, {}, version("newer"))
            queued = working.record_step(connection, run, step, result, NOON)
        return queued, rows(connection, work, "entry_id", "lane")[1]

    assert database.run_here(act) == (1, ("newer", "backfill"))


def test_a_newer_version_that_is_known_is_not_queued_again(database: Database):
    def act(connection):
        queue(connection, "newer")
        return working.finish(connection, took(connection, "e"), Outcome.SUPERSEDED, version("newer"), NOON)

    assert database.run_here(act) == working.Ended(0, 0)


@pytest.mark.parametrize(
    ("gap", "counts", "expected"),
    [
        (Gap(Unchecked.ENGINE_ERROR, "odd"), True, ("queued", 1, "engine-error", "odd")),
        (Gap(Unchecked.ENGINE_DOWN, "no answer"), False, ("waiting", 0, "engine-down", "no answer")),
        (Gap(Unchecked.THROTTLED, "x" * 900), False, ("waiting", 0, "throttled", "x" * 500)),
        (None, False, ("waiting", 0, None, None)),
    ],
)
def test_deferred_work_is_open_again_with_what_it_waits_for(database: Database, gap, counts, expected):
    def act(connection):
        working.defer(connection, took(connection, "e"), gap, after(30), counts)
        found = rows(connection, work, "state", "attempts", "gap_reason", "gap_detail", "due", "token")
        return found, rows(connection, tickets, "status", "entrypoint", "execute_after", "manager")

    due = [("waiting", "acme", after(30).timestamp(), None)]
    assert database.run_here(act) == ([(*expected, after(30), None)], due)


def test_a_verdict_ends_what_the_version_waited_for(database: Database):
    def act(connection):
        working.defer(connection, took(connection, "e"), Gap(Unchecked.ENGINE_DOWN, "no answer"), NOON, False)
        planned(connection, took(connection, "e"))
        return rows(connection, work, "gap_reason", "gap_detail")

    assert database.run_here(act) == [(None, None)]


def test_from_the_second_attempt_without_a_result_on_a_version_is_a_suspect(database: Database):
    def act(connection):
        working.defer(connection, took(connection, "e"), Gap(Unchecked.POISON), NOON, True)
        first = rows(connection, tickets, "entrypoint")
        working.defer(connection, took(connection, "e"), Gap(Unchecked.POISON), NOON, True)
        second = rows(connection, tickets, "entrypoint")
        working.defer(connection, took(connection, "e"), Gap(Unchecked.ENGINE_DOWN), NOON, False)
        return first + second + rows(connection, tickets, "entrypoint")

    assert database.run_here(act) == [("acme",), ("suspect",), ("suspect",)]


def test_what_is_noted_with_an_intent_stays_until_its_result_also_when_it_is_begun_again(database: Database):
    def act(connection):
        run = took(connection, "e")
        step = planned(connection, run)[0].id
        working.begin_step(connection, run, step, after(1))
        working.note_step(connection, run, step, {"origin": "/Shared/a"})
        working.begin_step(connection, run, step, after(2))
        begun = working.steps_of(connection, "acme", EntryId("e"))[0]
        working.record_step(connection, run, step, DONE, after(3))
        return begun.state, begun.detail, working.steps_of(connection, "acme", EntryId("e"))[0].detail

    assert database.run_here(act) == (StepState.INTENDED, {"origin": "/Shared/a"}, DONE.detail)


def test_a_step_tells_of_its_intent_before_and_of_its_result_after(database: Database):
    def act(connection):
        run = took(connection, "e")
        step = planned(connection, run)[0].id
        working.begin_step(connection, run, step, after(1))
        working.begin_step(connection, run, step, after(2))
        begun = working.steps_of(connection, "acme", EntryId("e"))[0]
        working.record_step(connection, run, step, DONE, after(3))
        return (
            begun,
            working.steps_of(connection, "acme", EntryId("e"))[0],
            rows(connection, steps, "intended_at", "done_at")[0],
        )

    assert database.run_here(act) == (
        StepRecord(1, MOVE, StepState.INTENDED, {}, 2),
        StepRecord(1, MOVE, StepState.SUCCESS, {"path": "/Shared/Q/e"}, 2),
        (after(2), after(3)),
    )


def test_a_step_held_by_the_brake_is_not_done(database: Database):
    def act(connection):
        run = took(connection, "e")
        step = planned(connection, run)[0].id
        working.record_step(connection, run, step, StepResult(StepState.BRAKED), after(3))
        return rows(connection, steps, "state", "done_at")[0]

    assert database.run_here(act) == ("braked", None)
