"""What was given up is known by domain and reason, and comes back without losing what was recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from scanner.ledger.databases.database import Database
from scanner.ledger.orders import releasing
from scanner.ledger.tables import steps, tickets, verdicts, work
from scanner.ledger.work import dead_letters, intake, working
from scanner.ledger.work.dead_letters import Choice, Group
from scanner.model import (
    EntryId,
    FileVersion,
    Gap,
    Inspection,
    Lane,
    Outcome,
    Plan,
    Step,
    StepKind,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
    VerdictKind,
)
from tests.ledger.world import NOON, after, event, infected, owner, queue_all, rows, took, version

HOUR = timedelta(hours=1)
COMMENT = Plan((Step(StepKind.COMMENT, {"text": "t"}),))
ALL, NO_STEPS = Choice(), Plan()
REFUSED, POISON = Unchecked.ACCESS_REFUSED, Unchecked.POISON


def unchecked(of: FileVersion, reason: Unchecked) -> Verdict:
    return Verdict(of, VerdictKind.UNCHECKED, (reason.value,), (Inspection("fetch", "", gap=Gap(reason)),))


def give_up(
    connection: Connection, name: str, reason: Unchecked = REFUSED, domain: str = "acme", plan: Plan = NO_STEPS
) -> None:
    run = took(connection, name, domain)
    for step in working.record_verdict(connection, run, unchecked(run.version, reason), plan, NOON):
        working.begin_step(connection, run, step.id, NOON)
        working.record_step(connection, run, step.id, StepResult(StepState.SUCCESS), NOON)
    working.finish(connection, run, Outcome.FAILED, None, NOON)


def back(connection: Connection, choice: Choice = ALL, most: int = 99) -> list[EntryId]:
    return dead_letters.put_back(connection, choice, most, begun=after(60), now=after(60))


def test_the_groups_are_by_domain_and_reason(database: Database):
    def act(connection: Connection):
        give_up(connection, "a")
        give_up(connection, "b")
        give_up(connection, "c", POISON)
        give_up(connection, "d", domain="other")
        took(connection, "open")
        return dead_letters.groups(connection)

    assert database.run_here(act) == [
        Group("acme", "access-refused", 2, NOON),
        Group("acme", "poison", 1, NOON),
        Group("other", "access-refused", 1, NOON),
    ]


@pytest.mark.parametrize(
    ("choice", "most", "found"),
    [
        (Choice(), 99, ["a", "b", "c"]),
        (Choice(), 1, ["a"]),
        (Choice(domain="other"), 99, ["c"]),
        (Choice(reason="poison"), 99, ["b"]),
        (Choice(entries=(EntryId("b"), EntryId("open"))), 99, ["b"]),
        (Choice(domain="acme", reason="access-refused"), 99, ["a"]),
        (Choice(before=NOON), 99, []),
        (Choice(before=after(1)), 99, ["a", "b", "c"]),
    ],
)
def test_only_what_is_meant_and_was_given_up_is_put_back(
    database: Database, choice: Choice, most: int, found: list[str]
):
    def act(connection: Connection):
        give_up(connection, "a")
        give_up(connection, "b", POISON)
        give_up(connection, "c", domain="other")
        took(connection, "open")
        return back(connection, choice, most)

    assert database.run_here(act) == found


def test_a_version_that_is_put_back_begins_anew_and_keeps_its_verdicts(database: Database):
    def act(connection: Connection):
        give_up(connection, "a", plan=COMMENT)
        assert back(connection) == ["a"]
        assert rows(connection, work, "state", "attempts", "outcome", "verdict_id") == [("queued", 0, None, None)]
        run = took(connection, "a")
        (planned,) = working.record_verdict(connection, run, infected(run.version, "Eicar"), COMMENT, after(90))
        again = working.take(connection, "acme", EntryId("a"))
        assert again is not None
        assert [(one.id, one.state) for one in again.steps] == [(planned.id, StepState.PLANNED)]
        return rows(connection, verdicts, "kind"), rows(connection, steps, "position", "state")

    kinds, recorded = database.run_here(act)
    assert kinds == [("unchecked",), ("infected",)]
    assert recorded == [(0, "success"), (1, "planned")]


def test_what_took_the_process_down_is_looked_at_alone(database: Database):
    def act(connection: Connection):
        give_up(connection, "a")
        give_up(connection, "b", POISON)
        back(connection)
        return rows(connection, tickets, "entry_id", "entrypoint")

    assert sorted(database.run_here(act)) == [("a", "acme"), ("b", "suspect")]


def test_what_was_given_up_anew_meanwhile_is_not_put_back_a_second_time(database: Database):
    def act(connection: Connection):
        give_up(connection, "a")
        return dead_letters.put_back(connection, Choice(), 9, begun=NOON - HOUR, now=NOON)

    assert database.run_here(act) == []


def test_what_was_given_up_and_arrives_again_is_looked_at_again(database: Database):
    def act(connection: Connection):
        give_up(connection, "e")
        recorded = intake.record_events(connection, "acme", [event(1)], queue_all, after(1))
        return recorded.queued, rows(connection, work, "state", "verdict_id")

    assert database.run_here(act) == (1, [("queued", None)])


def test_what_was_given_up_and_is_only_listed_again_is_left(database: Database):
    def act(connection: Connection):
        give_up(connection, "e")
        return intake.queue_versions(connection, [version("e")], Lane.RECONCILE, after(1))

    assert database.run_here(act) == 0


@pytest.mark.parametrize("kind", [StepKind.RELEASE, StepKind.UNDO])
def test_what_a_person_took_back_since_is_left_to_persons(database: Database, kind: StepKind):
    def act(connection: Connection):
        for name in ("a", "b", "c"):
            give_up(connection, name, plan=COMMENT)
        order = releasing.intent(connection, "acme", "a", "g-a", step=Step(kind), now=after(5))
        releasing.record(connection, order.id, StepResult(StepState.SUCCESS), after(6))
        failed = releasing.intent(connection, "acme", "b", "g-b", step=Step(kind), now=after(5))
        releasing.record(connection, failed.id, StepResult(StepState.FAILED), after(6))
        return back(connection, Choice(domain="acme", but_released=True)), back(connection)

    assert database.run_here(act) == (["b", "c"], ["a"])


def test_scouts_are_heard_of_once_one_came_through_or_all_failed(database: Database):
    def act(connection: Connection):
        names = [EntryId("a"), EntryId("b")]
        give_up(connection, "a")
        give_up(connection, "b")
        found = [dead_letters.ended_well(connection, "acme", names)]
        back(connection)
        found.append(dead_letters.ended_well(connection, "acme", names))
        run = took(connection, "b")
        working.settle(connection, run, infected(run.version), after(61))
        return [*found, dead_letters.ended_well(connection, "acme", names)]

    assert database.run_here(act) == [False, None, True]


async def test_many_are_put_back_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dead_letters, "AT_ONCE", 2)
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version(str(number)) for number in range(7)], Lane.LIVE)
        for number in range(7):
            run = await ledger.take("acme", EntryId(str(number)))
            assert run is not None
            await ledger.record_verdict(run, unchecked(run.version, REFUSED), Plan())
            await ledger.finish(run, Outcome.FAILED)
        assert [len(await ledger.dead_letters.put_back(Choice(), most)) for most in (3, None, None)] == [3, 4, 0]
        assert await ledger.dead_letters.groups() == []
