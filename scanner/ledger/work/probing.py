"""Probes: files of our own that go the whole way. They have no work, verdict or step, so that no list, account or brake
knows of them; what is recorded here is what a crash must not forget: the file that still lies in the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Index, delete, func, insert, select, update
from sqlmodel import Field

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import lanes, tickets
from scanner.ledger.tables import Base, BigKey, UtcDateTime, events
from scanner.ledger.tables import made as made_versions
from scanner.ledger.walks import walking
from scanner.ledger.work import made
from scanner.model import EntryId, Event, FileVersion, GroupId, Lane, StepResult, StepState

KEPT = timedelta(days=30)
INTERRUPTED = "interrupted"
"""What stands for the leg that failed where the service ended under way."""
LONGEST_TROUBLE = 500


class Leg(StrEnum):
    """Parts of the way, in their order."""

    UPLOAD = "upload"
    EVENT = "event"
    DISPATCH = "dispatch"
    SCAN = "scan"
    QUARANTINE = "quarantine"
    COMMENT = "comment"
    CLEANUP = "cleanup"


class ProbeRow(Base, table=True):
    """One probe. Dropped some time after it ended."""

    __tablename__ = "probes"
    __table_args__ = (
        Index("ix_probes_domain", "domain", "begun_at"),
        Index("ix_probes_open", "domain", "ended_at"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    domain: str
    path: str
    """Where it was put; random, and recorded before that."""
    sha512: str
    """Of its content, which is random as well: it is known by that, and nothing else passes for it."""
    leg: str
    """The last one begun."""
    group_id: str | None = None
    entry_id: str | None = None
    begun_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Nothing of it lies in the domain any more, or not as ours."""
    failed: str | None = None
    """The first leg that failed, or `interrupted`."""
    trouble: str | None = None


probes = ProbeRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Probe:
    """One whose file may lie in the domain; without ids where nobody knows whether it does."""

    id: int
    domain: str
    path: str
    sha512: str
    group_id: GroupId | None = None
    entry_id: EntryId | None = None


class Probes:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._db = database
        self._clock = clock
        self._wake = wake

    async def begin(self, domain: str, path: str, sha512: str) -> Probe:
        """The intent, before anything is put anywhere."""
        return await self._db.run(lambda connection: begin(connection, domain, path, sha512, self._clock()))

    async def uploaded(self, probe: Probe, group_id: GroupId, entry_id: EntryId) -> None:
        """Its version is ours from now on: neither events nor listings bring it to be scanned."""
        await self._db.run(lambda connection: uploaded(connection, probe, group_id, entry_id, self._clock()))

    async def reached(self, probe: Probe, leg: Leg) -> None:
        await self._db.run(lambda connection: _set(connection, probe.id, leg=leg.value))

    async def failed(self, probe: Probe, where: str, trouble: str) -> None:
        """What failed first stands."""
        await self._db.run(lambda connection: failed(connection, probe.id, where, trouble))

    async def end(self, probe: Probe) -> None:
        await self._db.run(lambda connection: _set(connection, probe.id, ended_at=self._clock()))

    async def left(self, domain: str) -> list[Probe]:
        """Those that did not end."""
        return await self._db.read(lambda connection: left(connection, domain))

    async def last(self, domain: str) -> tuple[datetime | None, datetime | None]:
        """When one last began, and when one last came through."""
        return await self._db.read(lambda connection: last(connection, domain))

    async def event_came(self, domain: str, entry_id: EntryId) -> bool:
        return await self._db.read(lambda connection: event_came(connection, domain, entry_id))

    async def call_worker(self, domain: str, entry_id: EntryId) -> None:
        """A ticket without work: whoever takes it finds nothing to do, and drops it."""
        await self._db.run(lambda c: tickets.put(c, domain, entry_id, Lane.LIVE, self._clock()))
        self._wake()

    async def is_called(self, domain: str, entry_id: EntryId) -> bool:
        """Whether nobody has taken that ticket yet."""
        return await self._db.read(lambda connection: lanes.is_there(connection, domain, entry_id))


