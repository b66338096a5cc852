"""Versions that no listing shows any more: marked, and where all signs agree, their open work ends as gone."""

import pytest
from sqlalchemy import update

from scanner.ledger.databases.database import Database
from scanner.ledger.tables import steps, tickets, work
from scanner.ledger.walks import missed, sightings, walking
from scanner.ledger.walks.missed import Chunk, Suspect
from scanner.ledger.walks.walking import EVERYTHING, WalkReason
from scanner.ledger.work import intake, working
from scanner.model import EntryId, FileVersion, GroupId, Outcome, Step, StepKind, StepState
from tests.ledger.walks.test_sightings import quarantined
from tests.ledger.walks.test_walking import walk
from tests.ledger.world import NOON, after, clean, queue, rows, took, version

BEGUN = after(10)
LOST = after(5)


def swept(connection, *shown, inside=lambda path: True):
    """What a walk finds missing after its listings showed some versions."""
    found = walking.ask(connection, "acme", EVERYTHING, WalkReason.COMMAND, NOON)
    walking.begin(connection, found, [], BEGUN)
    of = walk(connection, found)
    sightings.record(
        connection, of, [one if isinstance(one, FileVersion) else version(one) for one in shown], after(11)
    )
    return missed.look(connection, of, inside)


def lose(connection):
    intake.record_gap(connection, "acme", "expired", (NOON, NOON), LOST)


def suspects(*names):
    return tuple(Suspect(GroupId(f"g-{name}"), EntryId(name)) for name in names)


def test_what_was_not_shown_is_missed_and_without_lost_events_no_suspect(database: Database):
    def act(connection):
        queue(connection, "a", "b")
        return swept(connection, "a")

    assert database.run_here(act) == Chunk(("b",), (), None)


def test_open_work_is_a_suspect_where_events_were_lost_since(database: Database):
    def act(connection):
        queue(connection, "a", "b")
        lose(connection)
        connection.execute(update(work).where(work.c.entry_id == "b").values(first_seen_at=after(6)))
        return swept(connection)

    assert database.run_here(act) == Chunk(("a", "b"), suspects("a"), None)


def replaced(connection):
    queue(connection, "e")
    return [FileVersion("acme", GroupId("g-e"), EntryId("newer"), "/Shared/e.txt")]


def arrived_since(connection):
    queue(connection, "e")
    connection.execute(update(work).values(first_seen_at=after(20)))
    return []


def missed_before(connection):
    queue(connection, "e")
    connection.execute(update(work).values(missed_at=NOON))
    return []


def ended_as_gone(connection):
    working.finish(connection, took(connection, "e"), Outcome.GONE, None, NOON)
    return []


def in_quarantine(connection):
    quarantined(connection, "e", path="/Shared/Quarantine/e")
    return []


@pytest.mark.parametrize("make", [replaced, arrived_since, missed_before, ended_as_gone, in_quarantine])
def test_what_has_a_reason_not_to_be_shown_is_not_missed(database: Database, make):
    assert database.run_here(lambda c: swept(c, *make(c))) == Chunk((), (), None)


def test_what_the_walk_should_not_have_shown_is_not_missed(database: Database):
    def act(connection):
        queue(connection, "a", "b")
        connection.execute(update(work).where(work.c.entry_id == "a").values(seen_path="/Private/a.txt"))
        return swept(connection, inside=lambda path: path.startswith("/Shared"))

    assert database.run_here(act).missed == ("b",)


def judged(connection):
    run = took(connection, "e")
    working.settle(connection, run, clean(run.version), NOON)


def in_hands(connection):
    took(connection, "e")


@pytest.mark.parametrize("make", [judged, in_hands])
def test_what_is_judged_or_in_a_workers_hands_is_missed_but_no_suspect(database: Database, make):
    def act(connection):
        make(connection)
        lose(connection)
        return swept(connection)

    assert database.run_here(act) == Chunk(("e",), (), None)


def test_a_domain_is_looked_over_in_chunks(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(missed, "CHUNK", 2)

    def act(connection):
        queue(connection, "a", "b", "c")
        found = [swept(connection)]
        for _ in range(2):
            of = walk(connection)
            if found[-1].swept is not None:
                missed.record(connection, of, found[-1], (), NOON)
                found.append(missed.look(connection, walk(connection), lambda path: True))
        return [(chunk.missed, chunk.swept) for chunk in found]

    assert database.run_here(act) == [(("a", "b"), "b"), (("c",), None)]


def test_a_chunk_ends_with_as_many_suspects_as_are_asked_for_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(missed, "MOST_SUSPECTS", 2)

    def act(connection):
        queue(connection, "a", "b", "c")
        lose(connection)
        first = swept(connection)
        missed.record(connection, walk(connection), first, [EntryId("a"), EntryId("b")], NOON)
        return first, missed.look(connection, walk(connection), lambda path: True)

    first, second = Chunk(("a", "b"), suspects("a", "b"), "b"), Chunk(("c",), suspects("c"), None)
    assert database.run_here(act) == (first, second)


def test_suspects_that_nobody_finds_end_as_gone_and_those_found_stay(database: Database):
    def act(connection):
        queue(connection, "a", "b", "c")
        lose(connection)
        chunk = swept(connection, "c")
        gone = missed.record(connection, walk(connection), chunk, [EntryId("a")], after(12))
        found = walk(connection)
        return gone, found.missed, found.gone, rows(connection, work, "entry_id", "outcome", "missed_at")

    expected = [("a", "gone", after(12)), ("b", None, None), ("c", None, None)]
    assert database.run_here(act) == (1, 1, 1, expected)
    assert database.run_here(lambda c: rows(c, tickets, "entry_id")) == [("b",), ("c",)]


def test_work_taken_meanwhile_is_left_to_its_worker(database: Database):
    def act(connection):
        queue(connection, "a")
        lose(connection)
        chunk = swept(connection)
        working.take(connection, "acme", EntryId("a"))
        return missed.record(connection, walk(connection), chunk, [EntryId("a")], NOON), rows(connection, work, "state")

    assert database.run_here(act) == (0, [("running",)])


def test_a_step_in_quarantine_that_failed_hides_nothing(database: Database):
    def act(connection):
        quarantined(connection, "e", StepState.FAILED)
        assert Step(StepKind.QUARANTINE).kind.value in {kind for (kind,) in rows(connection, steps, "kind")}
        return swept(connection)

    assert database.run_here(act).missed == ("e",)
