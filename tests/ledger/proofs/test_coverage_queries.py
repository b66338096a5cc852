"""The account of a small ledger in which a bit of everything has happened, and how it is asked."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import event as on
from sqlalchemy import insert, text, update

from scanner.ledger.databases.database import Database
from scanner.ledger.proofs.coverage import EventAccount, Figures, Folders, Place, SeenGap, Standing, Unheld, Unlisted
from scanner.ledger.proofs.coverage_queries import Asked, NotScanned, coverage, not_scanned
from scanner.ledger.tables import feeds, walks, work
from scanner.ledger.work import intake, working
from scanner.model import (
    Cursor,
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
    Unscannable,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import FACTS, NOON, ON_FILE, after, clean, event, infected, queue_all, took, version

ALL = Folders({"acme": ["/Shared"], "bolt": ["/Shared"]})


def nobody_looked(of: FileVersion, kind: VerdictKind, reason: Unscannable | Unchecked) -> Verdict:
    return Verdict(of, kind, (reason.value,), (Inspection("clamd", "1", gap=Gap(reason)),), FACTS)


def fill(connection) -> None:
    def decide(one, known):
        return Skipped(Skip.FOLDER) if one.entry_id == "folder" else queue_all(one, known)

    page = [event(4, "clean"), event(6, "folder"), event(9, "waits")]
    intake.set_feed(connection, "acme", Cursor(0))
    intake.record_events(connection, "acme", page, decide, after(10))
    run = took(connection, "clean")
    working.settle(connection, run, clean(run.version), after(20))
    working.defer(connection, took(connection, "waits"), Gap(Unchecked.ENGINE_DOWN), after(900), False)
    run = took(connection, "locked")
    working.settle(
        connection, run, nobody_looked(run.version, VerdictKind.UNSCANNABLE, Unscannable.ENCRYPTED), after(21)
    )
    run = took(connection, "poison")
    verdict = nobody_looked(run.version, VerdictKind.UNCHECKED, Unchecked.POISON)
    working.record_verdict(connection, run, verdict, Plan(), after(22))
    working.finish(connection, run, Outcome.FAILED, None, after(22))
    working.finish(connection, took(connection, "gone"), Outcome.GONE, None, after(23))
    moved_under_another_id(connection)
    intake.queue_versions(connection, [version("elsewhere", "bolt")], Lane.BACKFILL, after(30))
    connection.execute(update(work).where(work.c.domain == "bolt").values(path="/Private/x"))
    intake.record_gap(connection, "acme", "expired", (after(1), after(2)), after(40))
    connection.execute(insert(walks), [{"domain": "acme", "path": "/Shared/new", "asked_at": NOON, "refused_at": NOON}])


def moved_under_another_id(connection) -> None:
    run = took(connection, "bad")
    step = Step(StepKind.QUARANTINE, {"destination": "/Q/bad"})
    (record,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), Plan((step,)), after(24))
    moved = StepResult(StepState.SUCCESS, {"origin": "/Shared/bad.txt", "path": "/Q/bad", "entry_id": "bad-2"})
    working.record_step(connection, run, record.id, moved, after(24))
    working.finish(connection, run, Outcome.JUDGED, None, after(24))


def account(database: Database, asked: Asked = Asked(), folders: Folders = ALL, *, elsewhere: bool = True):  # noqa: B008
    return database.run_here(lambda c: coverage(c, asked, folders, elsewhere=elsewhere, now=after(100)))


def test_every_version_is_counted_once_in_its_folder_with_what_became_of_it(database: Database):
    database.run_here(fill)
    found = account(database)
    assert found.places == (
        Place(
            "acme",
            "/Shared",
            Figures(
                seen=6,
                judged=Counter(clean=1, infected=1),
                unscannable=Counter({"encrypted": 1}),
                unchecked=Counter({"poison": 1}),
                open=Counter({"engine-down": 1}),
                gone=1,
                oldest_open=after(9),
            ),
        ),
        Place("bolt", "", Figures(seen=1, open=Counter({"not-yet-scanned": 1}), oldest_open=after(30))),
    )
    assert found.events == (EventAccount("acme", 0, 2, 0, {"folder": 1}, 4, 9),)
    assert found.gaps == (SeenGap("acme", "expired", after(1), after(2), after(40), None),)
    assert found.unlisted == (Unlisted("acme", 0, 1),)
    assert (found.at, found.complete) == (after(100), False)


def test_a_walk_that_only_looks_once_more_leaves_the_account_complete(database: Database):
    asked = {"domain": "acme", "path": "/Shared", "asked_at": NOON}
    reasons = ["schedule", "command", "backfill", "gap", None]
    database.run_here(lambda c: c.execute(insert(walks), [asked | {"reason": one} for one in reasons]))
    assert account(database).unlisted == (Unlisted("acme", 2, 0),)


@pytest.mark.parametrize(
    ("since", "until", "unheld", "counted"),
    [
        (None, None, True, True),
        (None, after(60), True, True),
        (None, after(50), True, False),
        (after(50), None, True, False),
        (after(49), after(60), True, False),
        (after(51), None, False, True),
    ],
)
def test_no_period_of_which_events_were_dropped_counts_as_accounted_for(
    database: Database, since: datetime | None, until: datetime | None, unheld: bool, counted: bool
):
    """One that is asked for without a beginning begins with what is held."""

    def act(connection):
        for domain in ("acme", "bolt"):
            intake.set_feed(connection, domain, Cursor(1))
        connection.execute(update(feeds).where(feeds.c.domain == "acme").values(pruned_to=after(50)))

    database.run_here(act)
    found = account(database, Asked(None, since, until))
    assert found.unheld == ((Unheld("acme", after(50)),) if unheld else ())
    assert (found.counted, found.complete) == (counted, counted)
    other = account(database, Asked("bolt", since, until))
    assert (other.unheld, other.complete) == ((), True)


def test_an_empty_ledger_is_an_empty_account_and_complete(database: Database):
    found = account(database)
    assert (found.places, found.events, found.gaps, found.unlisted, found.complete) == ((), (), (), (), True)


@pytest.mark.parametrize(
    ("since", "until", "seen", "recorded"),
    [
        (None, after(10), {"acme": 4}, 0),  # what was taken without an event was first seen at noon
        (after(10), None, {"acme": 2, "bolt": 1}, 3),
        (after(10), after(11), {"acme": 2}, 3),
        (after(11), None, {"bolt": 1}, 0),
        (after(31), None, {}, 0),
    ],
)
def test_a_period_holds_what_was_first_seen_in_it(
    database: Database, since: datetime | None, until: datetime | None, seen: dict[str, int], recorded: int
):
    database.run_here(fill)
    found = account(database, Asked(since=since, until=until))
    assert {place.domain: place.figures.seen for place in found.places} == seen
    assert sum(one.recorded for one in found.events) == recorded


def test_a_domain_and_a_folder_can_be_asked_for_alone(database: Database):
    database.run_here(fill)
    assert [one.domain for one in account(database, Asked("bolt")).places] == ["bolt"]
    assert account(database, Asked("bolt")).gaps == ()
    narrow = account(database, Asked(), Folders({"bolt": ["/private"]}), elsewhere=False)
    assert [(one.domain, one.folder, one.figures.seen) for one in narrow.places] == [("bolt", "/private", 1)]


def test_an_event_queued_without_its_version_would_be_told(database: Database):
    database.run_here(fill)
    database.run_here(lambda connection: connection.execute(text("DELETE FROM work WHERE entry_id = 'waits'")))
    (found,) = account(database).events
    assert (found.without_version, account(database).complete) == (1, False)


def test_ids_of_before_a_loss_are_an_account_of_their_own(database: Database):
    database.run_here(fill)
    database.run_here(lambda c: intake.record_gap(c, "acme", intake.LOST, (None, None), after(50)))
    database.run_here(lambda c: intake.record_events(c, "acme", [event(4, "again")], queue_all, after(60)))
    found = account(database).events
    assert [(one.epoch, one.first_id, one.last_id, one.ids_without_event) for one in found] == [
        (0, 4, 9, 3),
        (1, 4, 4, 0),
    ]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(None, None, 2), (after(2), None, 2), (after(3), None, 1), (None, after(1), 1), (after(1), after(2), 2)],
)
def test_gaps_that_touch_the_period_are_told_and_those_without_ends_may(
    database: Database, since: datetime | None, until: datetime | None, found: int
):
    database.run_here(lambda c: intake.record_gap(c, "acme", "expired", (after(1), after(2)), after(40)))
    database.run_here(lambda c: intake.record_gap(c, "acme", "expired", (None, None), after(41)))
    assert len(account(database, Asked(since=since, until=until)).gaps) == found


def test_what_was_not_scanned_is_listed_page_by_page_oldest_first(database: Database):
    database.run_here(fill)
    found: list[NotScanned] = []
    place = None
    while True:
        page, place = database.run_here(lambda c, at=place: not_scanned(c, Asked("acme"), at, most=1))
        found += page
        if place is None:
            break
    assert [(one.entry_id, one.standing, one.reason) for one in found] == [
        ("gone", Standing.GONE, ""),
        ("locked", Standing.UNSCANNABLE, "encrypted"),
        ("poison", Standing.UNCHECKED, "poison"),
        ("waits", Standing.OPEN, "engine-down"),
    ]
    whole, _ = database.run_here(lambda c: not_scanned(c, Asked("acme"), None))
    assert whole == found


def plans(database: Database, ask) -> list[str]:
    found: list[str] = []

    def explain(connection, cursor, statement, parameters, context, many):
        run = connection.connection.driver_connection.execute
        found.extend(row[3] for row in run(f"EXPLAIN QUERY PLAN {statement}", parameters))

    def act(connection):
        on.listen(connection, "before_cursor_execute", explain)
        ask(connection)
        on.remove(connection, "before_cursor_execute", explain)

    database.run_here(act)
    return found


@ON_FILE
def test_a_period_is_found_by_an_index_and_a_page_needs_no_sorting(database: Database):
    day = Asked("acme", after(0), after(86_400))
    start = NotScanned("acme", "e", "/", Standing.OPEN, "", NOON)
    asked = plans(database, lambda c: coverage(c, day, ALL, elsewhere=True, now=NOON))
    listed = plans(database, lambda c: not_scanned(c, Asked("acme"), start))
    for wanted in (
        "SEARCH work USING INDEX ix_work_first_seen (domain=? AND first_seen_at>? AND first_seen_at<?)",
        "SEARCH events USING INDEX ix_events_recorded_at (domain=? AND recorded_at>? AND recorded_at<?)",
    ):
        assert wanted in asked
    assert any(one.startswith("SEARCH work USING INDEX ix_work_first_seen (domain=? AND ") for one in listed)
    assert not [one for one in listed if "TEMP B-TREE" in one]
    assert not [one for one in (*asked, *listed) if one.startswith(("SCAN work", "SCAN events", "SCAN verdicts"))]
