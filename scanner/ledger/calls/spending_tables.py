"""How it is stored what was spent of the platform's call quotas."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Float, Integer
from sqlmodel import Field

from scanner.ledger.tables import Base, UtcDateTime


class QuotaRow(Base, table=True):
    """What the platform allows one token of a domain, as it last said."""

    __tablename__ = "api_quotas"
    domain: str = Field(primary_key=True)
    token: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Which of the domain's tokens: 1 for the first. Never the token."""
    qps_limit: int | None = None
    day_limit: int | None = None
    day_used: int | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_slot: float = Field(sa_column=Column(Float, nullable=False))
    """Seconds since the epoch: no call by this token before, of whatever replica."""


class SpentRow(Base, table=True):
    """Calls of one hour, token and class."""

    __tablename__ = "api_spent"
    domain: str = Field(primary_key=True)
    token: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    hour: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    """Since the epoch, UTC."""
    call_class: str = Field(primary_key=True)
    calls: int


quotas = QuotaRow.__table__  # type: ignore[attr-defined]
spent = SpentRow.__table__  # type: ignore[attr-defined]
