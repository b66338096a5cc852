"""A ledger file made as small as what is in it.

Pages of rows that were dropped are free, and the next rows go there: a file stops growing, but does not shrink by
itself. SQLite writes all of it anew, and swaps it in one transaction: killed at any moment, the file is as it was. That
keeps out everybody else for its whole length, so no service may work on it.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scanner.errors import LedgerUnavailable
from scanner.ledger.copies.backup import open_file
from scanner.ledger.databases.sqlite import OrderLock, OwnerLock

_OPERATIONS = 100_000
"""Of SQLite's machine, after which Ctrl-C is heeded: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """Bytes of a file, its log included."""

    ledger: Path
    before: int
    after: int


def vacuum(ledger: Path) -> Vacuumed:
    """Raises LedgerUnavailable where somebody works on it, and where there is no room for a second one beside it;
    RetryLater where an order is being carried out."""
    if not ledger.is_file():
        raise LedgerUnavailable(f"There is no ledger at {ledger}. Check ledger.url.")
    owner = OwnerLock(ledger)
    try:
        orders = OrderLock(ledger)
        try:
            return _vacuumed(ledger)
        finally:
            orders.release()
    finally:
        owner.release()


def _vacuumed(ledger: Path) -> Vacuumed:
    before = _size(ledger)
    _check_room(ledger, before)
    try:
        with closing(open_file(ledger)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
                raise LedgerUnavailable(f"{ledger} holds no ledger. Check ledger.url.")
            connection.set_progress_handler(lambda: 0, _OPERATIONS)
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"{ledger} was left as it was: {error}.") from error
    return Vacuumed(ledger, before, _size(ledger))


def _size(ledger: Path) -> int:
    return sum(one.stat().st_size for one in (ledger, Path(f"{ledger}-wal")) if one.exists())


def _check_room(ledger: Path, size: int) -> None:
    """The new pages go through the log, which lies beside the file."""
    free = shutil.disk_usage(ledger.parent).free
    if free < size:
        raise LedgerUnavailable(
            f"Beside {ledger} are {free:,} bytes free; {size:,} are needed for a while, and as many in /var/tmp or "
            "SQLITE_TMPDIR. Make room first."
        )
