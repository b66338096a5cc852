"""Offices that one replica holds at a time: the feed of a domain, and what is done once for all of them.

Each is an advisory lock on PostgreSQL, held by one session of the replica. It ends with the process, at once; and where
the process hangs, or its machine is gone, the server ends the session that has fallen silent. Whoever comes back from
that learns it at its next look. Two at the same office for that long do no harm, but for calls made twice: what a feed
or a walk writes, it writes where nobody has yet."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType
from typing import Any, Protocol

import structlog

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.server import CONNECT_TIMEOUT, LOCKS, UNREACHABLE, Server, why

log = structlog.get_logger("scanner.ledger")

Office = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set."""
Bell = Callable[[], None]
"""What an office does when it is called."""
NO_BELLS: Mapping[str, Bell] = MappingProxyType({})
CALLS = "scanner_offices"
"""The channel of PostgreSQL on which offices are called."""
OFFICES = LOCKS + 1
"""The first half of the locks' keys."""
LOOK_EVERY = 2.0
"""Seconds from one look to the next: whether a seat is free, and whether ours are ours."""
SILENCE = 6.0
"""Seconds of silence after which the server ends our session; with a look more, an office is taken over in less than
ten."""


def office_of_feed(domain: str) -> str:
    """At which a domain's feed is followed."""
    return f"feed:{domain}"


class Seats(Protocol):
    """Who holds which office."""

    async def serve(
        self, offices: Mapping[str, Office], stop: asyncio.Event, bells: Mapping[str, Bell] = NO_BELLS
    ) -> None:
        """Work at each office that falls to us, until `stop`. What an office raises ends all of them. `bells`: of those
        that another replica may call."""
        ...

    async def call(self, name: str) -> None:
        """Ring where another replica is at this office; where nobody is, nobody hears it. Raises LedgerUnavailable."""
        ...

    def one(self, name: str) -> AbstractAsyncContextManager[bool]:
        """An office for the length of a command; gives whether nobody else held it. Raises LedgerUnavailable."""
        ...


class OwnSeats:
    """Of the one service that works on a file: all are its own."""

    async def serve(
        self, offices: Mapping[str, Office], stop: asyncio.Event, bells: Mapping[str, Bell] = NO_BELLS
    ) -> None:
        async with asyncio.TaskGroup() as group:
            for office in offices.values():
                group.create_task(_at(office, stop))

    async def call(self, name: str) -> None:
        """There is no other replica."""

    @asynccontextmanager
    async def one(self, name: str) -> AsyncIterator[bool]:
        yield True


class ServerSeats:
    """Among replicas."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.held: frozenset[str] = frozenset()
        """Those that are ours, as far as we know."""

    async def serve(
        self, offices: Mapping[str, Office], stop: asyncio.Event, bells: Mapping[str, Bell] = NO_BELLS
    ) -> None:
        while not stop.is_set():
            try:
                connection = await self._server.connect(idle_session_timeout=f"{SILENCE * 1000:.0f}")
            except UNREACHABLE as error:
                log.warning("seats.waiting", reason=f"{self._server.name}: {why(error)}")
                await _rest(stop)
                continue
            try:
                await self._session(connection, offices, stop, bells)
            finally:
                connection.terminate()

    async def call(self, name: str) -> None:
        if name in self.held:
            return
        try:
            connection = await self._server.connect()
            try:
                await connection.execute("SELECT pg_notify($1, $2)", CALLS, name, timeout=CONNECT_TIMEOUT)
            finally:
                connection.terminate()
        except UNREACHABLE as error:
            raise LedgerUnavailable(f"{self._server.name}: {why(error)}") from error

    @asynccontextmanager
    async def one(self, name: str) -> AsyncIterator[bool]:
        try:
            connection = await self._server.connect()
            taken = await _taken(connection, [name])
        except UNREACHABLE as error:
            raise LedgerUnavailable(f"{self._server.name}: {why(error)}") from error
        try:
            yield bool(taken)
        finally:
            connection.terminate()

    async def _session(
        self, connection: Any, offices: Mapping[str, Office], stop: asyncio.Event, bells: Mapping[str, Bell]
    ) -> None:
        """Until `stop`, or until the session is lost; gives up its seats when nobody works at them any more."""
        over = asyncio.Event()

        def called(*told: Any) -> None:
            name = told[-1]
            if name in self.held and name in bells:
                bells[name]()

        try:
            async with asyncio.TaskGroup() as group:
                try:
                    await connection.add_listener(CALLS, called)
                    while not stop.is_set():
                        for name in await _taken(connection, [name for name in offices if name not in self.held]):
                            self.held |= {name}
                            log.info("seats.taken", office=name)
                            group.create_task(_at(offices[name], over))
                        await _rest(stop)
                except UNREACHABLE as error:
                    log.warning("seats.lost", offices=sorted(self.held), reason=why(error, SILENCE))
                finally:
                    over.set()
        finally:
            self.held = frozenset()


async def _taken(connection: Any, wanted: list[str]) -> list[str]:
    """Which of them are ours from now on. Asked also where none is wanted, so that the session does not fall silent."""
    async with asyncio.timeout(SILENCE):
        rows = await connection.fetch(
            "SELECT name FROM unnest($1::text[], $2::int[]) AS wanted (name, key) WHERE pg_try_advisory_lock($3, key)",
            wanted,
            [_key(name) for name in wanted],
            OFFICES,
        )
    return [row["name"] for row in rows]


def _key(name: str) -> int:
    """The second half of a lock's key, which is a signed number of four bytes."""
    return zlib.crc32(name.encode()) - 2**31


async def _at(office: Office, over: asyncio.Event) -> None:
    await office(over)


async def _rest(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), LOOK_EVERY)
    except TimeoutError:
        return