def begin(connection: Connection, domain: str, path: str, sha512: str, now: datetime) -> Probe:
    connection.execute(delete(probes).where(probes.c.domain == domain, probes.c.ended_at < now - KEPT))
    values = {"domain": domain, "path": path, "sha512": sha512, "leg": Leg.UPLOAD.value, "begun_at": now}
    key = connection.execute(insert(probes), values).inserted_primary_key
    assert key is not None
    return Probe(key[0], domain, path, sha512)


def adopt(connection: Connection, domain: str, page: Sequence[Event], now: datetime) -> None:
    """The event may be read before the answer to the upload: what first comes into being at a path that nobody could
    know is the probe's."""
    waiting = {one.path.lower(): one for one in left(connection, domain) if one.entry_id is None}
    for event in page if waiting else ():
        path = (event.target_path or "").lower()
        if event.action == "create" and event.entry_id and event.group_id and path in waiting:
            _own(connection, waiting.pop(path), event.group_id, event.entry_id, now)


def adopt_listed(connection: Connection, domain: str, versions: Sequence[FileVersion], now: datetime) -> None:
    """A listing may show it before either."""
    waiting = {one.path.lower(): one for one in left(connection, domain) if one.entry_id is None}
    for version in versions if waiting else ():
        if version.path.lower() in waiting:
            _own(connection, waiting.pop(version.path.lower()), version.group_id, version.entry_id, now)


def uploaded(connection: Connection, probe: Probe, group_id: GroupId, entry_id: EntryId, now: datetime) -> None:
    taken = connection.scalar(select(probes.c.entry_id).where(probes.c.id == probe.id))
    if taken not in (None, entry_id):
        # Somebody's version came in between, and its event before ours: it is to be scanned after all.
        connection.execute(
            delete(made_versions).where(made_versions.c.domain == probe.domain, made_versions.c.entry_id == taken)
        )
        walking.arrived(connection, probe.domain, [probe.path.rpartition("/")[0]], now)
    _own(connection, probe, group_id, entry_id, now)


def _own(connection: Connection, probe: Probe, group_id: GroupId, entry_id: EntryId, now: datetime) -> None:
    made.record(connection, probe.domain, StepResult(StepState.SUCCESS, {"made": entry_id}), now)
    _set(connection, probe.id, group_id=group_id, entry_id=entry_id)


def failed(connection: Connection, probe_id: int, where: str, trouble: str) -> None:
    first = update(probes).where(probes.c.id == probe_id, probes.c.failed.is_(None))
    connection.execute(first.values(failed=where, trouble=trouble[:LONGEST_TROUBLE]))


def left(connection: Connection, domain: str) -> list[Probe]:
    rows = connection.execute(select(probes).where(probes.c.domain == domain, probes.c.ended_at.is_(None)))
    return [Probe(row.id, row.domain, row.path, row.sha512, row.group_id, row.entry_id) for row in rows]


def last(connection: Connection, domain: str) -> tuple[datetime | None, datetime | None]:
    mine = probes.c.domain == domain
    kind = probes.c.begun_at.type
    begun = connection.scalar(select(func.max(probes.c.begun_at, type_=kind)).where(mine))
    well = select(func.max(probes.c.ended_at, type_=kind)).where(mine, probes.c.failed.is_(None))
    return begun, connection.scalar(well)


def event_came(connection: Connection, domain: str, entry_id: EntryId) -> bool:
    found = select(events.c.event_id).where(events.c.entry_id == entry_id, events.c.domain == domain)
    return connection.execute(found.limit(1)).first() is not None


def _set(connection: Connection, probe_id: int, **values: Any) -> None:
    connection.execute(update(probes).where(probes.c.id == probe_id).values(**values))
