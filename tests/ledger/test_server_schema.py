"""A database is migrated by a command, once, and another schema is refused by all."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from demo.postgres import PrivatePostgres
from scanner.errors import LedgerUnavailable
from scanner.ledger import server_schema
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.tables import Base
from tests.postgres import ask, settings_of


@pytest.fixture
def empty(postgres: PrivatePostgres):
    ask(postgres, "CREATE DATABASE empty")
    yield settings_of(postgres, "empty")
    ask(postgres, "DROP DATABASE empty WITH (FORCE)")


def queue_tables(kind: str, name: str) -> bool:
    return not (kind == "table" and name is not None and name.startswith("pgqueuer"))


def differences(connection):
    context = MigrationContext.configure(
        connection, opts={"include_name": lambda name, kind, _: queue_tables(kind, name), "compare_type": True}
    )
    return compare_metadata(context, Base.metadata)


async def test_two_at_once_make_one_schema_which_is_exactly_the_tables(empty):
    first, second = PostgresDatabase(Server(empty)), PostgresDatabase(Server(empty))
    done = await asyncio.gather(server_schema.migrate(first), server_schema.migrate(second))
    assert sorted((one.before is None, one.queue) for one in done) == [(False, 0), (True, 1)]
    await server_schema.check(first)
    assert await first.run(differences) == []
    await first.close()
    await second.close()


async def test_an_empty_database_is_refused_with_the_command_that_helps(empty):
    database = PostgresDatabase(Server(empty))
    with pytest.raises(LedgerUnavailable, match=r"/empty holds no ledger yet\. Run `scanner ledger migrate`"):
        await server_schema.check(database)
    await database.close()


async def test_replicas_of_one_version_go_on_beside_the_schema_of_the_next(ledger_on_server):
    database = PostgresDatabase(Server(ledger_on_server))
    await database.run(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    await server_schema.check(database)
    done = await server_schema.migrate(database)

    assert (done.before, done.after, done.queue) == ("9999", "9999", 0)
    await database.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "WITH later AS (UPDATE alembic_version SET version_num = '9999') UPDATE floor SET revision = '9998'",
            "was written by a newer version of scanner",
        ),
        ("UPDATE alembic_version SET version_num = '0001'", "has an older schema. Run `scanner ledger migrate`"),
        ("DROP INDEX pgqueuer_picked_slot_idx", "has an older schema of the queue. Run `scanner ledger migrate`"),
    ],
)
async def test_another_schema_is_refused(ledger_on_server, change: str, said: str):
    database = PostgresDatabase(Server(ledger_on_server))
    await database.run(lambda connection: connection.execute(text(change)))
    with pytest.raises(LedgerUnavailable, match=said):
        await server_schema.check(database)
    await database.close()
