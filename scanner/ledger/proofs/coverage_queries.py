"""The account of what was seen, read from the ledger row by row: memory stays flat whatever its size, and each question
is answered from one state of the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, and_, case, cast, func, or_, select, tuple_

from scanner.ledger.proofs.coverage import (
    Coverage,
    EventAccount,
    Facts,
    Figures,
    Folders,
    Place,
    SeenGap,
    Standing,
    Unheld,
    Unlisted,
    stand,
)
from scanner.ledger.tables import events, feeds, gaps, verdicts, walks, work
from scanner.model import VerdictKind

PAGE = 1_000
_UNSEEN = ("event", "gap")
"""Why a walk is asked for, where nobody looked before. One on a schedule, by command or into the past only looks once
more, and leaves no account incomplete."""
_NOT_LOOKED_AT = (VerdictKind.UNSCANNABLE.value, VerdictKind.UNCHECKED.value)
# The rows of a million versions: columns of the kind and of text alone, since those of JSON are read one by one.
_STANDING = select(
    work.c.domain,
    work.c.entry_id,
    work.c.path,
    work.c.state,
    work.c.outcome,
    work.c.gap_reason,
    work.c.first_seen_at,
    func.coalesce(work.c.uploaded_at, work.c.first_seen_at, type_=work.c.first_seen_at.type).label("since"),
    verdicts.c.kind,
    case((verdicts.c.kind.in_(_NOT_LOOKED_AT), cast(verdicts.c.reasons, String)), else_=None).label("told"),
    verdicts.c.reused,
).select_from(work.outerjoin(verdicts, verdicts.c.id == work.c.verdict_id))
# A further entry id of a version is shown, and counted, by the one it was judged under.
_ITS_OWN = verdicts.c.id.is_(None) | (verdicts.c.entry_id == work.c.entry_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the ledger is meant."""

    domain: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""

    def within(self, moment: Any) -> ColumnElement[bool]:
        """Whether a moment lies in the period."""
        bounds: list[ColumnElement[bool]] = []
        if self.since is not None:
            bounds.append(moment >= self.since)
        if self.until is not None:
            bounds.append(moment < self.until)
        return and_(True, *bounds)

    def of(self, column: Any) -> ColumnElement[bool]:
        """Whether it is of the domain."""
        return and_(True, column == self.domain) if self.domain is not None else and_(True)


@dataclass(frozen=True, slots=True)
class NotScanned:
    """A version that no engine has looked at, and why."""

    domain: str
    entry_id: str
    path: str
    standing: Standing
    reason: str
    first_seen_at: datetime


def coverage(connection: Connection, asked: Asked, folders: Folders, *, elsewhere: bool, now: datetime) -> Coverage:
    """The account of a period. What lies in none of the folders is counted under an empty name, or left out."""
    names = domains(connection, asked)
    return Coverage(
        at=now,
        since=asked.since,
        until=asked.until,
        places=tuple(place for domain in names for place in _places(connection, domain, asked, folders, elsewhere)),
        events=tuple(account for domain in names for account in _events(connection, domain, asked)),
        gaps=_gaps(connection, asked),
        unlisted=_unlisted(connection, asked),
        unheld=unheld(connection, asked),
    )


def domains(connection: Connection, asked: Asked) -> list[str]:
    """Of which there is anything to tell, by name."""
    if asked.domain is not None:
        return [asked.domain]
    found = set(connection.scalars(select(work.c.domain).distinct()))
    return sorted(found | set(connection.scalars(select(events.c.domain).distinct())))


def _versions(connection: Connection, domain: str, asked: Asked) -> Iterator[Row[*tuple[Any, ...]]]:
    query = _STANDING.where(work.c.domain == domain, asked.within(work.c.first_seen_at), _ITS_OWN)
    yield from connection.execute(query)


def _places(connection: Connection, domain: str, asked: Asked, folders: Folders, elsewhere: bool) -> Iterator[Place]:
    figures: defaultdict[str, Figures] = defaultdict(Figures)
    for row in _versions(connection, domain, asked):
        folder = folders.of(domain, row.path)
        if folder is not None or elsewhere:
            figures[folder or ""].add(_facts(row), row.since)
    for folder in sorted(figures):
        yield Place(domain, folder, figures[folder])


def _facts(row: Row[*tuple[Any, ...]]) -> Facts:
    return Facts(row.state, row.outcome, row.gap_reason, row.kind, row.told, row.reused is not None)


