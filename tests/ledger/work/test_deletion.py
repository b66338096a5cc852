"""Gone is only what the feed told to be deleted: the file itself, or a folder that held it at the time."""

from dataclasses import replace
from typing import Any

import pytest

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import tickets, work
from scanner.ledger.work import deletion, intake, working
from scanner.ledger.work.deletion import Told, is_deleted
from scanner.model import (
    Disposition,
    EntryId,
    Event,
    Gap,
    GroupId,
    Inspection,
    Known,
    Outcome,
    Plan,
    Skip,
    Skipped,
    Unchecked,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import NOON, after, event, queue, queue_all, rows, took

FILE = "/Shared/A/x.txt"
GAP = Gap(Unchecked.NOT_FOUND, "no such file")


def own(action: str, target: str = FILE) -> Told:
    return Told(action, target, of_file=True)


def folder(action: str, target: str, source: str = "") -> Told:
    return Told(action, target, source, is_folder=True)


@pytest.mark.parametrize(
    ("story", "deleted"),
    [
        ([], False),
        ([own("delete")], True),
        ([own("delete"), own("restore")], False),
        ([own("delete"), own("restore"), own("delete")], True),
        ([Told("delete", "/shared/a/X.TXT")], True),
        ([Told("delete", "/Shared/A/x.txt.old")], False),
        ([folder("delete", "/Shared")], True),
        ([folder("delete", "/shared/a")], True),
        ([folder("delete", "/Shared/AB")], False),
        ([folder("delete", "")], False),
        ([folder("delete", "/Shared/A"), folder("restore", "/Shared/A")], False),
        ([folder("delete", "/Shared/A"), folder("restore", "/Shared/B")], True),
        ([own("move", "/Shared/B/x.txt"), folder("delete", "/Shared/A")], False),
        ([own("move", "/Shared/B/x.txt"), folder("delete", "/Shared/B")], True),
        ([folder("move", "/Shared/C/A", "/Shared/A"), folder("delete", "/Shared/A")], False),
        ([folder("rename", "/Shared/C/A", "/Shared/A"), folder("delete", "/Shared/C")], True),
        ([folder("move", "/Shared/D", "/Shared/C"), folder("delete", "/Shared/D")], False),
        ([Told("delete", FILE), own("move", "/Shared/B/x.txt")], False),
    ],
)
def test_a_file_is_deleted_where_the_last_word_on_it_or_its_folder_says_so(story: list[Told], deleted: bool):
    assert is_deleted(FILE, story) is deleted


def delete(number: int, name: str = "e", **more: Any) -> Event:
    return replace(event(number, name), action="delete", **more)


def tell(connection, *told: Event, decide=lambda one, known: Skipped(Skip.NO_NEW_CONTENT)) -> int:
    return intake.record_events(connection, "acme", told, decide, after(100)).gone


def queue_unless_known(one: Event, known: Known) -> Disposition:
    return Skipped(Skip.DUPLICATE) if known.entries else queue_all(one, known)


def gone_of(database: Database, *told: Event, listed: bool = False) -> bool:
    def act(connection):
        if listed:
            queue(connection, "e")
        tell(connection, event(5), decide=queue_all)
        tell(connection, *told)
        return deletion.was_deleted(connection, "acme", EntryId("e"))

    return database.run_here(act)


FOLDER = {"is_folder": True, "group_id": None, "entry_id": None}
UNRELATED = [
    delete(3),
    delete(6, "other"),
    delete(6, target_path="/Shared/Elsewhere", **FOLDER),
    replace(delete(6), type="note"),
    replace(event(6), action="move"),
]


@pytest.mark.parametrize("told", UNRELATED, ids=["before it came", "another", "another folder", "a note", "a move"])
def test_what_does_not_concern_the_version_proves_nothing(database: Database, told: Event):
    assert gone_of(database, told) is False


PROOFS = [
    delete(6),
    delete(6, entry_id=None),
    delete(6, group_id=None),
    delete(6, target_path="/Shared", **FOLDER),
]


@pytest.mark.parametrize("told", PROOFS, ids=["both ids", "group id", "path", "folder above"])
@pytest.mark.parametrize("listed", [False, True])
def test_a_deletion_is_known_by_id_or_path_or_folder(database: Database, told: Event, listed: bool):
    assert gone_of(database, told, listed=listed) is True


def test_of_a_version_from_a_listing_only_later_deletions_count(database: Database):
    def act(connection):
        tell(connection, delete(5))
        old = connection.exec_driver_sql("UPDATE events SET recorded_at = '2026-03-04 11:00:00.000000'").rowcount
        queue(connection, "e")
        return old, deletion.was_deleted(connection, "acme", EntryId("e"))

    assert database.run_here(act) == (1, False)


def test_a_domain_restored_from_a_backup_has_its_deletions_undone(database: Database):
    def act(connection):
        intake.set_feed(connection, "acme", 1)
        tell(connection, event(5), decide=queue_all)
        tell(connection, delete(6))
        intake.record_gap(connection, "acme", intake.LOST, (None, None), NOON)
        return deletion.was_deleted(connection, "acme", EntryId("e"))

    assert database.run_here(act) is False


def unfound(connection, name: str, *, given_up: bool) -> int:
    run = took(connection, name)
    if not given_up:
        working.defer(connection, run, GAP, after(9), counts=True)
        return 0
    verdict = Verdict(run.version, VerdictKind.UNCHECKED, ("not-found",), (Inspection("fetch", "", gap=GAP),))
    working.record_verdict(connection, run, verdict, Plan(), after(1))
    return working.finish(connection, run, Outcome.FAILED, None, after(2)).gone


def standing(connection) -> list[tuple[Any, ...]]:
    return rows(connection, work, "state", "outcome", "verdict_id", "gap_reason")


@pytest.mark.parametrize("given_up", [False, True])
def test_a_deletion_told_later_settles_what_was_not_found(database: Database, given_up: bool):
    def act(connection):
        unfound(connection, "e", given_up=given_up)
        unfound(connection, "f", given_up=True)
        gone = tell(connection, delete(6))
        return gone, standing(connection), rows(connection, tickets, "entry_id")

    expected = [("done", "gone", None, None), ("parked", "failed", 2 if given_up else 1, "not-found")]
    assert database.run_here(act) == (1, expected, [])


def test_a_deletion_told_while_it_is_given_up_settles_it_as_well(database: Database):
    def act(connection):
        queue(connection, "e")
        tell(connection, delete(6))
        return unfound(connection, "e", given_up=True), standing(connection)

    assert database.run_here(act) == (1, [("done", "gone", None, None)])


def test_what_was_given_up_as_not_found_is_queued_when_it_is_seen_again(database: Database):
    def act(connection):
        unfound(connection, "e", given_up=True)
        tell(connection, event(7), decide=queue_unless_known)
        return standing(connection)

    assert database.run_here(act) == [("queued", None, None, None)]


def test_waiting_for_the_feed_makes_no_suspect(database: Database):
    def act(connection):
        queue(connection, "e")
        for _ in range(3):
            unfound(connection, "e", given_up=False)
        return rows(connection, tickets, "status", "entrypoint"), rows(connection, work, "state", "attempts")

    assert database.run_here(act) == ([("waiting", "acme")], [("waiting", 3)])


def test_a_file_with_a_group_of_its_own_is_not_settled_by_anothers_deletion(database: Database):
    def act(connection):
        unfound(connection, "e", given_up=True)
        return deletion.settle_missing(connection, "acme", [delete(6, "other", group_id=GroupId("g"))], NOON)

    assert database.run_here(act) == 0
