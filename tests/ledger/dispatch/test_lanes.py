"""Tickets by lane and by what a person said of them, on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import literal, select

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import lanes, tickets
from scanner.ledger.tables import work
from scanner.ledger.work import working
from scanner.model import EntryId, Lane
from tests.ledger.world import NOON, after, new_database, queue
from tests.postgres import Apart


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    on_file = request.param == "sqlite"
    found = new_database(tmp_path) if on_file else Apart(request.getfixturevalue("ledger_on_server"))
    yield found
    await found.close()


def filled(connection) -> None:
    queue(connection, "live")
    queue(connection, "a", "b", "c", lane=Lane.BACKFILL)
    queue(connection, "other", lane=Lane.BACKFILL, domain="bolt")
    tickets.put_back(connection, "acme", EntryId("c"), NOON, suspect=True)


def counted(connection) -> tuple[int, int, list[str]]:
    held = select(work.c.entry_id).where(lanes.is_held(connection)).order_by(work.c.entry_id)
    waiting = lanes.waiting(connection, "acme", Lane.BACKFILL)
    return waiting, lanes.there(connection, "acme", Lane.BACKFILL), list(connection.scalars(held))


async def test_a_lane_that_is_held_is_there_and_does_not_wait_and_suspects_go_on(either: Database):
    def act(connection):
        filled(connection)
        before = counted(connection)
        lanes.hold(connection, "acme", Lane.BACKFILL)
        during = counted(connection)
        lanes.let_go(connection, "acme", NOON)
        return before, during, counted(connection)

    assert await either.run(act) == ((2, 3, []), (0, 3, ["a", "b"]), (2, 3, []))


async def test_what_is_wanted_sooner_is_due_and_what_is_held_or_due_stays(either: Database):
    def act(connection):
        filled(connection)
        for name in ("live", "a"):
            tickets.put_back(connection, "acme", EntryId(name), after(10**9), suspect=False)
        tickets.put_back(connection, "bolt", EntryId("other"), after(10**9), suspect=False)
        lanes.hold(connection, "acme", Lane.BACKFILL)
        wanted = [literal("acme\nlive"), literal("acme\na"), literal("acme\nb")]
        return lanes.hasten(connection, NOON, lambda key: key.in_(wanted))

    assert await either.run(act) == 1


async def test_a_ticket_is_there_until_it_was_taken_and_dropped(either: Database):
    def act(connection):
        tickets.put(connection, "acme", EntryId("probe"), Lane.LIVE, NOON)
        before = lanes.is_there(connection, "acme", EntryId("probe"))
        assert working.take(connection, "acme", EntryId("probe")) is None
        return before, lanes.is_there(connection, "acme", EntryId("probe"))

    assert await either.run(act) == (True, False)
