"""Tickets in PgQueuer's table: one for each work, in the transaction that writes the work."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.dispatch import server_tickets, tickets
from scanner.ledger.work import working
from scanner.model import EntryId, Lane
from scanner.settings import LedgerSettings
from tests.ledger.world import NOON, after, queue, took

LOOK = "SELECT dedupe_key, entrypoint, priority, status::text, execute_after = now() FROM pgqueuer ORDER BY id"


@pytest_asyncio.fixture
async def server(ledger_on_server: LedgerSettings) -> AsyncIterator[PostgresDatabase]:
    found = PostgresDatabase(Server(ledger_on_server))
    yield found
    await found.close()


def looked(connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(LOOK))]


async def test_a_ticket_is_written_with_its_work_once_and_by_lane(server: PostgresDatabase):
    def act(connection):
        queue(connection, "a", "a")
        queue(connection, "b", lane=Lane.BACKFILL)
        return looked(connection)

    assert await server.run(act) == [
        ("acme\na", "acme", -10, "queued", True),
        ("acme\nb", "acme", -40, "queued", True),
    ]


async def test_a_transaction_that_is_undone_leaves_no_ticket(server: PostgresDatabase):
    def act(connection):
        queue(connection, "a")
        raise KeyError

    with pytest.raises(KeyError):
        await server.run(act)
    assert await server.run(looked) == []


async def test_one_put_back_is_a_new_one_so_that_the_last_words_of_its_worker_miss_it(server: PostgresDatabase):
    def act(connection):
        queue(connection, "a")
        before = connection.execute(text("SELECT id FROM pgqueuer")).scalar_one()
        connection.execute(text("UPDATE pgqueuer SET status = 'picked', slot = 0"))
        tickets.put_back(connection, "acme", EntryId("a"), after(30), suspect=True)
        row = connection.execute(text("SELECT id, status::text, slot, entrypoint FROM pgqueuer")).one()
        return row.id > before, tuple(row)[1:]

    assert await server.run(act) == (True, ("queued", None, "suspect"))


async def test_the_end_of_the_work_is_that_of_its_ticket_and_lost_ones_are_made_again(server: PostgresDatabase):
    def act(connection):
        run = took(connection, "a")
        connection.execute(text("DELETE FROM pgqueuer"))
        made = tickets.reconcile(connection), len(looked(connection)), tickets.reconcile(connection)
        working.finish(connection, run, working.Outcome.JUDGED, None, NOON)
        return made, looked(connection)

    assert await server.run(act) == ((1, 1, 0), [])


async def test_the_queue_s_log_of_claims_long_past_is_dropped(server: PostgresDatabase):
    def act(connection):
        put = "INSERT INTO pgqueuer_log (created, job_id, status, priority, entrypoint) VALUES "
        old = "(now() - interval '2 hours', 1, 'picked', 0, 'acme')"
        connection.execute(text(f"{put} {old}, (now(), 2, 'picked', 0, 'acme')"))
        dropped = server_tickets.prune_log(connection), server_tickets.prune_log(connection)
        return dropped, connection.execute(text("SELECT job_id FROM pgqueuer_log")).scalars().all()

    assert await server.run(act) == ((1, 0), [2])
