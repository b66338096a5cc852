"""Statements in the ledger: each is made, signed and put on record in one transaction, with its entry in the audit, so
that there are never two of one day, nor one that names an audit that was rolled back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from scanner.ledger.proofs import audit
from scanner.ledger.proofs.audit_chain import moment
from scanner.ledger.proofs.coverage_queries import Asked
from scanner.ledger.proofs.proof_tables import statements
from scanner.ledger.proofs.statement import Last, Statement, body_of
from scanner.ledger.queries import backlog


def last(connection: Connection) -> Last | None:
    """The newest one."""
    query = select(statements.c.number, statements.c.day, statements.c.digest)
    row = connection.execute(query.order_by(statements.c.number.desc()).limit(1)).first()
    return None if row is None else Last(row.number, row.day, row.digest)


def period(day: date) -> Asked:
    """What a statement is about: a day in UTC."""
    since = datetime.combine(day, time(), UTC)
    return Asked(since=since, until=since + timedelta(days=1))


def state(
    connection: Connection,
    day: date,
    coverage: dict[str, Any],
    previous: Last | None,
    sign: Callable[[str], Statement],
    *,
    by: str,
    now: datetime,
) -> Statement | None:
    """Make and record the statement of a day; None where another one was made meanwhile."""
    if last(connection) != previous:
        return None
    waits = backlog(connection, now)
    still = {
        "open": waits.pending + waits.leased + waits.retry_wait,
        "given_up": waits.parked,
        "oldest": None if waits.oldest is None else moment(waits.oldest),
    }
    made = sign(body_of(day, coverage, still, audit.head(connection), previous))
    number = 1 if previous is None else previous.number + 1
    values = {"number": number, "day": day, "made_at": now, "digest": made.digest, "text": made.text()}
    connection.execute(insert(statements), values)
    said = {"number": number, "digest": made.digest, "key": made.key, "complete": coverage["complete"]}
    audit.append(connection, audit.Action.STATEMENT, day.isoformat(), said, at=now, actor=by)
    return made


def texts(connection: Connection, after: int, most: int = 100) -> list[tuple[int, date, str]]:
    """Number, day and file of the statements that follow one, in order."""
    query = select(statements.c.number, statements.c.day, statements.c.text).where(statements.c.number > after)
    rows = connection.execute(query.order_by(statements.c.number).limit(most))
    return [(row.number, row.day, row.text) for row in rows]
