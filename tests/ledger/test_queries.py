"""What is asked, on one small ledger in which a bit of everything has happened."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event as on

from scanner.ledger import holding, intake, queries, releasing, working
from scanner.ledger.database import Database
from scanner.ledger.dispatch import tickets
from scanner.ledger.rows import Backlog, QuarantineRow, Totals, VerdictRow, WorkCounts
from scanner.ledger.tables import work
from scanner.model import (
    Cursor,
    Event,
    FileVersion,
    Gap,
    Inspection,
    Lane,
    Outcome,
    Plan,
    Skip,
    Skipped,
    Step,
    StepKind,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import FACTS, after, clean, event, infected, new_database, queue_all, took, version

MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/x"})
NOTE = Step(StepKind.COMMENT, {"body": "moved"})
BACK = Step(StepKind.RELEASE, {"destination": "/Shared/x"})


def decide(one, known):
    return Skipped(Skip.FOLDER) if one.entry_id == "folder" else queue_all(one, known)


def moved(connection, name: str, at: int, *reasons: str, state: StepState = StepState.SUCCESS) -> None:
    """Judged infected, with a move that came as far as `state`, and a comment still to come."""
    run = took(connection, name)
    move, _ = working.record_verdict(
        connection, run, infected(run.version, *reasons), Plan((MOVE, NOTE), reasons), after(at)
    )
    if state is not StepState.BRAKED:
        working.begin_step(connection, run, move.id, after(at + 1))
    if state is not StepState.INTENDED:
        detail = {"origin": f"/Shared/{name}.txt", "path": f"/Shared/Q/{name}"}
        working.record_step(connection, run, move.id, StepResult(state, detail), after(at + 2))
    working.defer(connection, run, None, after(at + 3), False)


def released(connection, name: str, at: int) -> None:
    row = next(one for one in queries.quarantined(connection, "acme") if one.entry_id == name)
    step = releasing.begin(connection, row, BACK, after(at))
    releasing.record(connection, step.id, StepResult(StepState.SUCCESS, {"path": "/Shared/x"}), after(at))


def fill(connection) -> None:
    page = [event(1, "clean"), event(2, "folder"), event(3, "eicar"), event(4, "later"), event(5, "down")]
    intake.set_feed(connection, "acme", Cursor(0))
    intake.record_events(connection, "acme", page, decide, after(10))
    intake.queue_versions(connection, [version("new", "bolt", size=7)], Lane.BACKFILL, after(11))
    run = took(connection, "clean")
    working.settle(connection, run, clean(run.version), after(20))
    moved(connection, "eicar", 30, "Eicar", "rule-1")
    moved(connection, "back", 40, "rule-1")
    released(connection, "back", 49)
    moved(connection, "begun", 50, "Eicar", state=StepState.INTENDED)
    moved(connection, "braked", 60, "Eicar", state=StepState.BRAKED)
    working.defer(connection, took(connection, "later"), Gap(Unchecked.ENGINE_ERROR, "odd"), after(900), True)
    working.defer(connection, took(connection, "down"), Gap(Unchecked.ENGINE_DOWN, "no answer"), after(900), False)
    working.finish(connection, took(connection, "gone"), Outcome.GONE, None, after(70))
    took(connection, "running")
    run = took(connection, "poison")
    working.record_verdict(connection, run, unchecked(run.version), Plan(), after(80))
    working.finish(connection, run, Outcome.FAILED, None, after(81))
    intake.record_gap(connection, "acme", "expired", (None, None), after(90))


def unchecked(of: FileVersion) -> Verdict:
    gap = Gap(Unchecked.POISON, "5 starts")
    return Verdict(of, VerdictKind.UNCHECKED, ("poison",), (Inspection("fetch", "", gap=gap),))


@pytest_asyncio.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Database]:
    found = new_database(tmp_path)
    found.run_here(fill)
    yield found
    await found.close()


def test_versions_are_counted_by_state(filled: Database):
    assert filled.run_here(queries.work_counts) == WorkCounts(queued=2, running=1, waiting=5, done=2, parked=1)


def test_the_backlog_tells_what_waits_and_since_when(filled: Database):
    assert filled.run_here(lambda c: queries.backlog(c, after(100))) == Backlog(
        pending=1,  # new
        leased=1,  # running
        retry_wait=2,  # later, down
        parked=1,
        oldest=after(0),  # running: first seen at noon
        steps=6,  # four comments, a move begun, a move held
        oldest_step=after(30),
        braked=0,  # nobody was asked whether to hold it
        gaps=1,
        lanes={"live": 3, "backfill": 1},
    )


def test_an_attempt_whose_moment_has_come_is_pending(filled: Database):
    found = filled.run_here(lambda c: queries.backlog(c, after(901)))
    assert (found.pending, found.retry_wait) == (2, 1)


def test_an_empty_ledger_has_no_backlog(database: Database):
    assert database.run_here(lambda c: queries.backlog(c, after(0))) == Backlog(0, 0, 0, 0, None, 0, None, 0, 0)
    assert database.run_here(queries.work_counts) == WorkCounts()


ASKED_ALL_THE_TIME = {
    "backlog": lambda c: queries.backlog(c, after(0)),
    "counts": lambda c: holding.counts(c, "acme", after(0)),
    "wake": lambda c: holding.wake(c, after(0)),
    "claim": lambda c: tickets.claim(c, {"acme": 1}, 1, manager="m", now=0.0, held=[9]),
    "sweep": lambda c: tickets.sweep(c, now=0.0, stale_before=0.0, held=[9]),
    "next_due": lambda c: tickets.next_due(c, 0.0),
    "acts": lambda c: intake._acts(c, "acme", [event(1), Event(2, after(0), "note", "add")]),
}


@pytest.mark.parametrize("question", ASKED_ALL_THE_TIME)
def test_what_is_asked_all_the_time_does_not_pass_over_all_that_ever_was(database: Database, question: str):
    plans = []

    def explain(connection, cursor, statement, parameters, context, many):
        ask = connection.connection.driver_connection.execute
        plans.extend(row[3] for row in ask(f"EXPLAIN QUERY PLAN {statement}", parameters))

    def act(connection):
        on.listen(connection, "before_cursor_execute", explain)
        ASKED_ALL_THE_TIME[question](connection)
        on.remove(connection, "before_cursor_execute", explain)

    database.run_here(act)
    assert plans
    # A domain alone finds nearly all rows where there is one domain.
    assert [
        plan for plan in plans if re.search(r"^SCAN (events|steps|tickets|verdicts|work)\b|\(domain=\?\)", plan)
    ] == []


def test_totals_tell_what_happened_since(filled: Database):
    assert filled.run_here(lambda c: queries.totals(c, after(0))) == Totals(
        skipped={"folder": 1},
        verdicts={"clean": 1, "infected": 4, "unchecked": 1},
        outcomes={"judged": 1, "gone": 1, "failed": 1},
        steps={
            "quarantine: success": 2,
            "quarantine: intended": 1,
            "quarantine: braked": 1,
            "comment: planned": 4,
            "release: success": 1,
        },
    )
    assert filled.run_here(lambda c: queries.totals(c, after(71))) == Totals({}, {"unchecked": 1}, {"failed": 1}, {})


def shown(name, kind, reasons, state, judged_at=None, *, domain="acme", size=None, looked=True):
    facts = (FACTS.size, FACTS.sha256, FACTS.mime) if judged_at and looked else (size, None, None)
    at = None if judged_at is None else after(judged_at)
    return VerdictRow(domain, f"/Shared/{name}.txt", f"g-{name}", name, kind, reasons, state, at, *facts)


UNCHECKED, INFECTED = VerdictKind.UNCHECKED, VerdictKind.INFECTED
LISTED = [
    shown("poison", UNCHECKED, ("poison",), "parked", 80, looked=False),
    shown("braked", INFECTED, ("Eicar",), "waiting", 60),
    shown("begun", INFECTED, ("Eicar",), "waiting", 50),
    shown("back", INFECTED, ("rule-1",), "waiting", 40),
    shown("eicar", INFECTED, ("Eicar", "rule-1"), "waiting", 30),
    shown("clean", VerdictKind.CLEAN, (), "done", 20),
    shown("new", UNCHECKED, ("not-yet-scanned",), "queued", domain="bolt", size=7),
    shown("down", UNCHECKED, ("engine-down",), "waiting"),
    shown("later", UNCHECKED, ("engine-error",), "queued"),
    shown("running", UNCHECKED, ("not-yet-scanned",), "running"),
]


@pytest.mark.parametrize(
    ("domain", "kind", "limit", "expected"),
    [
        (None, None, 100, LISTED),
        (None, None, 3, LISTED[:3]),
        ("bolt", None, 100, [LISTED[6]]),
        (None, VerdictKind.CLEAN, 100, [LISTED[5]]),
        ("acme", INFECTED, 100, LISTED[1:5]),
        ("acme", UNCHECKED, 100, [LISTED[0], *LISTED[7:]]),
        (None, VerdictKind.FLAGGED, 100, []),
    ],
)
def test_verdicts_are_listed_newest_first_and_open_work_with_what_it_waits_for(
    filled: Database, domain, kind, limit, expected
):
    assert filled.run_here(lambda c: queries.verdict_rows(c, domain, kind, limit)) == expected


@pytest.mark.parametrize("entry", ["eicar", "/Shared/eicar.txt"])
def test_an_explanation_has_everything_recorded_about_a_version(filled: Database, entry):
    (found,) = filled.run_here(lambda c: queries.explain(c, entry))
    assert (found.domain, found.path, found.group_id, found.entry_id) == (
        "acme",
        "/Shared/eicar.txt",
        "g-eicar",
        "eicar",
    )
    assert (found.kind, found.reasons, found.state, found.outcome) == (INFECTED, ("Eicar", "rule-1"), "waiting", None)
    assert (found.starts, found.first_seen_at, found.done_at, found.waits_for) == (1, after(10), None, None)
    assert [(one["event_id"], one["disposition"], one["occurred_at"]) for one in found.events] == [
        (3, "queued", after(3))
    ]
    assert [(one["kind"], one["judged_at"], one["sha256"]) for one in found.verdicts] == [
        ("infected", after(30), FACTS.sha256)
    ]
    assert [(one["kind"], one["state"], one["because"]) for one in found.steps] == [
        ("quarantine", "success", ["Eicar", "rule-1"]),
        ("comment", "planned", ["Eicar", "rule-1"]),
    ]


def test_an_explanation_says_what_a_version_waits_for_or_how_it_ended(filled: Database):
    (down,) = filled.run_here(lambda c: queries.explain(c, "down"))
    (gone,) = filled.run_here(lambda c: queries.explain(c, "gone"))
    assert (down.kind, down.reasons, down.waits_for) == (UNCHECKED, ("engine-down",), "engine-down: no answer")
    assert (gone.reasons, gone.outcome, gone.done_at, gone.verdicts) == (("gone",), "gone", after(70), ())


def test_an_explanation_says_where_a_listing_last_showed_a_version_and_is_found_by_that(filled: Database):
    where = {"seen_at": after(80), "seen_path": "/Shared/Elsewhere.txt", "missed_at": after(90)}
    filled.run_here(lambda c: c.execute(work.update().where(work.c.entry_id == "eicar").values(**where)))
    (found,) = filled.run_here(lambda c: queries.explain(c, "/Shared/Elsewhere.txt"))
    assert (found.entry_id, found.path) == ("eicar", "/Shared/eicar.txt")
    assert (found.listed_at, found.listed_path, found.missed_at) == (after(80), "/Shared/Elsewhere.txt", after(90))


def test_an_entry_nobody_knows_has_no_explanation(filled: Database):
    assert filled.run_here(lambda c: queries.explain(c, "nobody")) == []


@pytest.mark.parametrize("domain", ["acme", None])
def test_in_quarantine_is_what_was_moved_and_not_released(filled: Database, domain):
    assert filled.run_here(lambda c: queries.quarantined(c, domain)) == [
        QuarantineRow(
            *(1, "acme", "g-eicar", "eicar", "/Shared/eicar.txt", "/Shared/Q/eicar", ("Eicar", "rule-1"), after(32)),
            current_entry_id="eicar",
            content=FACTS,
        )
    ]


def test_another_domain_has_a_quarantine_of_its_own(filled: Database):
    assert filled.run_here(lambda c: queries.quarantined(c, "bolt")) == []
