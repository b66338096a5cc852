"""Brings a database on PostgreSQL to the schema of this program: the ledger's tables, and those of its queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries

from scanner.errors import LedgerUnavailable
from scanner.ledger import schema
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import LOCKS, MIGRATING, UNREACHABLE, why


class Migrated(NamedTuple):
    """What a migration did."""

    before: str | None
    """The schema found; None in an empty database."""
    after: str | None
    queue: int
    """Statements that the queue's own tables took."""


async def migrate(database: PostgresDatabase) -> Migrated:
    """One at a time; a second finds nothing to do. Raises LedgerUnavailable, also for a schema newer than this
    program."""
    async with _direct(database) as connection:
        await connection.execute("SELECT pg_advisory_lock($1, $2)", LOCKS, MIGRATING)
        before, after = await database.run(partial(schema.upgrade_on, name=database.name))
        return Migrated(before, after, await _migrate_queue(Queries(AsyncpgDriver(connection))))


async def _migrate_queue(queries: Queries) -> int:
    if not await queries.schema_is_installed():
        await queries.install()
        return 1
    return len((await queries.apply_upgrade()).statements)


async def check(database: PostgresDatabase) -> None:
    """Raises LedgerUnavailable unless both are exactly this program's."""
    await schema.check(database)
    async with _direct(database) as connection:
        queries = Queries(AsyncpgDriver(connection))
        if not await queries.schema_is_installed() or (await queries.plan_upgrade()).statements:
            raise LedgerUnavailable(f"{database.name} has an older schema of the queue. {schema.MIGRATE}")


@asynccontextmanager
async def _direct(database: PostgresDatabase) -> AsyncIterator[Any]:
    try:
        connection = await database.server.connect()
        try:
            yield connection
        finally:
            await connection.close()
    except UNREACHABLE as error:
        raise LedgerUnavailable(f"{database.name}: {why(error)}") from error
