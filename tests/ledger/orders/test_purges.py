"""Purges as commands meet them."""

from __future__ import annotations

from pathlib import Path

from scanner.ledger.orders import purges
from scanner.model import Lane, Outcome, Plan, Step, StepKind, StepResult, StepState
from tests.ledger.world import after, infected, owner, version


async def test_many_are_requested_part_by_part_and_deleted_one_by_one(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(purges, "AT_ONCE", 2)
    names = [str(number) for number in range(5)]
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version(name) for name in names], Lane.LIVE)
        for name in names:
            run = await ledger.take("acme", version(name).entry_id)
            move = Step(StepKind.QUARANTINE, {"destination": f"/Q/{name}"})
            (step,) = await ledger.record_verdict(run, infected(run.version, "Eicar"), Plan((move,), ("Eicar",)))
            moved = StepResult(StepState.SUCCESS, {"origin": run.version.path, "path": f"/Q/{name}"})
            await ledger.record_step(run, step.id, moved)
            await ledger.finish(run, Outcome.JUDGED)
        rows = [one.row for one in await ledger.purges.purgeable(after(60), "acme")]
        assert [await ledger.purges.request(rows, by="pnovak", because="r") for _ in range(2)] == [5, 0]
        order = await ledger.purges.begin(rows[0], by="jdoe", because="agreed", two_people=True)
        await ledger.purges.record(order.id, StepResult(StepState.SUCCESS))
        assert [one.row for one in await ledger.purges.purgeable(after(60))] == rows[1:]