def _events(connection: Connection, domain: str, asked: Asked) -> Iterator[EventAccount]:
    recorded = and_(events.c.domain == domain, asked.within(events.c.recorded_at))
    ends = func.count(), func.min(events.c.event_id), func.max(events.c.event_id)
    query = select(events.c.epoch, events.c.disposition, events.c.reason, *ends).where(recorded)
    parts: defaultdict[int, list[Any]] = defaultdict(list)
    for epoch, *part in connection.execute(query.group_by(events.c.epoch, events.c.disposition, events.c.reason)):
        parts[epoch].append(part)
    lost = _without_version(connection, recorded)
    for epoch, found in sorted(parts.items()):
        counts = Counter({what: count for what, reason, count, _, _ in found if reason is None})
        skipped = {reason: count for _, reason, count, _, _ in found if reason is not None}
        first, last = min(part[3] for part in found), max(part[4] for part in found)
        yield EventAccount(domain, epoch, counts["queued"], counts["walk"], skipped, first, last, lost[epoch])


def _without_version(connection: Connection, recorded: ColumnElement[bool]) -> Counter[int]:
    known = and_(work.c.domain == events.c.domain, work.c.entry_id == events.c.entry_id)
    query = select(events.c.epoch, func.count()).select_from(events.outerjoin(work, known))
    lost = query.where(recorded, events.c.disposition == "queued", work.c.entry_id.is_(None))
    return Counter({row[0]: row[1] for row in connection.execute(lost.group_by(events.c.epoch))})


def _gaps(connection: Connection, asked: Asked) -> tuple[SeenGap, ...]:
    """Those that touch the period; one whose ends nobody knows may."""
    touches = []
    if asked.since is not None:
        touches.append(or_(gaps.c.until.is_(None), gaps.c.until >= asked.since))
    if asked.until is not None:
        touches.append(or_(gaps.c.since.is_(None), gaps.c.since < asked.until))
    query = select(gaps).where(asked.of(gaps.c.domain), *touches).order_by(gaps.c.id)
    return tuple(
        SeenGap(row.domain, row.reason, row.since, row.until, row.opened_at, row.closed_at)
        for row in connection.execute(query)
    )


def _unlisted(connection: Connection, asked: Asked) -> tuple[Unlisted, ...]:
    """As it is now, whatever the period: nobody knows what lies in them, nor since when."""
    query = select(walks.c.domain, func.count(), func.count(walks.c.refused_at))
    unseen = walks.c.reason.is_(None) | walks.c.reason.in_(_UNSEEN) | walks.c.refused_at.is_not(None)
    still = query.where(asked.of(walks.c.domain), walks.c.finished_at.is_(None), unseen)
    rows = connection.execute(still.group_by(walks.c.domain).order_by(walks.c.domain))
    return tuple(Unlisted(domain, count - refused, refused) for domain, count, refused in rows)


def unheld(connection: Connection, asked: Asked) -> tuple[Unheld, ...]:
    """The domains of which events may be missing in the period."""
    query = select(feeds.c.domain, feeds.c.pruned_to).where(asked.of(feeds.c.domain), feeds.c.pruned_to.is_not(None))
    if asked.since is not None:
        query = query.where(feeds.c.pruned_to >= asked.since)
    return tuple(Unheld(*row) for row in connection.execute(query.order_by(feeds.c.domain)))


def not_scanned(
    connection: Connection, asked: Asked, after: NotScanned | None, most: int = PAGE
) -> tuple[list[NotScanned], NotScanned | None]:
    """Of the versions of one domain that follow one, oldest first, those that no engine looked at: out of at most so
    many versions. Also gives where to go on from; None where there are no more."""
    assert asked.domain is not None
    query = _STANDING.where(work.c.domain == asked.domain, asked.within(work.c.first_seen_at), _ITS_OWN)
    if after is not None:
        place = tuple_(work.c.first_seen_at, work.c.entry_id)
        types = [work.c.first_seen_at.type, work.c.entry_id.type]
        query = query.where(place > tuple_(after.first_seen_at, after.entry_id, types=types))
    rows = connection.execute(query.order_by(work.c.first_seen_at, work.c.entry_id).limit(most)).all()
    shown = [_not_scanned(row) for row in rows]
    found = [one for one in shown if one is not None]
    if len(rows) < most:
        return found, None
    last = rows[-1]
    return found, NotScanned(last.domain, last.entry_id, last.path, Standing.OPEN, "", last.first_seen_at)


def _not_scanned(row: Row[*tuple[Any, ...]]) -> NotScanned | None:
    standing, reason = stand(_facts(row))
    if isinstance(standing, VerdictKind):
        return None
    return NotScanned(row.domain, row.entry_id, row.path, standing, reason, row.first_seen_at)
