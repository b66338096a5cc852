"""What became of each suppression: since when it is in force, and when it last did something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from scanner.ledger.rows import SuppressionUse
from scanner.ledger.tables import suppressions


def note(connection: Connection, names: Sequence[str], now: datetime) -> None:
    """These are in force; those known already keep the moment since when they are."""
    known = set(connection.execute(select(suppressions.c.name)).scalars())
    new = [{"name": name, "since": now, "used": 0} for name in dict.fromkeys(names) if name not in known]
    if new:
        connection.execute(insert(suppressions), new)


def record_use(connection: Connection, names: Sequence[str], now: datetime) -> None:
    """Each took a finding out of account, in a verdict of this transaction."""
    note(connection, names, now)
    used = update(suppressions).where(suppressions.c.name.in_(names))
    connection.execute(used.values(used=suppressions.c.used + 1, last_used_at=now))


def uses(connection: Connection) -> dict[str, SuppressionUse]:
    """By name."""
    return {
        row.name: SuppressionUse(row.since, row.last_used_at, row.used)
        for row in connection.execute(select(suppressions))
    }
