"""A real PostgreSQL for the tests: one server for each worker, one database for each test, copied from one at today's
schema."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from demo.postgres import PrivatePostgres, private_postgres
from demo.postgres import asked as postgres_asked
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.server_schema import migrate
from scanner.settings import LedgerSettings

T = TypeVar("T")
TEMPLATE = "ledger"
_NUMBERS = count(1)
TICKETS = r"""
CREATE VIEW tickets AS
SELECT id, split_part(dedupe_key, E'\n', 1) AS domain, split_part(dedupe_key, E'\n', 2) AS entry_id, entrypoint,
    -priority AS rank, queue_manager_id::text AS manager, extract(epoch FROM heartbeat)::float8 AS heartbeat,
    extract(epoch FROM execute_after)::float8 AS execute_after,
    CASE WHEN status = 'picked' THEN 'picked'
         WHEN execute_after >= '9999-01-01' THEN 'held'
         WHEN execute_after IN (created, updated) THEN 'queued'
         ELSE 'waiting' END AS status
FROM pgqueuer
"""
"""PgQueuer's tickets in the form of ours, for tests that look at them."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """The server, with an empty ledger to copy from."""
    with private_postgres() as server:
        ask(server, f"CREATE DATABASE {TEMPLATE}")
        _now(lambda: _migrated(settings_of(server, TEMPLATE)))
        ask(server, "ALTER TABLE tickets RENAME TO tickets_of_files", TEMPLATE)
        ask(server, TICKETS, TEMPLATE)
        yield server


@pytest.fixture
def ledger_on_server(postgres: PrivatePostgres) -> Iterator[LedgerSettings]:
    with new_ledger(postgres) as place:
        yield place


@contextmanager
def new_ledger(server: PrivatePostgres) -> Iterator[LedgerSettings]:
    """An empty ledger at today's schema, dropped at the end."""
    name = f"test_{next(_NUMBERS)}"
    ask(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        yield settings_of(server, name)
    finally:
        ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def settings_of(server: PrivatePostgres, database: str) -> LedgerSettings:
    return LedgerSettings(url=server.url(database))


def ask(server: PrivatePostgres, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
    """One statement as the server's owner."""
    return asked(server.url(database), statement)


def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    """One statement, with what it gives."""
    return _now(lambda: postgres_asked(url, statement))


def _now(act: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """On a loop of its own: a fixture may be made while the test's runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(act())).result()


async def _migrated(settings: LedgerSettings) -> None:
    database = PostgresDatabase(Server(settings))
    await migrate(database)
    await database.close()


class Apart(Database):
    """A ledger's transactions on a loop of its own, so that a test that is none can wait for them."""

    shared = True

    def __init__(self, settings: LedgerSettings) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._inner = PostgresDatabase(Server(settings))
        self.name = self._inner.name

    def run_here(self, act: Callable[[Connection], T]) -> T:
        return asyncio.run_coroutine_threadsafe(self._inner.run(act), self._loop).result()

    async def run(self, act: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._inner.run(act), self._loop))

    async def run_beside(self, act: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._inner.run_beside(act), self._loop))

    async def read(self, act: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._inner.read(act), self._loop))

    async def close(self) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._inner.close(), self._loop))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
