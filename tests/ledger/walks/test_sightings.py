"""What a listing shows: unknown versions are queued, known ones are marked as seen, and some are back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import gaps, steps, work
from scanner.ledger.walks import sightings, walking
from scanner.ledger.walks.sightings import Sighted
from scanner.ledger.walks.walking import EVERYTHING, WalkReason
from scanner.ledger.work import intake, working
from scanner.model import Outcome, Plan, Step, StepKind, StepState
from tests.ledger.walks.test_walking import walk
from tests.ledger.world import NOON, after, infected, queue, rows, took, version

DAY = timedelta(days=1)


def show(connection, *versions, reason=WalkReason.COMMAND):
    """A page of a listing, for a walk of this kind."""
    found = walking.ask(connection, "acme", EVERYTHING, reason, NOON)
    return sightings.record(connection, walk(connection, found), versions, after(1))


def quarantined(connection, name, state=StepState.SUCCESS, **detail):
    """A version judged infected, with a plan that ended."""
    run = took(connection, name)
    plan = Plan((Step(StepKind.QUARANTINE, {"destination": "/q"}), Step(StepKind.COMMENT, {"body": "x"})), ("Eicar",))
    working.record_verdict(connection, run, infected(run.version, "Eicar"), plan, NOON)
    connection.execute(update(steps).values(state=state.value, detail=detail, done_at=NOON))
    working.finish(connection, run, Outcome.JUDGED, None, NOON)


def lose(connection, reason="lost", since=NOON):
    intake.record_gap(connection, "acme", reason, (since, NOON), NOON)
    walking.cover_gaps(connection, "acme", NOON)


def states(connection):
    return [state for (state,) in rows(connection, steps, "state")]


def test_what_nobody_knows_is_queued_and_all_that_is_shown_was_seen(database: Database):
    def act(connection):
        queue(connection, "known")
        sighted = show(connection, version("known"), version("new"))
        return sighted, rows(connection, work, "entry_id", "lane", "seen_at", "seen_path")

    expected = [("known", "live", after(1), None), ("new", "reconcile", after(1), None)]
    assert database.run_here(act) == (Sighted(queued=1), expected)


def test_a_file_that_is_elsewhere_was_moved_and_is_told_once(database: Database):
    def act(connection):
        queue(connection, "e")
        moved = replace(version("e"), path="/Shared/Elsewhere/e.txt")
        told = [show(connection, moved), show(connection, moved), show(connection, version("e"))]
        return told, rows(connection, work, "path", "seen_path")

    told = [Sighted(moved=1), Sighted(), Sighted(moved=1)]
    assert database.run_here(act) == (told, [("/Shared/e.txt", None)])


def test_work_that_ended_without_a_look_begins_anew_where_its_version_is_shown(database: Database):
    def act(connection):
        working.finish(connection, took(connection, "e"), Outcome.GONE, None, NOON)
        return show(connection, version("e")), rows(connection, work, "state", "outcome")

    assert database.run_here(act) == (Sighted(queued=1), [("queued", None)])


def test_what_was_missed_before_is_missed_no_more(database: Database):
    def act(connection):
        queue(connection, "e")
        connection.execute(update(work).values(missed_at=NOON))
        show(connection, version("e"))
        return rows(connection, work, "missed_at")

    assert database.run_here(act) == [(None,)]


def test_what_is_much_older_than_a_gap_waits_behind_what_the_gap_hid(database: Database):
    def act(connection):
        lose(connection, "expired")
        old = version("old", uploaded_at=NOON - 2 * DAY)
        found = [old, version("new", uploaded_at=NOON), version("undated")]
        show(connection, *found, reason=WalkReason.GAP)
        return rows(connection, work, "entry_id", "lane")

    assert database.run_here(act) == [("new", "reconcile"), ("old", "backfill"), ("undated", "reconcile")]


def test_a_gap_of_unknown_beginning_may_hide_anything(database: Database):
    def act(connection):
        lose(connection, "expired", since=None)
        show(connection, version("old", uploaded_at=NOON - 2 * DAY), reason=WalkReason.GAP)
        return rows(connection, work, "lane")

    assert database.run_here(act) == [("reconcile",)]


RETURNS = [
    ("found gone", StepState.ALREADY_DONE, {"gone": "yes"}, WalkReason.COMMAND, "planned"),
    ("replaced", StepState.SUPERSEDED, {}, WalkReason.COMMAND, "planned"),
    ("acted on", StepState.SUCCESS, {"path": "/q"}, WalkReason.COMMAND, "success"),
    ("acted on before the domain was restored", StepState.SUCCESS, {"path": "/q"}, WalkReason.GAP, "planned"),
    ("failed", StepState.FAILED, {}, WalkReason.GAP, "failed"),
]


@pytest.mark.parametrize(("case", "state", "detail", "reason", "then"), RETURNS, ids=[row[0] for row in RETURNS])
def test_a_plan_is_open_again_where_its_file_is_back(database: Database, case, state, detail, reason, then):
    def act(connection):
        quarantined(connection, "e", state, **detail)
        lose(connection)
        sighted = show(connection, version("e"), reason=reason)
        return sighted.queued, states(connection), rows(connection, work, "state")

    again = then == "planned"
    expected = (int(again), [then, then], [("queued",)] if again else [("done",)])
    assert database.run_here(act) == expected


def test_a_gap_without_a_restored_domain_undoes_no_act(database: Database):
    def act(connection):
        quarantined(connection, "e")
        lose(connection, "expired")
        return show(connection, version("e"), reason=WalkReason.GAP), states(connection)

    assert database.run_here(act) == (Sighted(), ["success", "success"])


def test_a_released_file_is_not_taken_away_again(database: Database):
    def act(connection):
        quarantined(connection, "e")
        row = dict(connection.execute(steps.select()).first()._mapping)
        released = {**row, "id": 9, "position": 9, "kind": StepKind.RELEASE.value}
        connection.execute(insert(steps), released)
        lose(connection)
        return show(connection, version("e"), reason=WalkReason.GAP), set(states(connection))

    assert database.run_here(act) == (Sighted(), {"success"})


def test_older_versions_are_queued_in_the_lane_of_the_walk(database: Database):
    def act(connection):
        found = walking.ask(connection, "acme", "/Shared", WalkReason.BACKFILL, NOON, with_versions=True)
        queued = sightings.queue_older(connection, walk(connection, found), [version("v1"), version("v2")], NOON)
        return queued, rows(connection, work, "entry_id", "lane", "seen_at"), rows(connection, gaps, "id")

    assert database.run_here(act) == (2, [("v1", "backfill", None), ("v2", "backfill", None)], [])
