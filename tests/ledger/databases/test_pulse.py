"""A server that falls silent is noticed, by whoever waits for it; one that is slow is waited for."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from demo.postgres import PrivatePostgres
from scanner.errors import LedgerUnavailable
from scanner.ledger.databases import pulse, server
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.settings import LedgerSettings
from tests.cut_network import Way, way_to
from tests.ledger.databases.test_postgres import counted


@pytest.fixture
def way(postgres: PrivatePostgres) -> Iterator[Way]:
    with way_to(postgres.port) as way:
        yield way


@pytest_asyncio.fixture
async def far(
    postgres: PrivatePostgres, ledger_on_server: LedgerSettings, way: Way, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PostgresDatabase]:
    monkeypatch.setattr(pulse, "ASK_EVERY", 0.1)
    monkeypatch.setattr(pulse, "ANSWER", 1.0)
    monkeypatch.setattr(server, "CONNECT_TIMEOUT", 1.0)
    url = ledger_on_server.url.replace(f":{postgres.port}/", f":{way.port}/")
    found = PostgresDatabase(Server(LedgerSettings(url=url)))
    yield found
    await asyncio.wait_for(found.close(), 5)


@pytest.mark.parametrize("kind", ["run", "run_beside", "read"])
async def test_where_the_network_is_cut_whoever_waits_learns_it(far: PostgresDatabase, way: Way, kind: str):
    begun = asyncio.Event()

    def act(connection) -> None:
        connection.execute(text("SELECT 1"))
        begun.set()
        connection.execute(text("SELECT pg_sleep(0.5)"))

    await far.read(lambda connection: connection.execute(text("SELECT 1")))
    waiting = asyncio.create_task(getattr(far, kind)(act))
    await begun.wait()
    way.cut()
    began = time.monotonic()
    with pytest.raises(LedgerUnavailable):
        await asyncio.wait_for(waiting, 10)
    assert time.monotonic() - began < 0.1 + 1.0 + 2


async def test_one_that_waits_in_a_cut_network_holds_up_nobody_else(
    far: PostgresDatabase, way: Way, ledger_on_server: LedgerSettings
):
    def act(connection) -> None:
        counted(connection)
        way.cut()
        counted(connection)

    near = PostgresDatabase(Server(ledger_on_server))
    with pytest.raises(LedgerUnavailable):
        await far.run(act)
    await asyncio.wait_for(near.run(counted), 10)
    found = await near.read(lambda connection: connection.execute(text("SELECT cursor FROM feeds")).all())
    await near.close()
    assert [tuple(row) for row in found] == [(1,)]


async def test_a_silence_that_ends_in_time_is_none(far: PostgresDatabase, way: Way):
    waiting = asyncio.create_task(far.run(lambda connection: connection.execute(text("SELECT pg_sleep(0.4)"))))
    await asyncio.sleep(0.3)
    way.cut()
    await asyncio.sleep(0.4)
    way.heal()
    await asyncio.wait_for(waiting, 10)
    await far.run(counted)


async def test_a_long_answer_to_another_question_is_no_silence(far: PostgresDatabase):
    await far.run(lambda connection: connection.execute(text("SELECT pg_sleep(2.5)")))


async def test_of_a_server_that_was_given_up_nobody_waits_for_a_connection_until_it_answers(
    far: PostgresDatabase, way: Way
):
    await far.run(counted)
    way.cut()
    with pytest.raises(LedgerUnavailable):
        await far.run(counted)
    began = time.monotonic()
    with pytest.raises(LedgerUnavailable, match="no answer within"):
        await far.run(counted)
    assert time.monotonic() - began < 0.5
    way.heal()
    async with asyncio.timeout(10):
        while not await served(far):
            await asyncio.sleep(0.05)
    assert await far.read(lambda c: c.execute(text("SELECT cursor FROM feeds")).scalar_one()) == 2


async def served(database: PostgresDatabase) -> bool:
    try:
        await database.run(counted)
    except LedgerUnavailable:
        return False
    return True
