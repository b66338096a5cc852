"""A ledger on PostgreSQL, for one replica or many.

On SQLite there is one writer. Here an act of `run` holds an advisory lock until its transaction ends, which comes to
the same over all replicas: the chain of the audit, brakes, holds, the budget, walks and orders read first and write
then, and need no guard of their own. Acts of `run_beside` (claim, verdict of a clean version, waiting, heartbeat) go
without it, as they change single rows under a run token. Where PostgreSQL ends one of two that wait for each other, it
runs once more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.pulse import Pulse
from scanner.ledger.databases.server import LOCKS, UNREACHABLE, WRITING, Server, why

T = TypeVar("T")
POOL = 4
"""Connections kept open; as many again come and go."""
MOST_TRIES = 5
FROZEN = 5.0
"""Seconds for which a transaction that writes may do nothing. Then the server ends it: a replica that hangs in one
would hold up all others. Less than until its offices are another's (`seats.SILENCE`), who finds nothing locked then."""
_AT_LEISURE = text("SET LOCAL idle_in_transaction_session_timeout = 0")
"""For one that only reads, and may think long about what it got; nobody waits for it."""
_ALONE = text(f"SELECT pg_advisory_xact_lock({LOCKS}, {WRITING})")
_AGAIN = ("40001", "40P01", "23505")
"""Broken off because of another transaction: serialization failure, deadlock, and a key that both wanted to make."""


class PostgresDatabase(Database):
    """Transactions on one database."""

    shared = True

    def __init__(self, server: Server) -> None:
        """Opens nothing yet."""
        self.server = server
        self.name = server.name
        self._engine = _engine(server)
        self._alone = asyncio.Lock()
        self._running: set[asyncio.Task[object]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def run(self, act: Callable[[Connection], T]) -> T:
        return await self._to_its_end(act, alone=True)

    async def run_beside(self, act: Callable[[Connection], T]) -> T:
        return await self._to_its_end(act, alone=False)

    async def run_once(self, act: Callable[[Connection], T]) -> T:
        """Like `run`, but `act` runs no second time: for a long one. To break it off let it raise; its caller must not
        be cancelled. Raises LedgerUnavailable."""
        async with self._told():
            return await self._once(act, alone=True)

    async def read(self, act: Callable[[Connection], T]) -> T:
        async with self._told(), self._engine.connect() as connection:
            asked = await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with asked.begin():
                await asked.execute(_AT_LEISURE)
                return await asked.run_sync(act)

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait((self._watching,))
        await self._engine.dispose()

    async def _to_its_end(self, act: Callable[[Connection], T], *, alone: bool) -> T:
        task = asyncio.create_task(self._whole(act, alone=alone))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # Its caller may be gone.

    async def _whole(self, act: Callable[[Connection], T], *, alone: bool) -> T:
        async with self._told():
            for left in range(MOST_TRIES - 1, -1, -1):
                try:
                    return await self._once(act, alone=alone)
                except DBAPIError as error:
                    if left == 0 or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                        raise
            raise AssertionError("not reached")

    async def _once(self, act: Callable[[Connection], T], *, alone: bool) -> T:
        if not alone:
            async with self._engine.begin() as connection:
                return await connection.run_sync(act)
        # Waited for here first: who waits in the database takes up a connection.
        async with self._alone, self._engine.begin() as connection:
            await connection.execute(_ALONE)
            return await connection.run_sync(act)

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        if self._watching is None:
            self._watching = asyncio.create_task(Pulse(self.server).watch())
        try:
            yield
        except DBAPIError as error:
            raise LedgerUnavailable(f"{self.name}: {error.orig}") from error
        except UNREACHABLE as error:
            raise LedgerUnavailable(f"{self.name}: {why(error)}") from error


def _engine(server: Server) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(server.connect, idle_in_transaction_session_timeout=f"{FROZEN * 1000:.0f}"),
        pool_size=POOL,
        max_overflow=POOL,
        pool_pre_ping=True,
    )
    event.listen(engine.sync_engine, "before_cursor_execute", _storable, retval=True)
    return engine


def _storable(*event: Any) -> tuple[str, object]:
    """PostgreSQL takes no NUL in a text, and a hostile name may hold one: it is stored and looked for as what stands
    for a character that cannot be shown."""
    _, _, statement, parameters, _, many = event
    return statement, [storable(one) for one in parameters] if many else storable(parameters)


def storable(values: tuple[object, ...]) -> tuple[object, ...]:
    """A row as it is stored here."""
    if not any(isinstance(one, str) and "\0" in one for one in values):
        return values
    return tuple(one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in values)
