"""How the ledger is stored. Tables stay inside this package; `rows.py` converts to and from the model.

A table class does not validate what it is given, so nothing is stored that was not a value of the model before.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, on every database: SQLite gives back naive ones (operations.md section 9)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger takes aware moments only")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


WAITING = text("verdict_id IS NULL AND done_at IS NULL")
REUSED = text("reused IS NOT NULL")
NOT_CLEAN = text("kind != 'clean'")  # in a question word by word: only then its index is made use of
# SQLite counts rows itself only in a key of the type INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")


class Base(SQLModel):
    metadata = MetaData(naming_convention=NAMING)


class EventRow(Base, table=True):
    """One event of a domain, with how it was disposed of."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_group_id", "domain", "group_id", "epoch", "event_id"),
        # With all of the key: else SQLite may take the key itself for its order, and pass over all of a domain.
        Index("ix_events_entry_id", "domain", "entry_id", "epoch", "event_id"),
        Index("ix_events_recorded_at", "domain", "recorded_at"),
    )
    domain: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    event_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    type: str
    action: str
    action_source: str
    actor: int | None = Field(default=None, sa_type=BigInteger)
    is_folder: bool
    group_id: str | None = None
    entry_id: str | None = None
    target_path: str | None = None
    source_path: str | None = None
    disposition: str
    """queued, skipped, or walk."""
    reason: str | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class FeedRow(Base, table=True):
    """Our place in a domain's feed."""

    __tablename__ = "feeds"
    domain: str = Field(primary_key=True)
    cursor: int = Field(sa_type=BigInteger)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    epoch: int = 0
    """How often the domain lost its place, restored from a backup: after that, event ids come a second time."""
    pruned_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Events recorded up to then, that moment included, may have been dropped; NULL where all are held."""


class GapRow(Base, table=True):
    """A stretch of events nobody saw."""

    __tablename__ = "gaps"
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    reason: str
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    walk_id: int | None = Field(default=None, sa_type=BigInteger)
    """The walk that makes up for it; NULL until one was asked for."""


class WalkRow(Base, table=True):
    """A folder, or all that is watched, to be listed with all that lies below."""

    __tablename__ = "walks"
    __table_args__ = (Index("ix_walks_open", "domain", "finished_at"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    path: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it could not be listed; NULL where nobody has tried yet."""
    reason: str | None = None
    """gap, schedule, command, backfill; NULL for a folder that arrived."""
    with_versions: bool | None = None
    """Older versions, too; NULL where nobody asked for them."""
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Not before; NULL for at once."""
    trouble: str | None = None
    """Why it waits."""
    swept: str | None = None
    """Entry id up to which was looked for versions that no listing showed."""
    folders: int | None = None
    files: int | None = Field(default=None, sa_type=BigInteger)
    """Listed so far, like folders."""
    queued: int | None = Field(default=None, sa_type=BigInteger)
    moved: int | None = Field(default=None, sa_type=BigInteger)
    missed: int | None = Field(default=None, sa_type=BigInteger)
    gone: int | None = Field(default=None, sa_type=BigInteger)
    unread: int | None = None
    """Folders, and files' older versions, that the platform did not let us see."""


