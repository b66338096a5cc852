"""What commands and gauges ask. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from scanner.ledger import holding
from scanner.ledger.rows import (
    Backlog,
    Explanation,
    QuarantineRow,
    Totals,
    VerdictRow,
    WorkCounts,
    content_of,
)
from scanner.ledger.tables import events, gaps, steps, verdicts, walks, work
from scanner.model import OPEN_STEPS, StepKind, StepState, VerdictKind

_OPEN = ["queued", "running", "waiting"]
_OPEN_STEPS = [state.value for state in OPEN_STEPS]
_DONE = [StepState.SUCCESS.value, StepState.ALREADY_DONE.value]
NOT_YET = "not-yet-scanned"

_WITH_VERDICT = select(
    work,
    verdicts.c.kind,
    verdicts.c.reasons,
    verdicts.c.judged_at,
    verdicts.c.sha256,
    verdicts.c.mime,
    verdicts.c.suppressed,
    verdicts.c.size.label("content_size"),
).select_from(work.outerjoin(verdicts, verdicts.c.id == work.c.verdict_id))
_ITS_OWN = verdicts.c.entry_id == work.c.entry_id
"""Not so for a further entry id of a version: that is shown by the one it was judged under."""


def work_counts(connection: Connection) -> WorkCounts:
    counts = connection.execute(select(work.c.state, func.count()).group_by(work.c.state))
    return WorkCounts(**{row[0]: row[1] for row in counts})


def backlog(connection: Connection, now: datetime) -> Backlog:
    """Versions without a verdict by what they wait for, and open steps. A queued version that is not due yet is between
    two attempts."""
    unjudged = work.c.verdict_id.is_(None)
    states, lanes = Counter[str](), Counter[str]()
    later = work.c.due > now
    uploaded = func.coalesce(work.c.uploaded_at, work.c.first_seen_at, type_=work.c.first_seen_at.type)
    # Answered from one small index: gauges are read every few seconds, and must not pass over all that was ever done.
    still_open = work.c.done_at.is_(None) & work.c.state.in_(_OPEN)
    query = select(work.c.lane, work.c.state, later, func.count(), func.min(uploaded, type_=uploaded.type))
    found = connection.execute(query.where(unjudged, still_open).group_by(work.c.lane, work.c.state, later)).all()
    for lane, state, is_later, count, _ in found:
        lanes[lane] += count
        states["waiting" if state == "queued" and is_later else state] += count
    parked = connection.execute(select(func.count()).select_from(work).where(work.c.state == "parked")).scalar_one()
    open_step = steps.c.state.in_(_OPEN_STEPS)
    count, oldest_step = connection.execute(select(func.count(), func.min(steps.c.planned_at)).where(open_step)).one()
    held, oldest_held = holding.held_by_brake(connection)
    gaps_open = connection.execute(
        select(func.count()).select_from(gaps).where(gaps.c.closed_at.is_(None))
    ).scalar_one()
    open_walks, refused = connection.execute(
        select(func.count(), func.count(walks.c.refused_at)).where(walks.c.finished_at.is_(None))
    ).one()
    return Backlog(
        pending=states["queued"],
        leased=states["running"],
        retry_wait=states["waiting"],
        parked=parked,
        oldest=min((row[4] for row in found), default=None),
        steps=count,
        oldest_step=oldest_step,
        braked=sum(held.values()),
        gaps=gaps_open,
        walks=open_walks - refused,
        walks_refused=refused,
        held=held,
        oldest_held=oldest_held,
        lanes=lanes,
    )


def totals(connection: Connection, since: datetime) -> Totals:
    def count(column: Any, *where: Any) -> dict[str, int]:
        rows = connection.execute(select(column, func.count()).where(*where).group_by(column))
        return {row[0]: row[1] for row in rows if row[0] is not None}

    return Totals(
        skipped=count(events.c.reason, events.c.recorded_at >= since),
        verdicts=count(verdicts.c.kind, verdicts.c.judged_at >= since),
        outcomes=count(work.c.outcome, work.c.done_at >= since),
        suppressed=_suppressed(connection, since),
        steps=count(steps.c.kind + ": " + steps.c.state, or_(steps.c.done_at >= since, steps.c.planned_at >= since)),
    )


def _suppressed(connection: Connection, since: datetime) -> dict[str, int]:
    query = select(verdicts.c.suppressed).where(verdicts.c.judged_at >= since, verdicts.c.suppressed.is_not(None))
    return Counter(name for (names,) in connection.execute(query) for name in names)


def verdict_rows(connection: Connection, domain: str | None, kind: VerdictKind | None, limit: int) -> list[VerdictRow]:
    """Newest first. Versions that are gone or superseded without a look have no verdict and are left out."""
    open_or_given_up = and_(work.c.verdict_id.is_(None), work.c.state != "done")
    query = _WITH_VERDICT.where(or_(_ITS_OWN, open_or_given_up))
    if domain is not None:
        query = query.where(work.c.domain == domain)
    if kind is VerdictKind.UNCHECKED:
        query = query.where(or_(work.c.verdict_id.is_(None), verdicts.c.kind == kind.value))
    elif kind is not None:
        query = query.where(verdicts.c.kind == kind.value)
    newest = func.coalesce(verdicts.c.judged_at, work.c.first_seen_at)
    return [
        _verdict_row(row) for row in connection.execute(query.order_by(newest.desc(), work.c.entry_id).limit(limit))
    ]


def _verdict_row(row: Row[*tuple[Any, ...]]) -> VerdictRow:
    return VerdictRow(
        domain=row.domain,
        path=row.path,
        group_id=row.group_id,
        entry_id=row.entry_id,
        kind=_kind(row),
        reasons=_reasons(row),
        state=row.state,
        judged_at=row.judged_at,
        size=row.content_size if row.content_size is not None else row.size,
        sha256=row.sha256,
        mime=row.mime,
        suppressed=tuple(row.suppressed or ()),
    )


def _kind(row: Row[*tuple[Any, ...]]) -> VerdictKind:
    return VerdictKind(row.kind) if row.kind is not None else VerdictKind.UNCHECKED


def _reasons(row: Row[*tuple[Any, ...]]) -> tuple[str, ...]:
    if row.kind is not None:
        return tuple(row.reasons)
    return (row.outcome or row.gap_reason or NOT_YET,)


def explain(connection: Connection, entry: str) -> list[Explanation]:
    other = work.alias()
    judged = select(other.c.verdict_id).where(
        or_(other.c.entry_id == entry, other.c.path == entry, other.c.seen_path == entry),
        other.c.verdict_id.is_not(None),
    )
    named = or_(work.c.entry_id == entry, work.c.path == entry, work.c.seen_path == entry)
    wanted = or_(named, work.c.verdict_id.in_(judged))
    own = or_(verdicts.c.id.is_(None), _ITS_OWN)
    found = connection.execute(_WITH_VERDICT.where(wanted, own).order_by(work.c.first_seen_at))
    return [_explanation(connection, row) for row in found.all()]


def _explanation(connection: Connection, row: Row[*tuple[Any, ...]]) -> Explanation:
    def all_of(table: Any, *order: Any) -> tuple[dict[str, Any], ...]:
        mine = and_(table.c.domain == row.domain, table.c.entry_id == row.entry_id)
        return tuple(dict(one._mapping) for one in connection.execute(select(table).where(mine).order_by(*order)))

    return Explanation(
        domain=row.domain,
        path=row.path,
        group_id=row.group_id,
        entry_id=row.entry_id,
        kind=_kind(row),
        reasons=_reasons(row),
        state=row.state,
        outcome=row.outcome,
        starts=row.starts,
        first_seen_at=row.first_seen_at,
        done_at=row.done_at,
        waits_for=f"{row.gap_reason}: {row.gap_detail}" if row.gap_reason else None,
        events=all_of(events, events.c.epoch, events.c.event_id),
        verdicts=all_of(verdicts, verdicts.c.id),
        steps=all_of(steps, steps.c.position),
        listed_at=row.seen_at,
        listed_path=None if row.seen_at is None else row.seen_path or row.path,
        missed_at=row.missed_at,
    )


def quarantined(connection: Connection, domain: str | None) -> list[QuarantineRow]:
    """Files moved into quarantine by us and neither released nor purged since."""
    later = steps.alias()
    released = exists().where(
        later.c.domain == steps.c.domain,
        later.c.group_id == steps.c.group_id,
        later.c.id > steps.c.id,
        later.c.kind.in_([StepKind.RELEASE.value, StepKind.PURGE.value]),
        later.c.state.in_(_DONE),
    )
    query = (
        select(steps, verdicts.c.reasons, verdicts.c.size, verdicts.c.sha256, verdicts.c.sha512, verdicts.c.mime)
        .join(work, and_(work.c.domain == steps.c.domain, work.c.entry_id == steps.c.entry_id))
        .outerjoin(verdicts, verdicts.c.id == work.c.verdict_id)
        .where(steps.c.kind == StepKind.QUARANTINE.value, steps.c.state.in_(_DONE), ~released)
        .order_by(steps.c.id)
    )
    if domain is not None:
        query = query.where(steps.c.domain == domain)
    return [_quarantine_row(row) for row in connection.execute(query) if "path" in row.detail]


def _quarantine_row(row: Row[*tuple[Any, ...]]) -> QuarantineRow:
    return QuarantineRow(
        id=row.id,
        domain=row.domain,
        group_id=row.group_id,
        entry_id=row.entry_id,
        origin=row.detail.get("origin", ""),
        path=row.detail["path"],
        reasons=tuple(row.reasons or ()),
        quarantined_at=row.done_at,
        current_entry_id=row.detail.get("entry_id", row.entry_id),
        content=content_of(row),
    )
