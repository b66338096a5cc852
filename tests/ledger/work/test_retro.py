"""Which contents are looked at once more with new signatures: each once, the newest first, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from scanner.errors import Fenced
from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import lanes
from scanner.ledger.orders import holding
from scanner.ledger.tables import steps, work
from scanner.ledger.work import retro, working
from scanner.model import (
    Brake,
    EntryId,
    FileVersion,
    Finding,
    Hold,
    Inspection,
    Plan,
    Run,
    Step,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import FACTS, NOON, after, infected, rows, took

DAY = timedelta(days=1)
OLD, NEW = "ClamAV 1.4/1", "ClamAV 1.4/2"
MOVE = Step(StepKind.QUARANTINE, {"destination": "/Shared/Q/x"})
HIDDEN = Finding("clamd", "Known.Before", malware=True, suppression="s")


def looked(of: FileVersion, digit: str, by: str = OLD) -> Verdict:
    content = replace(FACTS, sha256=digit * 64)
    return Verdict(of, VerdictKind.CLEAN, (), (Inspection("clamd", by, (HIDDEN,)), Inspection("rules", "r")), content)


def judge(connection: Connection, name: str, digit: str, by: str = OLD, at: datetime = NOON) -> None:
    run = took(connection, name)
    working.settle(connection, run, looked(run.version, digit, by), at)


def begin(connection: Connection, generation: str = NEW, now: datetime = NOON) -> bool:
    return retro.begin(connection, generation, DAY, now)


def rest(connection: Connection, generation: str = NEW) -> list[tuple[str, list[str]]]:
    """What is looked at from here on: the contents, each with those that hold it."""
    found = []
    while (content := retro.next_content(connection, generation)) is not None:
        found.append((content.sha256[0], [str(one.entry_id) for one in content.holders]))
        retro.passed(connection, generation, content.verdict_id, NOON, looked=True, infected=None)
    return found


def test_the_first_signatures_ever_have_nothing_to_make_up_for(database: Database):
    def act(connection: Connection):
        judge(connection, "a", "1")
        return [begin(connection, OLD), begin(connection, OLD), begin(connection, NEW), begin(connection, NEW)]

    assert database.run_here(act) == [False, False, True, True]


def test_each_content_is_looked_at_once_the_newest_first(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        judge(connection, "too old", "9", at=NOON - 2 * DAY)
        for name, digit in (("a", "1"), ("b", "2"), ("c", "1"), ("d", "3")):
            judge(connection, name, digit)
        run = took(connection, "bad")
        working.settle(connection, run, infected(run.version, "Eicar"), NOON)
        assert begin(connection)
        judge(connection, "judged since", "4")
        return rest(connection)

    assert database.run_here(act) == [("3", ["d"]), ("1", ["c", "a"]), ("2", ["b"])]


def test_it_goes_on_where_it_was_cut_off_and_each_generation_has_one_turn(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        for name, digit in (("a", "1"), ("b", "2"), ("c", "3")):
            judge(connection, name, digit)
        begin(connection)
        first = retro.next_content(connection, NEW)
        assert first is not None
        retro.passed(connection, NEW, first.verdict_id, NOON, looked=True, infected=None)
        assert begin(connection)
        found = rest(connection)
        retro._end(connection, NEW, NOON)
        return found, begin(connection), begin(connection, OLD), rows(connection, retro.retro, "generation", "looked")

    found, again, back, known = database.run_here(act)
    assert (found, again, back) == ([("2", ["b"]), ("1", ["a"])], False, False)
    assert known == [(OLD, 0), (NEW, 3)]


def test_newer_signatures_overtake_older_ones(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        judge(connection, "a", "1")
        return [begin(connection, NEW), begin(connection, "ClamAV 1.4/3"), begin(connection, NEW)]

    assert database.run_here(act) == [True, True, False]


def test_a_content_tells_who_looked_and_what_was_known_of_it(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        judge(connection, "a", "1", by=NEW)
        begin(connection)
        return retro.next_content(connection, NEW)

    content = database.run_here(act)
    assert content is not None
    assert (content.looked_by, content.known) == ({NEW}, {"Known.Before"})


def test_where_malware_is_found_all_versions_with_that_content_are_judged_anew(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        for name, digit in (("a", "1"), ("b", "2"), ("c", "1")):
            judge(connection, name, digit)
        begin(connection)
        content = retro.next_content(connection, NEW)
        assert content is not None
        reopened = retro.passed(connection, NEW, content.verdict_id, after(1), looked=True, infected=content.sha256)
        assert rows(connection, retro.retro, "looked", "found") == [(0, 0), (1, 1)]
        return reopened, rows(connection, work, "entry_id", "state", "lane"), rest(connection)

    reopened, open_now, left = database.run_here(act)
    assert (reopened, left) == (2, [("2", ["b"])])
    assert open_now == [("a", "queued", "rescan"), ("b", "done", "live"), ("c", "queued", "rescan")]


def test_what_older_signatures_had_begun_to_look_at_is_looked_at_when_it_is_recorded(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        judge(connection, "before", "1")
        slow, mixed = took(connection, "slow"), took(connection, "mixed")
        begin(connection)
        found = [rest(connection)]
        retro._end(connection, NEW, NOON)
        again = [begin(connection, now=after(60))]
        judge(connection, "with the new ones", "4", by=NEW)
        working.settle(connection, slow, looked(slow.version, "2"), after(61))
        working.settle(connection, mixed, looked(mixed.version, "3", by=f"{OLD} or {NEW}"), after(62))
        again.append(begin(connection, now=after(120)))
        found.append(rest(connection))
        retro._end(connection, NEW, after(120))
        return found, [*again, begin(connection, now=after(180))]

    found, again = database.run_here(act)
    assert found == [[("1", ["before"])], [("3", ["mixed"]), ("2", ["slow"])]]
    assert again == [False, True, False]


def test_signatures_that_newer_ones_overtook_look_at_nothing_more(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        begin(connection, NEW, after(1))
        judge(connection, "a", "1", by=NEW)
        return begin(connection, OLD, after(2))

    assert database.run_here(act) is False


def flag(connection: Connection, name: str) -> tuple[Run, StepRecord]:
    """Judged with a plan, of which nothing is done yet."""
    run = took(connection, name)
    flagged = replace(looked(run.version, "7"), kind=VerdictKind.FLAGGED, reasons=("my-rule",))
    (step,) = working.record_verdict(connection, run, flagged, Plan((MOVE,), ("my-rule",)), NOON)
    return run, step


def test_malware_is_found_as_well_in_what_is_held_waits_or_is_being_acted_on(database: Database):
    def act(connection: Connection):
        begin(connection, OLD)
        held, step = flag(connection, "held")
        hold = Hold(Brake.HOUR, "", "enough")
        told = holding.begin_or_hold(connection, held, step.id, ((), ()), held=lambda counts: hold, now=NOON)
        assert told is not None
        working.record_step(connection, held, step.id, told, NOON)
        working.defer(connection, held, None, NOON + DAY, False)
        locked, step = flag(connection, "locked")
        working.begin_step(connection, locked, step.id, NOON)
        working.defer(connection, locked, None, NOON + DAY, False)
        running, step = flag(connection, "running")
        working.begin_step(connection, running, step.id, NOON)
        begin(connection)
        content = retro.next_content(connection, NEW)
        assert content is not None
        reopened = retro.passed(connection, NEW, content.verdict_id, after(1), looked=True, infected=content.sha256)
        with pytest.raises(Fenced):
            working.record_step(connection, running, step.id, StepResult(StepState.SUCCESS), after(2))
        left = lanes.hasten(connection, after(1), lambda key: key.is_not(None))
        runs = [working.take(connection, "acme", EntryId(name)) for name in ("held", "locked", "running")]
        return reopened, left, [run and run.verdict for run in runs], rows(connection, steps, "state", "done_at")

    states = [("superseded", after(1)), ("failed", after(1)), ("failed", after(1))]
    assert database.run_here(act) == (3, 0, [None, None, None], states)
