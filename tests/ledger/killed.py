"""A service that records pages and works on versions until it is killed. Run as a program by test_ledger.py."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from scanner.ledger.ledger import Ledger
from scanner.model import Cursor, EntryId, Outcome, Plan, Step, StepKind, StepResult, StepState
from tests.ledger.world import event, infected, now, queue_all, settings

PAGE = 5


async def main(folder: Path) -> None:
    ledger = await Ledger.open(settings(folder), now, owner=True)
    state = await ledger.feed_state("acme")
    cursor = state.cursor if state else 0
    print("open", flush=True)
    while True:
        page = [event(number, f"e{number}") for number in range(cursor + 1, cursor + 1 + PAGE)]
        cursor = page[-1].id
        await ledger.record_page("acme", page, Cursor(cursor), queue_all)
        for one in page[:-1]:  # the last of each page stays open
            await settle(ledger, EntryId(f"e{one.id}"))


async def settle(ledger: Ledger, entry_id: EntryId) -> None:
    run = await ledger.take("acme", entry_id)
    assert run is not None
    plan = Plan((Step(StepKind.COMMENT, {"body": "x"}), Step(StepKind.QUARANTINE)))
    for step in await ledger.record_verdict(run, infected(run.version, "Eicar"), plan):
        await ledger.begin_step(run, step.id)
        await ledger.record_step(run, step.id, StepResult(StepState.SUCCESS))
    await ledger.finish(run, Outcome.JUDGED)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
