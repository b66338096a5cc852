"""The tables that only ever grow: acts, and statements of coverage."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Integer
from sqlmodel import Field

from scanner.ledger.tables import Base, BigKey, UtcDateTime


class AuditRow(Base, table=True):
    """One act, chained to the one before. Triggers refuse any change."""

    __tablename__ = "audit"
    seq: int = Field(sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    action: str
    subject: str
    detail: str
    """Canonical JSON: what was digested, letter by letter."""
    prev_hash: str
    hash: str


class StatementRow(Base, table=True):
    """A signed statement of a day's coverage, as its file has it. Triggers refuse any change."""

    __tablename__ = "statements"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    day: date
    made_at: datetime = Field(sa_type=UtcDateTime)
    digest: str
    text: str


statements = StatementRow.__table__  # type: ignore[attr-defined]
audit = AuditRow.__table__  # type: ignore[attr-defined]
