"""A ledger file taken over by an empty database on PostgreSQL, in one transaction there.

Killed at any moment, it leaves an empty database, and can be given again. Nothing is written to the file: its write
lock is held from the first row read to the end, so that no command beside can add what would be left behind. All is
read again from the server before the transaction ends: each table's rows are counted, and the digests of their values
summed up, which comes to the same in any order. Two databases do not sort texts alike.

Tickets stay behind. They are another kind of rows on PostgreSQL, and say nothing that the work does not: the service's
reconciler gives each open version a new one at its start. But for those that a person holds, which it would let go.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

import scanner.ledger.ledger  # noqa: F401 -- by then all tables are told of
from scanner.errors import LedgerUnavailable
from scanner.ledger import schema, server_schema
from scanner.ledger.copies.backup import open_file
from scanner.ledger.databases.postgres import PostgresDatabase, storable
from scanner.ledger.databases.server import Given, Server
from scanner.ledger.databases.sqlite import OrderLock, OwnerLock
from scanner.ledger.dispatch import server_tickets, tickets
from scanner.ledger.tables import Base, floor, work
from scanner.ledger.tables import tickets as kept
from scanner.settings import LedgerSettings

Progress = Callable[[int, int], None]
"""Rows copied and read again, and twice the rows there are."""
BATCH = 1_000
"""Rows in memory at once."""
_AT_LEISURE = text("SET LOCAL idle_in_transaction_session_timeout = 0")
_MODULUS = 1 << 256
_AS_OPTIONS = Given("--to", "--password-file")


@dataclass(frozen=True, slots=True)
class Proof:
    """Of one table: the same in both."""

    rows: int
    digest: str
    """The sum of the SHA-256 of all rows, modulo 2^256, in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was taken over."""

    ledger: Path
    to: str
    """Without a password."""
    schema: str
    tables: dict[str, Proof]
    open: int
    """Versions that get a ticket from the service at its start."""
    held: int
    """Those that a person holds, like before."""


def copied_tables() -> list[Table]:
    """All of the ledger but the tickets, and what belongs to its schema."""
    return [one for one in Base.metadata.sorted_tables if one not in (kept, floor)]


async def move(ledger: Path, to: LedgerSettings, *, progress: Progress) -> Moved:
    """Raises LedgerUnavailable where a service or command works on the file, where either has another schema than this
    program's, and where the target holds anything; RetryLater where an order is being carried out."""
    if not ledger.is_file():  # noqa: ASYNC240 -- one look, before anything else runs
        raise LedgerUnavailable(f"There is no ledger at {ledger}. Check ledger.url.")
    owner = OwnerLock(ledger)
    try:
        orders = OrderLock(ledger)
        try:
            return await _moved(ledger, to, progress)
        finally:
            orders.release()
    finally:
        owner.release()


async def _moved(ledger: Path, to: LedgerSettings, progress: Progress) -> Moved:
    server = Server(to, _AS_OPTIONS)
    await server.check()
    database = PostgresDatabase(server)
    try:
        with _source(ledger) as source:
            _check_schema(source, str(ledger), "Run `scanner ledger migrate` of this version on it first.")
            await database.read(partial(_refuse_strange, name=server.name))
            done = await server_schema.migrate(database)
            proofs, waiting, held = await database.run_once(partial(_take_over, source, server.name, progress))
    finally:
        await database.close()
    return Moved(ledger, server.name, str(done.after), proofs, waiting, held)


@contextmanager
def _source(ledger: Path) -> Iterator[Connection]:
    """The file, which nobody can write to meanwhile; nor can we."""
    engine = create_engine("sqlite://", creator=partial(open_file, ledger), poolclass=StaticPool)
    event.listen(engine, "begin", _lock)
    try:
        with engine.connect() as connection:
            connection.begin()
            yield connection
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"{ledger}: {error}") from error
    except DBAPIError as error:
        raise LedgerUnavailable(f"{ledger}: {error.orig}") from error
    finally:
        engine.dispose()


