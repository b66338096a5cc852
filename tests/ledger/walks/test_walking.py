"""Walks on record: which one is next, what makes one superfluous, and when a gap is closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import gaps, walks
from scanner.ledger.walks import frontier, walking
from scanner.ledger.walks.frontier import PlaceKind
from scanner.ledger.walks.walking import EVERYTHING, REFUSED_REST, WalkReason
from scanner.ledger.work import intake
from tests.ledger.world import NOON, after, rows

DAY = timedelta(days=1)


def ask(connection, path="/a", reason=WalkReason.COMMAND, now=NOON, **more):
    return walking.ask(connection, "acme", path, reason, now, **more)


def walk(connection, walk_id=1):
    return walking.walk_of(connection.execute(select(walks).where(walks.c.id == walk_id)).one())


def gap(connection, reason="expired", since=NOON):
    intake.record_gap(connection, "acme", reason, (since, NOON), NOON)


def closed(connection):
    return [moment for (moment,) in rows(connection, gaps, "closed_at")]


def end(connection, walk_id=1, now=NOON):
    walking.finish(connection, walk(connection, walk_id), now)


def last_completed(connection, domain="acme"):
    last = walking.last_whole(connection, domain)
    return last.finished_at if last else None


def next_path(connection, now=NOON, *, with_refused=True, with_backfill=True):
    found = walking.next_walk(connection, "acme", now, with_refused=with_refused, with_backfill=with_backfill)
    return found.path if found else None


def test_a_walk_asked_for_twice_before_it_began_is_one(database: Database):
    def act(connection):
        asked = [ask(connection), ask(connection), ask(connection, with_versions=True), ask(connection, "/b")]
        walking.begin(connection, 1, ["/a"], NOON)
        return [*asked, ask(connection)]

    assert database.run_here(act) == [1, 1, 2, 3, 4]


def test_only_a_walk_over_all_that_looks_for_what_is_missing_completes_a_domain(database: Database):
    def act(connection):
        found = [last_completed(connection)]
        for path, reason in (("/a", WalkReason.COMMAND), (EVERYTHING, WalkReason.BACKFILL)):
            end(connection, ask(connection, path, reason), after(60))
        found.append(last_completed(connection))
        for moment in (after(90), after(120)):
            end(connection, ask(connection, EVERYTHING, WalkReason.SCHEDULE), moment)
        ask(connection, EVERYTHING, WalkReason.SCHEDULE)
        return [*found, last_completed(connection), last_completed(connection, "bolt")]

    assert database.run_here(act) == [None, None, after(120), None]


def test_a_first_walk_is_awaited_since_it_was_asked_for(database: Database):
    def act(connection):
        ask(connection, "/a", WalkReason.COMMAND)
        found = [walking.first_asked(connection, "acme")]
        ask(connection, EVERYTHING, WalkReason.SCHEDULE)
        return [*found, walking.first_asked(connection, "acme"), walking.first_asked(connection, "bolt")]

    assert database.run_here(act) == [None, NOON, None]


def test_arrivals_go_first_then_gaps_orders_the_schedule_and_old_content(database: Database):
    def act(connection):
        for reason in (WalkReason.BACKFILL, WalkReason.SCHEDULE, WalkReason.COMMAND, WalkReason.GAP):
            ask(connection, reason.value, reason)
        walking.arrived(connection, "acme", ["/new"], NOON)
        found = []
        while (one := walking.next_walk(connection, "acme", NOON, with_refused=True, with_backfill=True)) is not None:
            found.append(one.path)
            walking.finish(connection, one, NOON)
        return found

    assert database.run_here(act) == ["/new", "gap", "command", "schedule", "backfill"]


def test_old_content_is_left_where_there_is_no_room_and_what_is_paused_or_waits_too(database: Database):
    def act(connection):
        ask(connection, "/old", WalkReason.BACKFILL)
        none = next_path(connection, with_backfill=False)
        some = next_path(connection)
        connection.execute(update(walks).values(paused_at=NOON))
        paused = next_path(connection)
        connection.execute(update(walks).values(paused_at=None))
        walking.put_off(connection, 1, after(60), "away")
        return none, some, paused, next_path(connection), next_path(connection, after(60)), walk(connection).trouble

    assert database.run_here(act) == (None, "/old", None, None, "/old", "away")


COVERED = [
    ("/a/b", "/a/b", True),
    ("/a", "/a/b", True),
    ("/", "/a/b", True),
    ("/a/b", "/a", False),
    ("/a/bc", "/a/b", False),
]


@pytest.mark.parametrize(("waiting", "arrives", "covered"), COVERED)
def test_an_arrival_below_a_folder_still_to_be_listed_makes_no_walk(
    database: Database, waiting: str, arrives: str, covered: bool
):
    database.run_here(lambda c: walking.arrived(c, "acme", [waiting], NOON))
    database.run_here(lambda c: walking.arrived(c, "acme", [arrives], NOON))
    assert len(database.run_here(lambda c: rows(c, walks, "id"))) == (1 if covered else 2)


def test_an_arrival_in_a_folder_that_is_being_listed_makes_a_walk(database: Database):
    def act(connection):
        walking.arrived(connection, "acme", ["/a"], NOON)
        frontier.take(connection, 1, NOON)
        walking.arrived(connection, "acme", ["/a/b"], NOON)
        return rows(connection, walks, "path")

    assert database.run_here(act) == [("/a",), ("/a/b",)]


def test_a_backfill_to_come_one_day_covers_no_arrival(database: Database):
    def act(connection):
        ask(connection, "/a", WalkReason.BACKFILL)
        walking.begin(connection, 1, ["/a"], NOON)
        walking.arrived(connection, "acme", ["/a/b"], NOON)
        return len(rows(connection, walks, "id"))

    assert database.run_here(act) == 2


def test_gaps_share_a_walk_that_has_not_begun_and_are_closed_when_it_ends(database: Database):
    def act(connection):
        gap(connection)
        gap(connection)
        walking.cover_gaps(connection, "acme", NOON)
        walking.begin(connection, 1, ["/a"], NOON)
        gap(connection)
        walking.cover_gaps(connection, "acme", NOON)
        before = closed(connection)
        end(connection, 1, after(60))
        return rows(connection, walks, "path", "reason"), before, closed(connection)

    both = [(EVERYTHING, "gap")] * 2
    assert database.run_here(act) == (both, [None] * 3, [after(60), after(60), None])


def test_a_gap_stays_open_until_what_was_refused_is_listed(database: Database):
    def act(connection):
        gap(connection)
        walking.cover_gaps(connection, "acme", NOON)
        walking.begin(connection, 1, ["/a", "/secret"], NOON)
        frontier.refuse(connection, frontier.take(connection, 1, NOON), NOON)
        frontier.drop(connection, frontier.take(connection, 1, NOON))
        end(connection)
        before = closed(connection)
        due = next_path(connection, after(REFUSED_REST.total_seconds() - 1)), next_path(connection, NOON + REFUSED_REST)
        end(connection, 2, after(60))
        return before, due, closed(connection)

    assert database.run_here(act) == ([None], (None, "/secret"), [after(60)])


def test_a_folder_refused_twice_is_one_walk(database: Database):
    def act(connection):
        for number in (1, 2):
            ask(connection, reason=WalkReason.COMMAND)
            walking.begin(connection, number if number == 1 else 3, ["/a"], NOON)
            frontier.refuse(connection, frontier.take(connection, number if number == 1 else 3, NOON), NOON)
            end(connection, number if number == 1 else 3)
        return rows(connection, walks, "path", "refused_at", "finished_at")

    assert database.run_here(act) == [("/a", None, NOON), ("/a", NOON, None), ("/a", None, NOON)]


def test_no_refused_folder_is_begun_with_when_enough_were(database: Database):
    def act(connection):
        ask(connection)
        connection.execute(update(walks).values(refused_at=NOON))
        found = [next_path(connection, with_refused=False), next_path(connection)]
        walking.begin(connection, 1, ["/a"], NOON)
        return [*found, next_path(connection, with_refused=False)]

    assert database.run_here(act) == [None, "/a", "/a"]


SCHEDULE = [
    ("nothing was ever walked", None, None, True),
    ("one is open", WalkReason.GAP, None, False),
    ("one has just ended", WalkReason.COMMAND, NOON, False),
    ("one ended long ago", WalkReason.SCHEDULE, NOON - 2 * DAY, True),
    ("only old content was walked", WalkReason.BACKFILL, NOON, True),
]


@pytest.mark.parametrize(("case", "reason", "ended", "asked"), SCHEDULE, ids=[row[0] for row in SCHEDULE])
def test_the_schedule_asks_a_while_after_the_last_whole_walk_ended(database: Database, case, reason, ended, asked):
    def act(connection):
        if reason is not None:
            ask(connection, EVERYTHING, reason)
            connection.execute(update(walks).values(finished_at=ended))
        before = len(rows(connection, walks, "id"))
        walking.ask_on_schedule(connection, "acme", DAY, NOON)
        return len(rows(connection, walks, "id")) - before

    assert database.run_here(act) == (1 if asked else 0)


def test_counts_add_up_and_end_trouble(database: Database):
    def act(connection):
        ask(connection)
        walking.put_off(connection, 1, None, "away")
        walking.count(connection, 1, folders=1, files=3)
        walking.count(connection, 1, files=2, unread=1)
        found = walk(connection)
        return found.folders, found.files, found.unread, found.trouble

    assert database.run_here(act) == (1, 5, 1, None)


def test_a_walk_has_its_roots_in_its_frontier_when_it_begins(database: Database):
    def act(connection):
        walking.arrived(connection, "acme", ["/a"], NOON)
        walking.begin(connection, 1, ["/a"], after(1))
        walking.wait(connection, 1, after(5))
        place = frontier.take(connection, 1, NOON)
        return place.kind, place.path, walk(connection).begun_at, walk(connection).due_at

    assert database.run_here(act) == (PlaceKind.FOLDER, "/a", after(1), after(5))
