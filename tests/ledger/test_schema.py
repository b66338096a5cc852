"""The migrations make exactly the tables, and other schemas are told apart."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from scanner.errors import LedgerUnavailable
from scanner.ledger import schema
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.sqlite import SqliteDatabase
from scanner.ledger.tables import Base
from tests.ledger.world import ON_FILE, content, queue


def differences(connection):
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return compare_metadata(context, Base.metadata)


@ON_FILE
def test_the_migrations_make_exactly_the_tables(database: Database):
    assert database.run_here(differences) == []


@ON_FILE
def test_the_comparison_sees_what_is_missing(database: Database):
    database.run_here(lambda connection: connection.execute(text("ALTER TABLE feeds DROP COLUMN epoch")))
    assert [found[0] for found in database.run_here(differences)] == ["add_column"]


@ON_FILE
def test_the_keys_are_those_of_the_tables(database: Database):
    """Which alembic does not compare."""

    def keys(connection):
        found = inspect(connection)
        return {name: found.get_pk_constraint(name)["constrained_columns"] for name in Base.metadata.tables}

    expected = {name: [column.name for column in table.primary_key] for name, table in Base.metadata.tables.items()}
    assert database.run_here(keys) == expected
    assert expected["events"] == ["domain", "epoch", "event_id"]


def test_an_upgrade_of_todays_schema_changes_nothing(database: Database):
    database.run_here(lambda connection: queue(connection, "e"))
    before = database.run_here(content)
    schema.upgrade(database)
    asyncio.run(schema.check(database))
    assert database.run_here(content) == before


async def test_a_failed_upgrade_leaves_no_half_schema(tmp_path: Path):
    database = SqliteDatabase(tmp_path / "ledger.db")
    database.run_here(lambda connection: connection.execute(text("CREATE TABLE work (x)")))
    with pytest.raises(LedgerUnavailable, match="table work already exists"):
        schema.upgrade(database)
    assert database.run_here(lambda connection: inspect(connection).get_table_names()) == ["work"]
    await database.close()


@pytest.mark.parametrize("act", [schema.upgrade, lambda database: asyncio.run(schema.check(database))])
def test_a_newer_schema_that_leaves_no_room_for_older_programs_is_refused(database: Database, act):
    newer(database, floor="9998")
    with pytest.raises(LedgerUnavailable, match=r"was written by a newer version of scanner \(schema 9999\)\. Use"):
        act(database)


@pytest.mark.parametrize("act", [schema.upgrade, lambda database: asyncio.run(schema.check(database))])
def test_a_newer_schema_on_which_this_program_still_works_is_worked_on_and_stays(database: Database, act):
    newer(database, floor="0021")
    before = database.run_here(content)
    act(database)
    assert database.run_here(content) == before


def newer(database: Database, floor: str) -> None:
    """As a later version leaves it that can be worked on by programs from `floor` on."""
    database.run_here(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9999'")))
    database.run_here(lambda connection: connection.execute(text(f"UPDATE floor SET revision='{floor}'")))


async def test_an_older_schema_is_told_and_left_as_it_is(tmp_path: Path):
    database = SqliteDatabase(tmp_path / "ledger.db")
    with pytest.raises(LedgerUnavailable, match=r"holds no ledger yet. Start `scanner run` of this version once"):
        await schema.check(database)
    assert database.run_here(lambda connection: inspect(connection).get_table_names()) == []
    await database.close()


@ON_FILE
def test_the_way_back_leaves_nothing(database: Database):
    def down(connection):
        config = schema._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    assert database.run_here(down) == ["alembic_version"]
