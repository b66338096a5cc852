"""A service that records pages and works on versions until it is killed. Run as a program by test_ledger.py.

With a number it is killed that often, by SIGKILL, before its first, second, third … statement: processes forked from
one that has imported everything, each on the file that the one before left.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import event as on

from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.ledger import Ledger
from scanner.ledger.tables import events, feeds, steps, tickets, verdicts, work
from scanner.model import Cursor, EntryId, Outcome, Plan, Step, StepKind, StepResult, StepState
from tests.ledger.world import event, infected, new_database, now, queue_all, rows, settings

PAGE = 5


async def serve(folder: Path) -> None:
    ledger = await Ledger.open(settings(folder), now, owner=True)
    state = await ledger.feed_state("acme")
    cursor = state.cursor if state else 0
    print("open", flush=True)
    while True:
        page = [event(number, f"e{number}") for number in range(cursor + 1, cursor + 1 + PAGE)]
        cursor = Cursor(page[-1].id)
        await ledger.record_page("acme", page, cursor, queue_all)
        for one in page[:-1]:  # the last of each page stays open
            await settle(ledger, EntryId(f"e{one.id}"))
            print(one.id, flush=True)


async def settle(ledger: Ledger, entry_id: EntryId) -> None:
    run = await ledger.take("acme", entry_id)
    assert run is not None
    plan = Plan((Step(StepKind.COMMENT, {"body": "x"}), Step(StepKind.QUARANTINE)))
    for step in await ledger.record_verdict(run, infected(run.version, "Eicar"), plan):
        await ledger.begin_step(run, step.id)
        await ledger.record_step(run, step.id, StepResult(StepState.SUCCESS))
    await ledger.finish(run, Outcome.JUDGED)


def whole(connection) -> int:
    """Raises unless cursor, events, work and tickets tell one story. Gives the cursor."""
    ((cursor,),) = rows(connection, feeds, "cursor") or [(0,)]
    numbers = list(range(1, cursor + 1))
    assert [row[0] for row in rows(connection, events, "event_id")] == numbers
    assert {row[0] for row in rows(connection, work, "entry_id")} == {f"e{number}" for number in numbers}
    states = rows(connection, work, "entry_id", "state", "outcome", "token", "verdict_id")
    assert {row[0] for row in rows(connection, tickets, "entry_id")} == {row[0] for row in states if row[1] != "done"}
    assert {row[2:4] for row in states if row[1] == "done"} <= {("judged", None)}
    judged = {row[0] for row in states if row[4]}
    assert {row[0] for row in rows(connection, verdicts, "entry_id")} == judged
    planned = rows(connection, steps, "entry_id", "state")
    assert len(planned) == 2 * len(judged)
    done = {row[0] for row in states if row[1] == "done"}
    assert {state for name, state in planned if name in done} <= {"success"}
    return cursor


def forked(act: Callable[[], Any]) -> int:
    """Runs it in a process of its own; gives how that ended, as `waitpid` does."""
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    return os.waitpid(child, 0)[1]


def die_before(statement: int, folder: Path) -> None:
    numbers = count(1)

    @on.listens_for(Engine, "before_cursor_execute")
    def die(*_: object) -> None:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    asyncio.run(serve(folder))


def check(folder: Path) -> None:
    database = SqliteDatabase(folder / "ledger.db")
    database.run_here(whole)
    print("whole", flush=True)


def main(folder: Path, kills: int) -> None:
    forked(lambda: new_database(folder))
    for kill in range(1, kills + 1):
        assert forked(lambda kill=kill: die_before(kill, folder)) == signal.SIGKILL
        forked(lambda: check(folder))


if __name__ == "__main__":
    if sys.argv[2:]:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        asyncio.run(serve(Path(sys.argv[1])))
