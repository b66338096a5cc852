"""Holds as workers and commands meet them, several at once."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from scanner.ledger.ledger import Ledger
from scanner.ledger.orders import holds
from scanner.ledger.orders.holding import BrakeCounts, Decision
from scanner.ledger.tables import tickets
from scanner.model import Brake, EntryId, Hold, Lane, Plan, Step, StepKind, StepResult, StepState
from tests.ledger.world import infected, owner, version

TOMORROW = datetime.now(UTC) + timedelta(days=1)


def two_at_most(counts: BrakeCounts) -> Hold | None:
    return None if counts.total < 2 else Hold(Brake.HOUR, "", f"{counts.total} were begun")


async def begin(ledger: Ledger, name: str) -> StepResult | None:
    run = await ledger.take("acme", EntryId(name))
    assert run is not None
    plan = Plan((Step(StepKind.QUARANTINE, {"destination": f"/Q/{name}"}),), ("Eicar",))
    (step,) = await ledger.record_verdict(run, infected(run.version, "Eicar"), plan)
    told = await ledger.holds.begin_or_hold(run, step.id, ((), ("Eicar",)), two_at_most)
    if told is not None:
        await ledger.record_step(run, step.id, told)
    return told


async def test_of_workers_that_ask_at_once_each_counts_the_ones_before_it(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version(name) for name in "abcd"], Lane.LIVE)
        told = await asyncio.gather(*(begin(ledger, name) for name in "abcd"))
        held = StepResult(StepState.BRAKED, {"reason": "2 were begun"})
        assert sorted(told, key=str) == [None, None, held, held]
        assert len(await ledger.holds.plans("acme")) == 2


async def test_what_is_held_outlives_a_restart(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version(name) for name in "abc"], Lane.LIVE)
        for name in "abc":
            await begin(ledger, name)
        before = await ledger.holds.plans()
    async with owner(tmp_path) as ledger:
        assert (len(before), await ledger.holds.plans()) == (1, before)
        assert ((await ledger.backlog()).braked, (await ledger.backlog()).held) == (1, {"hour": 1})


async def test_a_decision_on_many_is_made_part_by_part(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(holds, "AT_ONCE", 2)
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version(str(number)) for number in range(7)], Lane.LIVE)
        for number in range(7):
            await begin(ledger, str(number))
        plans = [one.id for one in await ledger.holds.plans()]
        decided = [await ledger.holds.decide(plans, Decision.DROPPED, by="jdoe", because="r") for _ in range(2)]
        assert (decided, await ledger.holds.plans(), await ledger.holds.wake()) == ([5, 0], [], 0)


async def test_a_plan_that_a_worker_had_when_somebody_decided_is_due_as_soon_as_it_is_put_back(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version(name) for name in "abcd"], Lane.LIVE)
        for name in "abcd":
            await begin(ledger, name)
        decided, undecided = await ledger.holds.plans()
        assert await ledger.holds.decide([decided.id], Decision.DROPPED, by="jdoe", because="r") == 1
        for plan in (decided, undecided):
            run = await ledger.take("acme", EntryId(plan.entry_id))
            assert run is not None
            await ledger.defer(run, None, TOMORROW, counts=False)
        due = await ledger._db.read(due_of_tickets)
        assert (due[decided.entry_id] < time.time(), due[undecided.entry_id]) == (True, TOMORROW.timestamp())


def due_of_tickets(connection: Connection) -> dict[str, float]:
    return {row.entry_id: row.execute_after for row in connection.execute(select(tickets))}
