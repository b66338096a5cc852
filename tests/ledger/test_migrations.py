"""Every earlier schema comes to today's with all its rows, and back again with all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    insert,
    select,
)

from demo.postgres import PrivatePostgres
from scanner.ledger import schema
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.databases.sqlite import SqliteDatabase
from tests.ledger.test_server_schema import differences
from tests.postgres import ask, settings_of

REVISIONS = [one.revision for one in ScriptDirectory.from_config(schema._config()).walk_revisions()][::-1]
Rows = dict[str, list[dict[str, Any]]]


def on_both() -> list[Any]:
    """On PostgreSQL from the first alone, unless `make faults` is asked: each takes a second there."""
    on_file = [("sqlite", revision) for revision in REVISIONS]
    on_server = [
        pytest.param("postgresql", revision, marks=[pytest.mark.long] if number else [])
        for number, revision in enumerate(REVISIONS)
    ]
    return [*on_file, *on_server]


@asynccontextmanager
async def empty(kind: str, folder: Path, postgres: PrivatePostgres) -> AsyncIterator[Database]:
    if kind == "sqlite":
        database: Database = SqliteDatabase(folder / "ledger.db")
    else:
        ask(postgres, "CREATE DATABASE migrated")
        database = PostgresDatabase(Server(settings_of(postgres, "migrated")))
    try:
        yield database
    finally:
        await database.close()
        if kind != "sqlite":
            ask(postgres, "DROP DATABASE migrated WITH (FORCE)")


@pytest.mark.parametrize(("kind", "revision"), on_both())
async def test_an_earlier_schema_comes_to_todays_and_back_with_all_its_rows(
    kind: str, revision: str, tmp_path: Path, postgres: PrivatePostgres
) -> None:
    async with empty(kind, tmp_path, postgres) as database:
        await database.run(partial(go, command.upgrade, revision))
        await database.run(fill)
        before = await database.run(rows)

        await database.run(partial(schema.upgrade_on, name="it"))

        assert await database.run(differences) == []
        after = await database.run(rows)
        assert {name: of(after[name], before[name]) for name in before} == before
        assert all(len(found) == 2 for found in before.values())

        await database.run(partial(go, command.downgrade, revision))
        assert await database.run(rows) == before

        await database.run(partial(schema.upgrade_on, name="it"))
        assert await database.run(differences) == []


def go(way: Any, revision: str, connection: Connection) -> None:
    config = schema._config()
    config.attributes["connection"] = connection
    way(config, revision)


def tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for name, table in sorted(found.tables.items()) if name not in ("alembic_version", "floor")]


def fill(connection: Connection) -> None:
    """Two rows for each table: one with a value in every column, one with as few as may be."""
    for table in tables(connection):
        for number in (1, 2):
            connection.execute(insert(table), {one.name: value(table, one, number) for one in table.columns})


def value(table: Table, column: Column[Any], number: int) -> Any:
    if table.name == "audit" and column.name in ("prev_hash", "hash"):
        return str(number - (column.name == "prev_hash")) * 64
    if column.nullable and number == 2:
        return None
    kinds: list[tuple[Any, Any]] = [
        (JSON, {"number": number, "none": None}),
        (DateTime, datetime(2026, 5, number, 12, 30, 1, 7, UTC).replace(tzinfo=None)),
        (Date, date(2026, 5, number)),
        (Boolean, number == 1),
        (LargeBinary, bytes([0, number])),
    ]
    for kind, one in kinds:
        if isinstance(column.type, kind):
            return one
    text = column.type.python_type is str
    return f"{column.name} {number}" if text else number + 0.5 if isinstance(column.type, Numeric) else number


def rows(connection: Connection) -> Rows:
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in tables(connection)
    }


def of(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same columns of as many rows."""
    names = wanted[0].keys()
    return [{name: row[name] for name in names} for row in found]