def _lock(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql("PRAGMA query_only=ON")


def _check_schema(connection: Connection, name: str, remedy: str) -> None:
    """A newer one, on which this program could work, has what it knows nothing of, and would leave behind."""
    schema.check_on(connection, name, remedy)
    found = schema.revision(connection)
    if found != schema.head():
        raise LedgerUnavailable(
            f"{name} has the schema {found} of a newer version. Move it with that one: this one would lose rows."
        )


def _refuse_strange(connection: Connection, name: str) -> None:
    """Before its schema is touched."""
    if schema.revision(connection) is not None:
        _check_schema(connection, name, "Name an empty database.")
        _refuse_filled(connection, name)


def _refuse_filled(connection: Connection, name: str) -> None:
    filled = [one.name for one in copied_tables() if connection.execute(select(one).limit(1)).first() is not None]
    if filled or connection.execute(select(server_tickets.queue.c.id).limit(1)).first() is not None:
        raise LedgerUnavailable(
            f"{name} holds a ledger already (rows in {', '.join(filled) or 'the queue'}). Name an empty database."
        )


def _take_over(
    source: Connection, name: str, progress: Progress, target: Connection
) -> tuple[dict[str, Proof], int, int]:
    target.execute(_AT_LEISURE)
    _refuse_filled(target, name)
    count = _Counter(progress, 2 * sum(_rows(source, one) for one in copied_tables()))
    written = {one.name: _copied(source, target, one, count) for one in copied_tables()}
    for one in copied_tables():
        if _summed_up(target, one, count) != written[one.name]:
            raise LedgerUnavailable(
                f"{name} does not give back the rows of {one.name} as they were written. "
                "Nothing was moved, and the file is as it was."
            )
        _renew(target, one)
    held = _hold(source, target)
    still_open = select(func.count()).select_from(work).where(work.c.state.in_(tickets.OPEN))
    return written, int(target.execute(still_open).scalar_one()) - held, held


class _Counter:
    """Rows that are through."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total

    def add(self, rows: int) -> None:
        self._done += rows
        self._progress(self._done, self._total)


def _rows(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _copied(source: Connection, target: Connection, table: Table, count: _Counter) -> Proof:
    rows = digest = 0
    for batch in _batches(source, table):
        target.execute(insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in batch])
        rows, digest = rows + len(batch), (digest + _digest(batch)) % _MODULUS
        count.add(len(batch))
    return Proof(rows, f"{digest:064x}")


def _summed_up(target: Connection, table: Table, count: _Counter) -> Proof:
    rows = digest = 0
    for batch in _batches(target, table):
        rows, digest = rows + len(batch), (digest + _digest(batch)) % _MODULUS
        count.add(len(batch))
    return Proof(rows, f"{digest:064x}")


def _batches(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """By key: the audit and the statements are taken in no other order."""
    query = select(*table.columns).order_by(*table.primary_key.columns)
    with closing(connection.execution_options(stream_results=True).execute(query)) as found:
        for batch in found.partitions(BATCH):
            yield [tuple(row) for row in batch]


def _digest(batch: list[tuple[Any, ...]]) -> int:
    return sum(int.from_bytes(sha256(repr(storable(row)).encode()).digest(), "big") for row in batch)


def _renew(target: Connection, table: Table) -> None:
    """The next key that is counted comes after the last one, and plans are made for a table of this size."""
    for key in table.primary_key.columns:
        sequence = target.execute(select(func.pg_get_serial_sequence(table.name, key.name))).scalar_one()
        if sequence is not None:
            target.execute(select(func.setval(sequence, func.max(key))))
    target.execute(text(f'ANALYZE "{table.name}"'))


def _hold(source: Connection, target: Connection) -> int:
    """Gives how many tickets."""
    query = select(kept.c.domain, kept.c.entry_id, kept.c.entrypoint, kept.c.rank).where(kept.c.status == tickets.HELD)
    held = 0
    for row in source.execute(query.order_by(kept.c.id)):
        key = tickets.key_of(row.domain, row.entry_id)
        server_tickets.put(target, key, row.entrypoint, row.rank, server_tickets.NEVER)
        held += 1
    return held
