"""Connections to the PostgreSQL that keeps a ledger, and a check that nothing stands between that would break them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import asyncpg

from scanner.errors import LedgerUnavailable
from scanner.settings import LedgerSettings

CONNECT_TIMEOUT = 10.0
LONGEST_PASSWORD = 4_096
OLDEST = 14
"""The first version of PostgreSQL that ends sessions which have fallen silent: without it, a replica that hangs would
keep others from leading."""
LOCKS = 0x5CA11
"""The first half of our advisory locks' keys; the second is one of these, or made of a name in `seats`."""
WRITING, MIGRATING, ORDERING = 1, 2, 3
# Of the last kind is what a session says that the server ended while we were frozen: its farewell came unasked.
UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Given:
    """By what a person named a database, for what is said of it."""

    url: str = "ledger.url"
    password_file: str = "ledger.password_file"  # noqa: S105 -- a name


IN_THE_SETTINGS = Given()


class Server:
    """One database of one server, as one user."""

    def __init__(self, settings: LedgerSettings, given: Given = IN_THE_SETTINGS) -> None:
        self._url = settings.url
        self._password_file = settings.password_file
        self._given = given
        parts = urlsplit(settings.url)
        self.name = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self._connections: WeakSet[Any] = WeakSet()
        self._silent = False

    async def connect(self, **session: str) -> Any:
        """A connection straight to the server, with settings of its session. Raises what is in UNREACHABLE, at once
        where the server was given up, and LedgerUnavailable where the password cannot be read."""
        if self._silent:
            raise TimeoutError
        return await self.reach(**session)

    async def reach(self, **session: str) -> Any:
        """The same, also where the server was given up; with an answer it is back."""
        file = self._password_file
        password = None if file is None else _password(file, self._given.password_file)
        connection = await asyncpg.connect(
            self._url,
            password=password,
            timeout=CONNECT_TIMEOUT,
            server_settings={"application_name": "scanner", "timezone": "UTC", **session},
        )
        self._silent = False
        self._connections.add(connection)
        return connection

    def give_up(self) -> None:
        """All connections are lost from now on, without a word to the server: whoever waits at one has an error, and
        whoever wants one does not wait."""
        self._silent = True
        for connection in list(self._connections):
            connection.terminate()
        self._connections.clear()

    async def check(self) -> None:
        """Raises LedgerUnavailable where it cannot be reached or used."""
        try:
            connection = await self.connect()
            try:
                await self._check(connection)
            finally:
                await connection.close(timeout=CONNECT_TIMEOUT)
        except UNREACHABLE as error:
            raise LedgerUnavailable(
                f"{self.name} cannot be opened: {why(error)}. Check {self._given.url} and {self._given.password_file}."
            ) from error

    async def _check(self, connection: Any) -> None:
        if await self._is_pooled(connection):
            raise LedgerUnavailable(
                f"{self.name} is a pooler that hands each transaction to another session, such as pgbouncer with "
                "pool_mode = transaction. The queue's notices and the locks of leaders need a session of their own: "
                f"name the server itself in {self._given.url}, or a pool with pool_mode = session."
            )
        found = connection.get_server_version()
        if found.major < OLDEST:
            raise LedgerUnavailable(f"{self.name} is PostgreSQL {found.major}; {OLDEST} or newer is needed.")
        encoding = await connection.fetchval("SELECT current_setting('server_encoding')")
        if encoding != "UTF8":
            raise LedgerUnavailable(
                f"{self.name} has the encoding {encoding}, in which names of files cannot be kept. "
                "Make the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
            )

    async def _is_pooled(self, first: Any) -> bool:
        """Two clients that are served by one session, one after the other: only a pooler does that. Asked only where
        the session is not the one that greeted us, which a pooler of any kind shows."""
        if await _session(first) == first.get_server_pid():
            return False
        second = await self.connect()
        try:
            for _ in range(_LOOKS):
                if await _session(first) == await _session(second):
                    return True
        finally:
            await second.close(timeout=CONNECT_TIMEOUT)
        return False


def why(error: BaseException, seconds: float = CONNECT_TIMEOUT) -> str:
    """In words, where the error itself has none. `seconds`: for how long an answer was waited for."""
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    return str(error) or type(error).__name__


async def _session(connection: Any) -> int:
    """In a transaction, without which a pooler could part the question from its preparation."""
    async with connection.transaction():
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


def _password(file: Path, given: str) -> str:
    """`given`: by what it was named. Raises LedgerUnavailable, without the password."""
    try:
        with file.open("rb") as opened:
            written = opened.read(LONGEST_PASSWORD + 1)
        found = written.decode().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise LedgerUnavailable(f"{given} {file} cannot be read: {reason}") from error
    if not found or len(written) > LONGEST_PASSWORD or "\0" in found or "\n" in found:
        raise LedgerUnavailable(f"{given} {file} does not hold one password on one line")
    return found
