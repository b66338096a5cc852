"""What a listing tells of versions that wait, and whom it is told of."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from scanner.ledger.databases.database import Database
from scanner.ledger.reuse import checksums
from scanner.ledger.tables import work
from scanner.ledger.walks import sightings, walking
from scanner.ledger.walks.walking import WalkReason
from scanner.ledger.work import intake, working
from scanner.model import Lane
from tests.ledger.world import NOON, clean, queue, rows, took, version

TOLD = {"checksum": "ab" * 64, "size": 7}


def told(connection: Connection) -> dict[str, tuple[object, ...]]:
    return {row[0]: row[1:] for row in rows(connection, work, "entry_id", "checksum", "size")}


def test_a_version_that_waits_is_told_of_and_one_that_is_judged_is_not(database: Database) -> None:
    def act(connection: Connection) -> dict[str, tuple[object, ...]]:
        queue(connection, "a", "b")
        run = took(connection, "c")
        working.settle(connection, run, clean(run.version), NOON)
        checksums.tell(connection, [version(name, **TOLD) for name in ("a", "c", "nobody")])
        return told(connection)

    assert database.run_here(act) == {"a": ("ab" * 64, 7), "b": (None, None), "c": (None, None)}


def test_the_first_that_is_told_stands(database: Database) -> None:
    def act(connection: Connection) -> tuple[str, int] | None:
        queue(connection, "a")
        checksums.tell(connection, [version("a", **TOLD)])
        checksums.tell(connection, [version("a", checksum="cd" * 64, size=9)])
        return checksums.told_of(connection, "acme", version("a").entry_id)

    assert database.run_here(act) == ("ab" * 64, 7)


def test_a_walk_hands_it_on_to_what_is_new_and_to_what_waits(database: Database) -> None:
    def act(connection: Connection) -> dict[str, tuple[object, ...]]:
        queue(connection, "a")
        walk_id = walking.ask(connection, "acme", "/Shared", WalkReason.COMMAND, NOON, with_versions=False)
        walk = walking.next_walk(connection, "acme", NOON, with_refused=True, with_backfill=True)
        assert walk is not None
        assert walk.id == walk_id
        sightings.record(connection, walk, [version("a", **TOLD), version("b", **TOLD)], NOON)
        return told(connection)

    assert database.run_here(act) == {"a": ("ab" * 64, 7), "b": ("ab" * 64, 7)}


def test_only_what_waits_in_the_folder_without_one_is_counted_and_so_many_at_most(database: Database) -> None:
    def act(connection: Connection) -> tuple[int, ...]:
        queue(connection, *"abcd")
        queue(connection, "e", domain="other")
        elsewhere = replace(version("f"), path="/Shared/Owl/f.txt")
        intake.queue_versions(connection, [elsewhere], Lane.LIVE, NOON)
        run = took(connection, "g")
        working.settle(connection, run, clean(run.version), NOON)
        checksums.tell(connection, [version("a", **TOLD)])
        counted = (checksums.waiting_beside(connection, version("b"), most) for most in (10, 2))
        return *counted, checksums.waiting_beside(connection, elsewhere, 10)

    assert database.run_here(act) == (3, 2, 1)


def test_what_came_after_the_listing_began_may_be_asked_about_again(database: Database) -> None:
    def act(connection: Connection) -> dict[str, tuple[object, ...]]:
        queue(connection, "a", "b")
        checksums.record(connection, [version("a", **TOLD)], version("a"), NOON)
        queue(connection, "c")
        return told(connection)

    assert database.run_here(act) == {"a": ("ab" * 64, 7), "b": ("", None), "c": (None, None)}
