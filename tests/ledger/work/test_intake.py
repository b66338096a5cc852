"""What pages leave behind, whatever comes twice, overlapping, out of order, or after a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from scanner.ledger.databases.database import Database
from scanner.ledger.rows import FeedState
from scanner.ledger.tables import Base, events, feeds, frontier, gaps, tickets, walks, work
from scanner.ledger.work import intake, working
from scanner.model import (
    Act,
    Cursor,
    Disposition,
    EntryId,
    Event,
    GroupId,
    Known,
    Lane,
    Outcome,
    Plan,
    Queued,
    Skip,
    Skipped,
    Step,
    StepKind,
    StepResult,
    StepState,
    WalkFolder,
)
from tests.ledger.world import NOON, after, clean, event, infected, queue_all, rows, took, version


def decide(one: Event, known: Known) -> Disposition:
    """Folders are walked, what is known is skipped, the rest is queued."""
    if one.is_folder:
        return WalkFolder(one.target_path or "/")
    if one.entry_id in known.entries:
        return Skipped(Skip.DUPLICATE)
    return queue_all(one, known)


def page(connection, *numbers, decided=decide):
    """Records a page as the ledger does."""
    found = [one if isinstance(one, Event) else event(one, f"e{one}") for one in numbers]
    settled, queued, *_ = intake.record_events(connection, "acme", found, decided, NOON)
    newest = max((one.occurred_at for one in found), default=None)
    intake.advance_feed(connection, "acme", Cursor(max((one.id for one in found), default=0)), newest)
    return [one.id for one, _ in settled], queued


# The number says which version and whether it is a folder, as an event's id always tells the same story.
def story(number: int) -> Event:
    one = event(number, f"e{number % 7}")
    return replace(one, is_folder=True, group_id=None, entry_id=None) if number % 5 == 0 else one


PAGES = st.lists(st.lists(st.integers(1, 30), max_size=12), max_size=8)


@given(pages=PAGES)
@settings(max_examples=150, deadline=None)
def test_whatever_the_pages_each_event_is_recorded_once_and_each_version_queued_once(pages: list[list[int]]):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    cursors, told = [], []
    for numbers in pages:
        with engine.begin() as connection:  # a transaction each: a restart in between changes nothing
            told += page(connection, *(story(number) for number in numbers))[0]
            cursors.append(intake.feed_state(connection, "acme").cursor)
    every = dict.fromkeys(number for numbers in pages for number in numbers)
    versions = sorted({f"e{number % 7}" for number in every if number % 5})
    with engine.connect() as connection:
        recorded = rows(connection, events, "event_id")
        worked, ticketed = rows(connection, work, "entry_id"), rows(connection, tickets, "entry_id")
        walked = rows(connection, walks, "path")
    engine.dispose()
    assert told == list(every)
    assert recorded == [(number,) for number in sorted(every)]
    assert worked == sorted(ticketed) == [(name,) for name in versions]
    assert set(walked) == {(story(number).target_path,) for number in every if number % 5 == 0}
    assert cursors == sorted(cursors)
    assert not cursors or cursors[-1] == max([0, *every])


def test_a_page_is_decided_in_order_with_what_its_earlier_events_queued(database: Database):
    twice = (event(1, "e"), event(2, "e"))
    recorded = database.run_here(lambda c: intake.record_events(c, "acme", twice, decide, NOON))
    dispositions = queue_all(twice[0], Known()), Skipped(Skip.DUPLICATE)
    assert recorded == intake.Recorded(tuple(zip(twice, dispositions, strict=True)), queued=1, at=NOON)


def test_an_event_recorded_before_is_not_decided_on_again(database: Database):
    def never(one, known):
        raise AssertionError

    assert database.run_here(lambda c: page(c, 1, 2)) == ([1, 2], 2)
    assert database.run_here(lambda c: page(c, 2, 1, decided=never)) == ([], 0)


def test_what_the_ledger_knows_is_told_when_it_decides(database: Database):
    asked = []

    def ask(one, known):
        asked.append(known)
        return Skipped(Skip.NO_NEW_CONTENT)

    database.run_here(lambda c: intake.queue_versions(c, [version("e"), version("f")], Lane.LIVE, NOON))
    database.run_here(lambda c: page(c, event(1, "e"), event(2, "new"), decided=ask))
    assert asked == [Known(frozenset({EntryId("e")}))] * 2


def test_another_domains_events_and_versions_are_unknown(database: Database):
    def for_bolt(one, known):
        assert known == Known()
        return Queued(version("e1", "bolt"))

    def act(connection):
        page(connection, 1)
        return intake.record_events(connection, "bolt", [event(1, "e1")], for_bolt, NOON)[1]

    assert database.run_here(act) == 1


def acted(connection, kind: StepKind, state: StepState, detail: dict[str, str], begun: bool = True):
    """A version with one step in that state, begun at 12:00:05, ended at 12:00:09."""
    run = took(connection, "e")
    plan = Plan((Step(kind, {"destination": "/Shared/Q/e"}),))
    (record,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), plan, NOON)
    if begun:
        working.begin_step(connection, run, record.id, after(5))
    if state is not StepState.INTENDED:
        working.record_step(connection, run, record.id, StepResult(state, detail), after(9))


def told_of(database: Database, one: Event) -> tuple[Act, ...]:
    told = []

    def ask(_, known):
        told.append(known.acts)
        return Skipped(Skip.OWN_ACTION)

    database.run_here(lambda c: page(c, one, decided=ask))
    return told[0]


NOTE = Event(9, NOON, "note", "add", note_id="n1")
G = GroupId("g-e")


@pytest.mark.parametrize(
    ("kind", "state", "detail", "one", "expected"),
    [
        (
            StepKind.QUARANTINE,
            StepState.SUCCESS,
            {"path": "/Shared/Q/e.q"},
            event(9),
            (Act(StepKind.QUARANTINE, G, "/Shared/Q/e.q", after(9)),),
        ),
        (
            StepKind.QUARANTINE,
            StepState.INTENDED,
            {},
            event(9),
            (Act(StepKind.QUARANTINE, G, "/Shared/Q/e", after(5)),),
        ),
        (StepKind.QUARANTINE, StepState.FAILED, {}, event(9), ()),
        (StepKind.QUARANTINE, StepState.SUCCESS, {"path": "/Shared/Q/e.q"}, event(9, "other"), ()),
        (StepKind.QUARANTINE, StepState.SUCCESS, {"path": "/Shared/Q/e.q"}, NOTE, ()),
        (
            StepKind.COMMENT,
            StepState.SUCCESS,
            {"note_id": "n1"},
            NOTE,
            (Act(StepKind.COMMENT, G, "/Shared/Q/e", after(9), "n1"),),
        ),
    ],
)
def test_our_own_acts_are_told_for_the_events_they_may_have_caused(
    database: Database, kind, state, detail, one, expected
):
    database.run_here(lambda c: acted(c, kind, state, detail))
    assert told_of(database, one) == expected


def test_acts_on_a_page_of_files_are_told_however_many_comments_came_after(database: Database, monkeypatch):
    monkeypatch.setattr(intake, "MOST_COMMENTS", 0)
    database.run_here(lambda c: acted(c, StepKind.QUARANTINE, StepState.SUCCESS, {"path": "/Shared/Q/e.q"}))
    both = [event(8), NOTE]
    told = []
    database.run_here(
        lambda c: page(c, *both, decided=lambda _, known: told.append(known.acts) or Skipped(Skip.OWN_ACTION))
    )
    assert [[act.kind for act in acts] for acts in told] == [[StepKind.QUARANTINE]] * 2


@pytest.mark.parametrize(("state", "told"), [(StepState.SUCCESS, 0), (StepState.INTENDED, 1)])
def test_a_comment_that_ended_long_before_a_note_is_not_told_for_it(database: Database, state, told):
    database.run_here(lambda c: acted(c, StepKind.COMMENT, state, {}))
    later = replace(NOTE, occurred_at=after(9) + intake.CLOCKS + timedelta(seconds=1))
    assert len(told_of(database, later)) == told
    assert len(told_of(database, replace(NOTE, id=10))) == 1


def test_a_note_of_the_year_one_is_a_note_like_others(database: Database):
    database.run_here(lambda c: acted(c, StepKind.COMMENT, StepState.SUCCESS, {}))
    assert len(told_of(database, replace(NOTE, occurred_at=datetime(1, 1, 1, tzinfo=UTC)))) == 1


def test_an_act_that_was_never_begun_caused_no_event(database: Database):
    database.run_here(lambda c: acted(c, StepKind.QUARANTINE, StepState.ALREADY_DONE, {}, begun=False))
    assert told_of(database, event(9)) == ()


def test_a_feed_never_read_has_no_state(database: Database):
    assert database.run_here(lambda c: intake.feed_state(c, "acme")) is None


@pytest.mark.parametrize(
    ("cursor", "seen_at", "expected"),
    [
        (11, None, FeedState(Cursor(11), after(5))),
        (9, None, FeedState(Cursor(10), after(5))),
        (12, after(6), FeedState(Cursor(12), after(6))),
        (12, after(4), FeedState(Cursor(12), after(5))),
    ],
)
def test_the_cursor_and_the_newest_moment_never_move_back(database: Database, cursor, seen_at, expected):
    def act(connection):
        intake.advance_feed(connection, "acme", Cursor(10), after(5))
        intake.advance_feed(connection, "acme", Cursor(cursor), seen_at)
        return intake.feed_state(connection, "acme")

    assert database.run_here(act) == expected


def test_starting_a_feed_sets_the_cursor_back_as_well(database: Database):
    def act(connection):
        intake.advance_feed(connection, "acme", Cursor(10), after(5))
        intake.set_feed(connection, "acme", Cursor(3))
        return intake.feed_state(connection, "acme")

    assert database.run_here(act) == FeedState(Cursor(3), after(5))


@pytest.mark.parametrize(("reason", "epoch", "again"), [("lost", 1, [1, 2]), ("expired", 0, [])])
def test_after_a_restored_domain_event_ids_count_anew(database: Database, reason, epoch, again):
    def act(connection):
        page(connection, 1, 2)
        intake.record_gap(connection, "acme", reason, (NOON, None), after(60))
        told, _ = page(connection, 1, 2)
        return told, rows(connection, feeds, "epoch"), rows(connection, events, "epoch", "event_id")

    both = [(0, 1), (0, 2)] + [(epoch, number) for number in again]
    assert database.run_here(act) == (again, [(epoch,)], both)


def test_ids_counted_anew_are_recorded_once_too_and_known_versions_stay_known(database: Database):
    def act(connection):
        page(connection, 1)
        intake.record_gap(connection, "acme", "lost", (None, None), NOON)
        first = page(connection, event(1, "e1"), event(2, "new"))
        return first, page(connection, 1, 2)

    assert database.run_here(act) == (([1, 2], 1), ([], 0))


def test_recent_are_the_newest_and_what_was_new_within_a_minute_before_the_last(database: Database):
    def act(connection):
        for number, recorded in ((1, 10), (2, 50), (3, 100), (4, 105), (400, 106)):
            intake.record_events(connection, "acme", [event(number, f"e{number}")], decide, after(recorded))
        # What came of a backlog had happened long before.
        old = replace(event(401, "e401"), occurred_at=after(-3_600))
        intake.record_events(connection, "acme", [old], decide, after(106))
        return [intake.recent_events(connection, "acme", most) for most in (1, 2, 6)]

    assert database.run_here(act) == [(2, 3, 4, 400, 401), (2, 3, 4, 400, 401), (1, 2, 3, 4, 400, 401)]


def test_another_domains_ids_do_not_count_anew(database: Database):
    def act(connection):
        page(connection, 1)
        intake.set_feed(connection, "bolt", Cursor(1))
        intake.record_gap(connection, "bolt", "lost", (None, None), NOON)
        return page(connection, 1)

    assert database.run_here(act) == ([], 0)


def test_a_gap_is_kept_with_what_is_known_of_it(database: Database):
    database.run_here(lambda c: intake.record_gap(c, "acme", "expired", (NOON, after(60)), after(90)))
    found = database.run_here(lambda c: rows(c, gaps, "domain", "reason", "since", "until", "opened_at", "closed_at"))
    assert found == [("acme", "expired", NOON, after(60), after(90), None)]


def test_a_version_the_ledger_knows_is_not_queued_again_even_when_its_work_has_ended(database: Database):
    def act(connection):
        run = took(connection, "e")
        working.settle(connection, run, clean(run.version), NOON)
        queued = intake.queue_versions(connection, [version("e"), version("f"), version("f")], Lane.RESCAN, NOON)
        return queued, rows(connection, tickets, "entry_id", "rank")

    assert database.run_here(act) == (1, [("f", 30)])


def test_a_folder_that_arrives_is_a_walk_and_stands_at_its_beginning(database: Database):
    def folder(number, path):
        return replace(story(5), id=number, target_path=path)

    database.run_here(lambda c: page(c, folder(1, "/a"), folder(2, "/b"), folder(3, "/a")))
    found = database.run_here(lambda c: (rows(c, walks, "path", "finished_at"), rows(c, frontier, "walk_id", "path")))
    assert found == ([("/a", None), ("/b", None)], [(1, "/a"), (2, "/b")])


def test_a_version_that_was_gone_before_anybody_looked_is_queued_when_it_is_back(database: Database):
    def act(connection):
        working.finish(connection, took(connection, "e1"), Outcome.GONE, None, NOON)
        return page(connection, 1)

    assert database.run_here(act) == ([1], 1)
