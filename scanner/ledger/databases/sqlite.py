"""One SQLite file, one thread that writes and one that only reads, each with a connection of its own.

A transaction that writes takes the write lock at its start, also where it first reads to decide: a deferred one would
see a state that another has changed by the time it writes (engine.md section 3). One that only reads must not take it:
a long list of a command would hold up the service, and after BUSY_TIMEOUT_MS end it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from scanner.errors import LedgerUnavailable, RetryLater, ScannerError
from scanner.ledger.databases.database import Database

T = TypeVar("T")
BUSY = "Another order is being carried out. Give yours again when that has ended."
BUSY_TIMEOUT_MS = 10_000
"""How long a command beside the service waits for the service's transactions."""
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A power cut may undo the last commits, but cursor, work and tickets go back together: nothing is lost.
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)
COMMITS = 200
"""After so many, what they wrote is moved from SQLite's log into the file."""
LONGEST_LOG = 16_000
"""Pages, 64 MiB, from which on whoever commits moves it himself: the other way was not fast enough, or has failed."""


class SqliteDatabase(Database):
    """Transactions on one file."""

    shared = False

    def __init__(self, path: Path) -> None:
        """Raises LedgerUnavailable where the file cannot be opened."""
        self.path = path
        self.name = str(path)
        self._log = _Log(path)
        pragmas = (*PRAGMAS, f"PRAGMA wal_autocheckpoint={LONGEST_LOG}")
        self._writer = _Line(path, "BEGIN IMMEDIATE", pragmas, self._log.committed)
        self._reader = _Line(path, "BEGIN", (*PRAGMAS, "PRAGMA query_only=ON"))

    async def run(self, act: Callable[[Connection], T]) -> T:
        return await self._writer.run(act)

    async def run_beside(self, act: Callable[[Connection], T]) -> T:
        # There is one writer, and nothing beside it.
        return await self._writer.run(act)

    async def read(self, act: Callable[[Connection], T]) -> T:
        return await self._reader.run(act)

    def run_here(self, act: Callable[[Connection], T]) -> T:
        """Like `run`, in this thread: for opening and closing, when nobody else uses the connection."""
        return self._writer.run_here(act)

    async def close(self) -> None:
        # The writer last: whoever closes a file last moves its log into it, which a reader may not.
        await asyncio.to_thread(self._log.close)
        await self._reader.close()
        await self._writer.close()


class _Log:
    """Moves what was committed from SQLite's log into the file, in a thread of its own. SQLite would have it done by
    whoever commits when the log is long: he would wait for the disk, the longer the larger the ledger."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger-log")
        self._connection: sqlite3.Connection | None = None
        self._moving: Future[None] | None = None
        self._commits = 0

    def committed(self) -> None:
        """For the one thread that writes."""
        self._commits += 1
        if self._commits >= COMMITS and (self._moving is None or self._moving.done()):
            self._commits = 0
            self._moving = self._thread.submit(self._move)

    def close(self) -> None:
        self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()

    def _move(self) -> None:
        # What cannot be moved stays in the log, and is safe there: whoever commits when that is too long has the error.
        with contextlib.suppress(sqlite3.Error):
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, check_same_thread=False)
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


class _Line:
    """Transactions on one connection, one after the other, in a thread of their own."""

    def __init__(
        self, path: Path, begin: str, pragmas: Sequence[str], committed: Callable[[], None] = lambda: None
    ) -> None:
        """`committed` is told of each transaction."""
        self._path = path
        self._committed = committed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        url = URL.create("sqlite", database=str(path))
        self._engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(self._engine, "connect", partial(_set_up, pragmas))
        event.listen(self._engine, "begin", partial(_begin, begin))
        try:
            self._connection = self._engine.connect()
        except DBAPIError as error:
            raise LedgerUnavailable(f"{path} cannot be opened: {error.orig}") from error

    async def run(self, act: Callable[[Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.run_here, act)

    def run_here(self, act: Callable[[Connection], T]) -> T:
        try:
            with self._connection.begin():
                answer = act(self._connection)
        except DBAPIError as error:
            raise LedgerUnavailable(f"{self._path}: {error.orig}") from error
        self._committed()
        return answer

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._engine.dispose()
        self._thread.shutdown()


def _set_up(pragmas: Sequence[str], connection: Any, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in pragmas:
        connection.execute(pragma)


def _begin(how: str, connection: Connection) -> None:
    connection.exec_driver_sql(how)


def _keep_private(path: Path) -> None:
    """Nobody but the owner of a new ledger file may read it; SQLite would let everybody, and gives its log the file's
    rights. From an older one others lose theirs, a group keeps them. Not while this process has the file open: closing
    it here would end SQLite's locks on it. Raises LedgerUnavailable."""
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if file.exists() and file.stat().st_mode & 0o007:
                file.chmod(stat.S_IMODE(file.stat().st_mode) & ~0o007)
    except OSError as error:
        raise LedgerUnavailable(
            f"{path} cannot be kept from others: {error.strerror}. Check ledger.url and its rights."
        ) from error


class OwnerLock:
    """Held by the one service that works on a ledger file; ends with the process, however that ends."""

    def __init__(self, ledger: Path) -> None:
        """To be taken before the file is opened: it is made here, where it is not there yet, and kept from others.
        Raises LedgerUnavailable where another process holds it, and where the file cannot be made."""
        taken = LedgerUnavailable(
            f"{ledger} is owned by another process. One service works on a ledger file: "
            "stop the other, or give this one a file of its own in ledger.url."
        )
        self._file = _locked(Path(f"{ledger}.lock"), taken)
        try:
            _keep_private(ledger)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        os.close(self._file)


class OrderLock:
    """Held while an order of a person acts on files, beside the service; ends with the process, too. Two orders at once
    would do the same things."""

    def __init__(self, ledger: Path) -> None:
        """Raises RetryLater while another is carried out."""
        self._file = _locked(Path(f"{ledger}.orders.lock"), RetryLater(BUSY))

    def release(self) -> None:
        os.close(self._file)


def _locked(path: Path, taken: ScannerError) -> int:
    """A file that holds the lock until it is closed. Raises `taken` where another process has it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LedgerUnavailable(
            f"{path} cannot be opened: {error.strerror}. Check ledger.url and its rights."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        raise taken from error
    return file
