"""Contents that a person released: what was found in them does not count until the end that was given.

Given with the intent to release, in its transaction, so that no moment is left in which the file is back and would be
taken away again; withdrawn where the release fails.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import JSON, BigInteger, Column, Connection, Date, Index, Row, select, update
from sqlmodel import Field

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.upsert import upsert
from scanner.ledger.proofs import audit
from scanner.ledger.tables import Base, BigKey, UtcDateTime
from scanner.model import Allowance, ContentFacts, StepRecord

MOST_AT_ONCE = 100
"""Allowances of one content that are asked for; the newest."""


class AllowanceRow(Base, table=True):
    """What was found in a content does not count any more, since a person released a file with it."""

    __tablename__ = "allowances"
    __table_args__ = (Index("ix_allowances_content", "domain", "sha256"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    sha256: str
    names: Any = Field(sa_column=Column(JSON, nullable=False))
    """Reasons of the verdict: what else is found in the content one day counts."""
    until: Any = Field(sa_column=Column(Date, nullable=False))
    """The last day on which it holds, in UTC."""
    step_id: int = Field(sa_type=BigInteger, unique=True)
    """The release."""
    given_by: str
    because: str
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The release failed, or somebody took it back."""
    withdrawn_by: str | None = None


allowances = AllowanceRow.__table__  # type: ignore[attr-defined]


class Judged(Protocol):
    """A version, with what was found in it."""

    @property
    def domain(self) -> str: ...
    @property
    def entry_id(self) -> str: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def content(self) -> ContentFacts | None: ...


def give(connection: Connection, row: Judged, order: StepRecord, until: date, now: datetime) -> None:
    """For the content of a file that is being given back; nothing where nobody could read it. An order that is repeated
    gives it again where it was withdrawn."""
    if row.content is None:
        return
    by, because = order.step.params.get("by", audit.SERVICE), order.step.params.get("reason", "")
    values = {
        "domain": row.domain,
        "sha256": row.content.sha256,
        "names": list(row.reasons),
        "until": until,
        "step_id": order.id,
        "given_by": by,
        "because": because,
        "given_at": now,
    }
    put = upsert(allowances).values(**values).on_conflict_do_nothing(index_elements=["step_id"])
    given = connection.execute(put).rowcount
    if given:
        said = {"sha256": row.content.sha256, "names": list(row.reasons), "until": until.isoformat(), "reason": because}
        subject = audit.version(row.domain, row.entry_id)
        audit.append(connection, audit.Action.ALLOWLIST, subject, said, at=now, actor=by)


def withdraw_failed(connection: Connection, step_id: int, now: datetime) -> None:
    """The release of this order came to nothing."""
    mine = (allowances.c.step_id == step_id) & allowances.c.withdrawn_at.is_(None)
    _withdraw(connection, mine, audit.SERVICE, "the release failed", now)


def withdraw(connection: Connection, allowance: int, *, by: str, because: str, now: datetime) -> None:
    """A person takes it back. Raises LedgerUnavailable where there is none of that id in force."""
    mine = (allowances.c.id == allowance) & allowances.c.withdrawn_at.is_(None)
    if not _withdraw(connection, mine, by, because, now):
        raise LedgerUnavailable(f"No content that is allowed has the id {allowance}. See `scanner quarantine allowed`.")


def _withdraw(connection: Connection, which: Any, by: str, because: str, now: datetime) -> bool:
    changed = update(allowances).where(which).values(withdrawn_at=now, withdrawn_by=by)
    row = connection.execute(changed.returning(allowances.c.domain, allowances.c.sha256)).first()
    if row is None:
        return False
    said = {"withdrawn": True, "sha256": row.sha256, "reason": because}
    audit.append(connection, audit.Action.ALLOWLIST, f"{row.domain}/{row.sha256}", said, at=now, actor=by)
    return True


def of_content(connection: Connection, domain: str, sha256: str, today: date) -> tuple[Allowance, ...]:
    """What is in force for one content, oldest first."""
    mine = (allowances.c.domain == domain) & (allowances.c.sha256 == sha256)
    newest = _in_force(today).where(mine).order_by(allowances.c.id.desc()).limit(MOST_AT_ONCE)
    return tuple(_allowance(row) for row in reversed(connection.execute(newest).all()))


def in_force(connection: Connection, domain: str | None, today: date) -> list[Allowance]:
    """All of them, oldest first."""
    query = _in_force(today).order_by(allowances.c.id)
    if domain is not None:
        query = query.where(allowances.c.domain == domain)
    return [_allowance(row) for row in connection.execute(query)]


def _in_force(today: date) -> Any:
    return select(allowances).where(allowances.c.withdrawn_at.is_(None), allowances.c.until >= today)


def _allowance(row: Row[Any]) -> Allowance:
    return Allowance(row.id, row.domain, row.sha256, tuple(row.names), row.until, row.given_by, row.because)