class FrontierRow(Base, table=True):
    """What a walk has still to ask for. Dropped when it was answered."""

    __tablename__ = "frontier"
    __table_args__ = (
        UniqueConstraint("walk_id", "kind", "path"),
        Index("ix_frontier_next", "walk_id", "refused_at"),
        Index("ix_frontier_begun", "walk_id", "offset"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    walk_id: int = Field(sa_type=BigInteger)
    kind: str
    """folder, or file: of that the older versions."""
    path: str
    """Of a file the group id."""
    offset: int = 0
    """Where the next page of a listing begins."""
    page: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """Ids of the page listed last, of which the next one must have one; NULL where nobody has begun."""
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    """That failed, or led a step back."""
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WorkRow(Base, table=True):
    """One file version: the truth about where it stands. Exactly one row per domain and entry id."""

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_state_due", "state", "due"),
        Index("ix_work_group_id", "domain", "group_id"),
        Index("ix_work_first_seen", "domain", "first_seen_at", "entry_id"),
        # The gauges' own: as short as the backlog, with all that they ask.
        Index(
            "ix_work_unjudged",
            *("lane", "state", "due", "uploaded_at", "first_seen_at"),
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("ix_work_waiting_in", "domain", "folder", sqlite_where=WAITING, postgresql_where=WAITING),
    )
    domain: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True)
    group_id: str
    path: str
    action: str
    action_source: str
    actor: int | None = Field(default=None, sa_type=BigInteger)
    uploaded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    size: int | None = Field(default=None, sa_type=BigInteger)
    folder: str | None = None
    """Of `path`; NULL in rows of before it was kept."""
    checksum: str | None = None
    """The platform's, as a listing told it with this entry id; empty where it told none, NULL where nobody asked."""
    lane: str
    state: str
    """queued, running, waiting (for others), done, parked (given up)."""
    token: str | None = None
    starts: int = 0
    attempts: int = 0
    due: datetime = Field(sa_type=UtcDateTime)
    gap_reason: str | None = None
    gap_detail: str | None = None
    outcome: str | None = None
    verdict_id: int | None = Field(default=None, sa_type=BigInteger)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a listing last showed it as the current version."""
    seen_path: str | None = None
    """Where that was; NULL where it is `path`."""
    missed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a complete walk first did not show it; NULL where none missed it since it was last shown."""


class VerdictRecord(Base, table=True):
    """A verdict, with all that it rests on. Never changed."""

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("ix_verdicts_reused", "reused", sqlite_where=REUSED, postgresql_where=REUSED),
        Index("ix_verdicts_entry_id", "domain", "entry_id"),
        Index("ix_verdicts_not_clean", "kind", "judged_at", sqlite_where=NOT_CLEAN, postgresql_where=NOT_CLEAN),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    entry_id: str
    kind: str
    reasons: Any = Field(sa_column=Column(JSON, nullable=False))
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = Field(default=None, index=True)
    sha512: str | None = None
    mime: str | None = None
    inspections: Any = Field(sa_column=Column(JSON, nullable=False))
    suppressed: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """Names of the suppressions that took a finding out of account; NULL where none did."""
    reused: int | None = Field(default=None, sa_type=BigInteger)
    """The verdict on whose look at the same content it rests; NULL where engines looked."""
    judged_at: datetime = Field(sa_type=UtcDateTime, index=True)


class FactsRow(Base, table=True):
    """What the rules got to know of a content for a verdict, packed. Dropped when it is old."""

    __tablename__ = "facts"
    verdict_id: int = Field(sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    form: int
    """Of the packing."""
    packed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    learnt_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SuppressionRow(Base, table=True):
    """What became of a suppression. What it says stands in its file."""

    __tablename__ = "suppressions"
    name: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    """When a service first had it in force."""
    used: int = 0
    """Verdicts in which it took a finding out of account."""
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StepRow(Base, table=True):
    """One step of a plan, or a release: the journal of our acts."""

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("domain", "entry_id", "position"),
        Index("ix_steps_group_id", "domain", "group_id"),
        Index("ix_steps_kind_done_at", "kind", "done_at"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    entry_id: str
    group_id: str
    position: int
    kind: str
    params: Any = Field(sa_column=Column(JSON, nullable=False))
    because: Any = Field(sa_column=Column(JSON, nullable=False))
    """Rules and signatures on whose account it is done."""
    state: str = Field(index=True)
    detail: Any = Field(sa_column=Column(JSON, nullable=False))
    tries: int = 0
    planned_at: datetime = Field(sa_type=UtcDateTime)
    intended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HoldRow(Base, table=True):
    """A plan that a brake holds, and what a person decided about it. Its steps stand in `steps`."""

    __tablename__ = "holds"
    __table_args__ = (UniqueConstraint("domain", "entry_id"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    entry_id: str
    rules: Any = Field(sa_column=Column(JSON, nullable=False))
    """Rules, and reasons why it cannot be looked at, on whose account the plan acts."""
    signatures: Any = Field(sa_column=Column(JSON, nullable=False))
    brake: str
    subject: str
    """The rule or signature whose limit was reached; empty where it was the domain's."""
    reason: str
    held_at: datetime = Field(sa_type=UtcDateTime)
    decision: str | None = Field(default=None, index=True)
    """approved or dropped; NULL until a person decides."""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = None
    decided_because: str | None = None


class TallyRow(Base, table=True):
    """Versions judged in a domain within ten minutes: all under an empty name, and those with a reason by it."""

    __tablename__ = "tallies"
    domain: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    name: str = Field(primary_key=True)
    versions: int


class FloorRow(Base, table=True):
    """One row: the oldest schema whose program works on this ledger as well as the one that migrated it."""

    __tablename__ = "floor"
    revision: str = Field(primary_key=True)


class MadeRow(Base, table=True):
    """A version that we made ourselves. Never dropped: a listing may show it at any time."""

    __tablename__ = "made"
    domain: str = Field(primary_key=True)
    entry_id: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=UtcDateTime)


class TicketRow(Base, table=True):
    """Who works next. Losing or doubling a ticket does no harm: the work row is the truth."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_queue", "status", "entrypoint", "rank", "id"),
        Index("ix_tickets_waiting", "status", "execute_after"),
        UniqueConstraint("domain", "entry_id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    entry_id: str
    entrypoint: str
    rank: int
    """Lower goes first."""
    status: str
    """waiting (for its moment), queued, picked, held."""
    manager: str | None = None
    heartbeat: float = 0.0
    """Seconds since the epoch."""
    execute_after: float = 0.0


events = EventRow.__table__  # type: ignore[attr-defined]
feeds = FeedRow.__table__  # type: ignore[attr-defined]
gaps = GapRow.__table__  # type: ignore[attr-defined]
walks = WalkRow.__table__  # type: ignore[attr-defined]
frontier = FrontierRow.__table__  # type: ignore[attr-defined]
work = WorkRow.__table__  # type: ignore[attr-defined]
verdicts = VerdictRecord.__table__  # type: ignore[attr-defined]
facts = FactsRow.__table__  # type: ignore[attr-defined]
suppressions = SuppressionRow.__table__  # type: ignore[attr-defined]
steps = StepRow.__table__  # type: ignore[attr-defined]
holds = HoldRow.__table__  # type: ignore[attr-defined]
tallies = TallyRow.__table__  # type: ignore[attr-defined]
floor = FloorRow.__table__  # type: ignore[attr-defined]
made = MadeRow.__table__  # type: ignore[attr-defined]
tickets = TicketRow.__table__  # type: ignore[attr-defined]
