"""Migrating a ledger on order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from scanner.ledger import schema, server_schema
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.databases.sqlite import OwnerLock, SqliteDatabase
from scanner.settings import LedgerSettings


@dataclass(frozen=True, slots=True)
class Migration:
    """What became of it."""

    ledger: str
    before: str | None
    """The schema found; None in an empty one."""
    schema: str | None
    changed: bool


async def migrate_ledger(settings: LedgerSettings) -> Migration:
    """Raises LedgerUnavailable, also where a service works on the file."""
    if settings.file is not None:
        return await _file(settings)
    server = Server(settings)
    await server.check()
    database = PostgresDatabase(server)
    try:
        done = await server_schema.migrate(database)
    finally:
        await database.close()
    return Migration(server.name, done.before, done.after, done.before != done.after or done.queue > 0)


async def _file(settings: LedgerSettings) -> Migration:
    lock = OwnerLock(settings.path)
    try:
        database = SqliteDatabase(settings.path)
        try:
            before, after = await database.run(partial(schema.upgrade_on, name=database.name))
        finally:
            await database.close()
    finally:
        lock.release()
    return Migration(str(settings.path), before, after, before != after)
