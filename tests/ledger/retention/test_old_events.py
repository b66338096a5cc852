"""Old events go from the oldest on, but none that anything rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, update

from scanner.ledger.databases.database import Database
from scanner.ledger.retention import old_events
from scanner.ledger.tables import events, feeds, gaps, work
from scanner.ledger.work import deletion, intake, rereading, working
from scanner.model import Cursor, Disposition, EntryId, Event, GroupId, Known, Skip, Skipped
from tests.ledger.world import NOON, after, clean, event, queue, queue_all, rows, took

LATER = after(1_000_000)


def tell(connection: Connection, at: datetime, *told: Event, domain: str = "acme") -> None:
    """Recorded then: queued, unless it is known."""
    intake.record_events(connection, domain, told, unless_known, at)


def unless_known(one: Event, known: Known) -> Disposition:
    return Skipped(Skip.DUPLICATE) if one.entry_id in known.entries else queue_all(one, known)


def skip(one: Event, known: Known) -> Disposition:
    return Skipped(Skip.NO_NEW_CONTENT)


def note(connection: Connection, at: datetime, *numbers: int, domain: str = "acme") -> None:
    intake.record_events(connection, domain, [event(number) for number in numbers], skip, at)


def read_up_to(connection: Connection, cursor: int = 1_000, domain: str = "acme") -> None:
    intake.set_feed(connection, domain, Cursor(cursor))
    rereading.settle(connection, domain, cursor)


def left(connection: Connection) -> list[tuple[Any, ...]]:
    return rows(connection, events, "domain", "epoch", "event_id")


def held(connection: Connection) -> tuple[list[int], datetime | None]:
    """Ids of events, and up to when some may be missing."""
    return [row[2] for row in left(connection)], old_events.pruned_to(connection, "acme")


def test_what_was_recorded_before_goes_and_the_ledger_knows_up_to_when(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        read_up_to(connection, domain="bolt")
        note(connection, after(10), 1, 2)
        note(connection, after(20), 3)
        note(connection, after(30), 4)
        note(connection, after(10), 1, domain="bolt")
        dropped = [old_events.prune(connection, "acme", after(30)) for _ in range(2)]
        return dropped, left(connection), held(connection)[1], old_events.pruned_to(connection, "bolt")

    assert database.run_here(act) == ([3, 0], [("acme", 0, 4), ("bolt", 0, 1)], after(20), None)


def test_as_much_goes_in_one_transaction_and_no_more(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        note(connection, NOON, *range(1, old_events.BATCH + 3))
        dropped = [old_events.prune(connection, "acme", LATER) for _ in range(3)]
        return dropped, held(connection)

    assert database.run_here(act) == ([old_events.BATCH, 2, 0], ([], NOON))


def test_the_moment_never_goes_back(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        note(connection, after(20), 1)
        old_events.prune(connection, "acme", after(30))
        note(connection, after(10), 2)
        return old_events.prune(connection, "acme", after(30)), held(connection)

    assert database.run_here(act) == (1, ([], after(20)))


def test_behind_one_that_showed_late_nothing_goes_before_its_time(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        note(connection, after(10), 1, 3)
        note(connection, after(50), 2)
        return old_events.prune(connection, "acme", after(40)), held(connection)

    assert database.run_here(act) == (1, ([2, 3], after(10)))


def test_what_may_be_read_a_second_time_stays(database: Database) -> None:
    def act(connection):
        note(connection, NOON, 1, 2, 3)
        intake.set_feed(connection, "acme", Cursor(3))
        unknown = old_events.prune(connection, "acme", LATER)
        rereading.settle(connection, "acme", 2)
        return unknown, old_events.prune(connection, "acme", LATER), held(connection)

    assert database.run_here(act) == (0, 2, ([3], NOON))


def test_after_a_restore_ids_of_before_go_by_their_age_alone(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        note(connection, NOON, 7, 8)
        intake.record_gap(connection, "acme", intake.LOST, (NOON, NOON), after(10))
        rereading.forget(connection, "acme")
        rereading.settle(connection, "acme", 1)
        note(connection, after(20), 1, 2)
        return old_events.prune(connection, "acme", after(30)), left(connection)

    assert database.run_here(act) == (3, [("acme", 1, 2)])


def waits(connection: Connection, name: str, at: datetime) -> None:
    queue(connection, name)
    connection.execute(update(work).where(work.c.entry_id == name).values(first_seen_at=at))


def test_what_is_younger_than_the_oldest_open_version_stays(database: Database) -> None:
    def act(connection):
        found = [old_events.may_go(connection, "acme", after(50))]
        for name, at in (("e", after(40)), ("f", after(20)), ("g", after(60))):
            waits(connection, name, at)
            found.append(old_events.may_go(connection, "acme", after(50)))
        run = took(connection, "f")
        working.settle(connection, run, clean(run.version), NOON)
        return [*found, old_events.may_go(connection, "acme", after(50)), old_events.may_go(connection, "bolt", NOON)]

    assert database.run_here(act) == [after(50), after(40), after(20), after(20), after(40), NOON]


def test_what_came_after_an_open_gap_began_stays(database: Database) -> None:
    def act(connection):
        intake.record_gap(connection, "acme", "expired", (after(30), after(35)), after(36))
        found = [old_events.may_go(connection, "acme", after(50))]
        intake.record_gap(connection, "acme", "expired", (None, after(35)), after(36))
        found.append(old_events.may_go(connection, "acme", after(50)))
        connection.execute(update(gaps).values(closed_at=after(40)))
        return [*found, old_events.may_go(connection, "acme", after(50))]

    assert database.run_here(act) == [after(30), None, after(50)]


def test_a_version_whose_event_comes_once_more_is_not_judged_twice(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        tell(connection, NOON, event(1))
        run = took(connection, "e")
        working.settle(connection, run, clean(run.version), NOON)
        old_events.prune(connection, "acme", LATER)
        before = rows(connection, work, "entry_id", "state", "verdict_id", "first_seen_at")
        again = intake.record_events(connection, "acme", [event(1)], unless_known, LATER)
        told = [disposition for _, disposition in again.settled]
        return before == rows(connection, work, "entry_id", "state", "verdict_id", "first_seen_at"), told, again.queued

    assert database.run_here(act) == (True, [Skipped(Skip.DUPLICATE)], 0)


MOVED = {"action": "move", "source_path": "/Shared/e.txt", "target_path": "/Shared/B/e.txt"}
FOLDER = {"is_folder": True, "group_id": None, "entry_id": None}
BACK = replace(event(10), action="restore", target_path="/Shared/B", **FOLDER)
SHARED, BELOW = {"target_path": "/Shared/e.txt"}, {"target_path": "/Shared/B"}


@pytest.mark.parametrize(
    ("told", "deleted"),
    [
        ([replace(event(9), action="delete", **SHARED | FOLDER)], False),
        ([replace(event(9), action="delete", group_id=None, entry_id=None)], False),
        ([replace(event(9), action="delete")], True),
        ([replace(event(9), action="delete"), replace(event(10), action="restore")], False),
        ([replace(event(9), action="delete"), replace(event(10), action="restore", **BELOW | FOLDER)], True),
        ([replace(event(9), action="delete", target_path=None), BACK], False),
        ([replace(event(9), **MOVED), replace(event(10), action="delete", **BELOW | FOLDER)], True),
        ([replace(event(9), action="move", **BELOW | FOLDER, source_path="/Shared")], False),
        ([replace(event(9, "other"), group_id=GroupId("g"), action="delete")], False),
    ],
    ids=[
        *("folder of once", "path of once", "itself", "itself and back", "itself, not back", "itself, perhaps back"),
        *("folder of now", "a move", "another"),
    ],
)
def test_where_a_file_is_that_was_moved_by_a_dropped_event_is_not_guessed(
    database: Database, told: list[Event], deleted: bool
) -> None:
    """It would count as gone with a folder in which it lay once: it counts as not found instead."""

    def act(connection):
        read_up_to(connection)
        tell(connection, NOON, event(1), replace(event(2), **MOVED))
        dropped = old_events.prune(connection, "acme", after(1))
        intake.record_events(connection, "acme", told, skip, after(100))
        return dropped, deletion.was_deleted(connection, "acme", EntryId("e"))

    assert database.run_here(act) == (2, deleted)


def test_a_feed_that_lost_its_place_keeps_the_moment(database: Database) -> None:
    def act(connection):
        read_up_to(connection)
        note(connection, NOON, 1)
        old_events.prune(connection, "acme", LATER)
        intake.set_feed(connection, "acme", Cursor(0))
        intake.advance_feed(connection, "acme", Cursor(5), NOON)
        return rows(connection, feeds, "cursor", "pruned_to")

    assert database.run_here(act) == [(5, NOON)]
