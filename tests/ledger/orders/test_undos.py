"""Taking back, as commands ask the ledger for it."""

from __future__ import annotations

from pathlib import Path

from scanner.model import Lane, Outcome, Plan, Step, StepKind, StepResult, StepState
from tests.ledger.world import after, infected, owner, version


async def test_a_version_in_quarantine_is_known_with_all_that_was_done_until_it_is_taken_back(tmp_path: Path):
    async with owner(tmp_path) as ledger:
        await ledger.queue_versions("acme", [version("e")], Lane.LIVE)
        run = await ledger.take("acme", version("e").entry_id)
        plan = Plan((Step(StepKind.QUARANTINE), Step(StepKind.LOCK, {"token": "t"})), ("Eicar",))
        for record in await ledger.record_verdict(run, infected(run.version, "Eicar"), plan):
            detail = {"origin": run.version.path, "path": "/Q/e", "entry_id": "e2"}
            await ledger.record_step(run, record.id, StepResult(StepState.SUCCESS, detail))
        await ledger.finish(run, Outcome.JUDGED)
        (one,) = await ledger.undos.on_account_of("Eicar", signature=True, since=after(0))
        (row,) = await ledger.quarantined()
        assert (await ledger.undos.of_row(row), one.row, one.current_entry_id) == (one, row, "e2")
        order = await ledger.undos.begin(one, one.steps[1], by="jdoe", because="r", until=None)
        await ledger.undos.record(order.id, StepResult(StepState.SUCCESS))
        (left,) = await ledger.undos.on_account_of("Eicar", signature=True, since=after(0))
        assert [record.step.kind for record in left.steps] == [StepKind.QUARANTINE]
