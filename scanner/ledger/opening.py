"""How a process gets at a ledger: as the service that works on it, or beside one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger import schema, server_schema
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import LOCKS, ORDERING, UNREACHABLE, Server, why
from scanner.ledger.databases.sqlite import BUSY, OrderLock, OwnerLock, SqliteDatabase
from scanner.ledger.dispatch import tickets
from scanner.settings import LedgerSettings

Release = Callable[[], None]


async def opened(settings: LedgerSettings, now: Callable[[], datetime], *, owner: bool) -> tuple[Database, Release]:
    """The database, and what is to be called after it was closed. The owner of a file makes its tables, and takes up
    what a dead process left; a database on a server has no owner. Raises LedgerUnavailable."""
    if settings.file is None:
        return await _on_server(settings, working=owner), _nothing
    if owner:
        return await _owned(settings.file, now)
    return await _beside(settings.file), _nothing


def unwritable(path: Path) -> Path | None:
    """Of a ledger on SQLite: the first of its folder and its files that we may not write to. It can be read all the
    same."""
    files = (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))
    there = (path.absolute().parent, *(file for file in files if file.exists()))
    return next((one for one in there if not os.access(one, os.W_OK)), None)


@asynccontextmanager
async def alone_with_orders(settings: LedgerSettings) -> AsyncIterator[None]:
    """While a person's order acts on files. Raises RetryLater while another is carried out."""
    if settings.file is None:
        async with _locked(Server(settings)):
            yield
        return
    lock = OrderLock(settings.file)
    try:
        yield
    finally:
        lock.release()


async def _on_server(settings: LedgerSettings, *, working: bool) -> Database:
    server = Server(settings)
    await server.check()
    database = PostgresDatabase(server)
    try:
        await (server_schema.check(database) if working else schema.check(database))
    except BaseException:
        await database.close()
        raise
    return database


async def _owned(path: Path, now: Callable[[], datetime]) -> tuple[Database, Release]:
    lock = OwnerLock(path)
    try:
        database = SqliteDatabase(path)
        try:
            schema.upgrade(database)
            database.run_here(lambda connection: tickets.reopen(connection, now()))
        except BaseException:
            await database.close()
            raise
    except BaseException:
        lock.release()
        raise
    return database, lock.release


async def _beside(path: Path) -> Database:
    if not path.exists():  # noqa: ASYNC240 -- one look, before anything else runs
        raise LedgerUnavailable(f"There is no ledger at {path} yet. Start `scanner run` once, or check ledger.url.")
    database = SqliteDatabase(path)
    try:
        await schema.check(database)
    except BaseException:
        await database.close()
        raise
    return database


@asynccontextmanager
async def _locked(server: Server) -> AsyncIterator[None]:
    """The lock ends with the session, and so with the process."""
    try:
        connection = await server.connect()
        taken = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCKS, ORDERING)
    except UNREACHABLE as error:
        raise LedgerUnavailable(f"{server.name}: {why(error)}") from error
    try:
        if not taken:
            raise RetryLater(BUSY)
        yield
    finally:
        await connection.close()


def _nothing() -> None:
    return
