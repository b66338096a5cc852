"""What is asked, on one small ledger in which a bit of everything has happened."""

import re
from functools import partial

import pytest
from sqlalchemy import event as on

from scanner.ledger import explaining, queries
from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import lanes, tickets
from scanner.ledger.orders import holding
from scanner.ledger.rows import Backlog, QuarantineRow, Totals, VerdictRow, WorkCounts
from scanner.ledger.work import deletion, intake
from scanner.model import (
    EntryId,
    Event,
    Lane,
    VerdictKind,
)
from tests.ledger.world import FACTS, ON_FILE, after, event


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
        waiting_since={"live": after(0), "backfill": after(11)},
    )


def test_it_is_the_turn_of_what_is_in_hand_and_of_what_waited_long_enough(filled: Database):
    turns = [partial(queries.whose_turn_it_is, domains=["acme", "bolt"], now=after(at)) for at in (0, 100, 901)]
    assert [filled.run_here(turn) for turn in turns] == [3, 7, 8]
    assert filled.run_here(partial(queries.whose_turn_it_is, domains=["bolt"], now=after(901))) == 1  # new


def test_an_attempt_whose_moment_has_come_is_pending(filled: Database):
    found = filled.run_here(lambda c: queries.backlog(c, after(901)))
    assert (found.pending, found.retry_wait) == (2, 1)


def test_an_empty_ledger_has_no_backlog(database: Database):
    assert database.run_here(lambda c: queries.backlog(c, after(0))) == Backlog(0, 0, 0, 0, None, 0, None, 0, 0)
    assert database.run_here(queries.work_counts) == WorkCounts()


ASKED_ALL_THE_TIME = {
    "backlog": lambda c: queries.backlog(c, after(0)),
    "turn": lambda c: queries.whose_turn_it_is(c, ["acme"], after(0)),
    "counts": lambda c: holding.counts(c, "acme", after(0)),
    "wake": lambda c: holding.wake(c, after(0)),
    "claim": lambda c: tickets.claim(c, {"acme": 1}, 1, manager="m", now=0.0, held=[9]),
    "sweep": lambda c: tickets.sweep(c, now=0.0, stale_before=0.0, held=[9]),
    "next_due": lambda c: tickets.next_due(c, 0.0),
    "old content": lambda c: lanes.waiting(c, "acme", Lane.BACKFILL),
    "back": lambda c: intake.came_back(c, "acme", EntryId("e")),
    "acts": lambda c: intake._acts(c, "acme", [event(1), Event(2, after(0), "note", "add")]),
}


ASKED_BY_PEOPLE = {
    "deleted": lambda c: deletion.was_deleted(c, "acme", EntryId("gone")),
    "explain": lambda c: explaining.explain(c, "eicar"),
    "verdicts": lambda c: queries.verdict_rows(c, None, None, 100),
    "infected": lambda c: queries.verdict_rows(c, None, VerdictKind.INFECTED, 100),
    "open": lambda c: queries.work_counts(c, done=False),
}


@ON_FILE
@pytest.mark.parametrize("question", ASKED_ALL_THE_TIME)
def test_what_is_asked_all_the_time_does_not_pass_over_all_that_ever_was(database: Database, question: str):
    # A domain alone finds nearly all rows where there is one domain.
    assert [plan for plan in plans(database, ASKED_ALL_THE_TIME[question]) if PASSES_OVER.search(plan)] == []


@pytest.mark.parametrize("question", ASKED_BY_PEOPLE)
def test_nor_does_what_people_ask_most(filled: Database, question: str):
    assert [plan for plan in plans(filled, ASKED_BY_PEOPLE[question]) if PASSES_OVER.search(plan)] == []


LARGE = "(events|steps|tickets|verdicts|work)"
PASSES_OVER = re.compile(rf"^SCAN {LARGE}$|^SCAN {LARGE} USING COVERING|^SEARCH {LARGE} .*\(domain=\?\)")
"""Verdicts by the index of their moments end at the limit."""


def plans(database: Database, question) -> list[str]:
    """How SQLite goes about all that it is asked then."""
    found = []

    def explain(connection, cursor, statement, parameters, context, many):
        ask = connection.connection.driver_connection.execute
        found.extend(row[3] for row in ask(f"EXPLAIN QUERY PLAN {statement}", parameters))

    def act(connection):
        on.listen(connection, "before_cursor_execute", explain)
        question(connection)
        on.remove(connection, "before_cursor_execute", explain)

    database.run_here(act)
    assert found
    return found


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
