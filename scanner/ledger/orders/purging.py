"""Files in quarantine that are to be deleted: who wants it, who agrees, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, select
from sqlmodel import Field

from scanner.errors import LedgerUnavailable
from scanner.ledger import queries
from scanner.ledger.databases.upsert import upsert
from scanner.ledger.orders import releasing
from scanner.ledger.proofs import audit
from scanner.ledger.rows import QuarantineRow
from scanner.ledger.tables import Base, BigKey, UtcDateTime
from scanner.model import Step, StepKind, StepRecord


class PurgeRow(Base, table=True):
    """Somebody wants a file deleted for good that lies in quarantine. What is done about it stands in `steps`."""

    __tablename__ = "purges"
    step_id: int = Field(sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    """The move into quarantine."""
    requested_by: str
    because: str
    requested_at: datetime = Field(sa_type=UtcDateTime)


purges = PurgeRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Purgeable:
    """A file that has been in quarantine for long enough, and who wants it deleted."""

    row: QuarantineRow
    requested_by: str | None = None
    requested_because: str | None = None
    requested_at: datetime | None = None


def purgeable(connection: Connection, domain: str | None, before: datetime) -> list[Purgeable]:
    """Files that our own moves put there before a moment and nothing has taken away since, oldest first."""
    wanted = {row.step_id: row for row in connection.execute(select(purges))}
    rows = [row for row in queries.quarantined(connection, domain) if row.quarantined_at <= before]
    return [
        Purgeable(row)
        if (found := wanted.get(row.id)) is None
        else Purgeable(row, found.requested_by, found.because, found.requested_at)
        for row in rows
    ]


def request(connection: Connection, rows: Sequence[QuarantineRow], *, by: str, because: str, now: datetime) -> int:
    """Gives how many nobody had requested before."""
    requested = 0
    for row in rows:
        values = {"step_id": row.id, "requested_by": by, "because": because, "requested_at": now}
        put = upsert(purges).values(**values).on_conflict_do_nothing(index_elements=["step_id"])
        new = connection.execute(put).rowcount
        if new:
            said = {"requested": True, "reason": because, "path": row.path, "origin": row.origin}
            subject = audit.version(row.domain, row.entry_id)
            audit.append(connection, audit.Action.PURGE, subject, said, at=now, actor=by)
        requested += new
    return requested


def begin(
    connection: Connection, row: QuarantineRow, *, by: str, because: str, two_people: bool, now: datetime
) -> StepRecord:
    """The intent to delete; one of several tries where an order was cut off: then nobody knows whether it was done.

    Raises LedgerUnavailable where two people are needed and nobody else has requested it, and where the file was
    released or purged already.
    """
    wanted = connection.execute(select(purges).where(purges.c.step_id == row.id)).first()
    if two_people and wanted is None:
        raise LedgerUnavailable(f"{row.path}: nobody has requested that it is purged.")
    if two_people and wanted is not None and same_person(wanted.requested_by, by):
        raise LedgerUnavailable(f"{row.path}: {by} has requested it; somebody else must confirm.")
    params = {"reason": because, "by": by}
    if wanted is not None:
        params["requested_by"] = wanted.requested_by
    return releasing.ordered(connection, row, Step(StepKind.PURGE, params), now)


def same_person(one: str, other: str) -> bool:
    """As names are typed: neither case nor spaces make another person."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
