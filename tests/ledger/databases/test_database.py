"""What the port promises, on each database."""

import asyncio
from functools import partial

import pytest

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.tables import tickets, work
from tests.ledger.world import content, queue, rows


async def test_an_act_that_raises_leaves_nothing_behind(database: Database):
    before = await database.run(content)

    def act(connection):
        queue(connection, "a")
        raise KeyError("a")

    for run in (database.run, database.run_beside):
        with pytest.raises(KeyError):
            await run(act)
    assert await database.run(content) == before


async def test_who_said_to_read_cannot_write(database: Database):
    with pytest.raises(LedgerUnavailable, match=r"readonly|read-only"):
        await database.read(lambda connection: queue(connection, "a"))
    assert await database.read(lambda c: rows(c, work, "entry_id")) == []


async def test_what_was_committed_is_read_with_its_ticket(database: Database):
    await database.run_beside(lambda connection: queue(connection, "a"))
    found = await database.read(lambda c: (rows(c, work, "entry_id"), rows(c, tickets, "entry_id")))
    assert found == ([("a",)], [("a",)])


async def test_many_acts_at_once_are_all_done(database: Database):
    await asyncio.gather(*(database.run(partial(queue_one, name=f"a{number}")) for number in range(20)))
    assert len(await database.read(lambda c: rows(c, work, "entry_id"))) == 20


def queue_one(connection, name: str) -> None:
    queue(connection, name)
