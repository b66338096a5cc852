"""How notices to other systems are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field

from scanner.ledger.tables import Base, BigKey, UtcDateTime


class NoticeRow(Base, table=True):
    """One event for one receiver, from the moment that the step `notify` was done. Dropped some time after it ended."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("step_id", "receiver"),
        Index("ix_notices_due", "receiver", "state", "due_at"),
        Index("ix_notices_ended", "state", "ended_at"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    entry_id: str
    step_id: int
    receiver: str
    event: Any = Field(sa_column=Column(JSON, nullable=False))
    state: str
    """open, taken, given_up."""
    tries: int = 0
    queued_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str | None = None
    """Of the last try."""


notices = NoticeRow.__table__  # type: ignore[attr-defined]
