"""What commands and gauges ask. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select, true

from scanner.ledger.dispatch import lanes
from scanner.ledger.orders import holding
from scanner.ledger.rows import (
    Backlog,
    QuarantineRow,
    Totals,
    VerdictRow,
    WorkCounts,
    content_of,
)
from scanner.ledger.tables import NOT_CLEAN, events, feeds, gaps, steps, verdicts, walks, work
from scanner.model import OPEN_STEPS, Lane, StepKind, StepState, VerdictKind

_OPEN = ["queued", "running", "waiting"]
_OPEN_STEPS = [state.value for state in OPEN_STEPS]
_DONE = [StepState.SUCCESS.value, StepState.ALREADY_DONE.value]
NOT_YET = "not-yet-scanned"

_SHOWN = (
    work,
    verdicts.c.kind,
    verdicts.c.reasons,
    verdicts.c.judged_at,
    verdicts.c.sha256,
    verdicts.c.mime,
    verdicts.c.suppressed,
    verdicts.c.reused,
    verdicts.c.size.label("content_size"),
)
WITH_VERDICT = select(*_SHOWN).select_from(work.outerjoin(verdicts, verdicts.c.id == work.c.verdict_id))
ITS_OWN = verdicts.c.entry_id == work.c.entry_id
"""Not so for a further entry id of a version: that is shown by the one it was judged under."""
_JUDGED = (
    select(*_SHOWN)
    .select_from(verdicts.join(work, verdicts.c.id == work.c.verdict_id))
    .where(work.c.domain == verdicts.c.domain, ITS_OWN)
)
_OPEN_OR_GIVEN_UP = WITH_VERDICT.where(work.c.verdict_id.is_(None), work.c.state.in_([*_OPEN, "parked"]))


def work_counts(connection: Connection, *, done: bool = True) -> WorkCounts:
    """Without `done` versions that are is cheap however many there were."""
    query = select(work.c.state, func.count()).group_by(work.c.state)
    counts = connection.execute(query if done else query.where(work.c.state.in_([*_OPEN, "parked"])))
    return WorkCounts(**{row[0]: row[1] for row in counts})


def domains(connection: Connection) -> list[str]:
    return list(connection.execute(select(feeds.c.domain).order_by(feeds.c.domain)).scalars())


def whose_turn_it_is(connection: Connection, domains: Sequence[str], now: datetime) -> int:
    """Versions of these domains that are queued or in hand, or whose moment has come: all open ones but what still
    waits."""
    # Not by an index over domains, which finds all versions ever.
    mine = work.c.domain.concat("").in_(domains)
    come = and_(mine, work.c.state == "waiting", work.c.due <= now, ~lanes.is_held(connection))
    return _count(connection, and_(mine, work.c.state.in_(("queued", "running")))) + _count(connection, come)


def backlog(connection: Connection, now: datetime) -> Backlog:
    """Versions without a verdict by what they wait for, and open steps. A queued version that is not due yet is between
    two attempts."""
    states, lanes = Counter[str](), Counter[str]()
    since: dict[str, datetime] = {}
    unjudged = _unjudged(connection, now)
    for lane, state, is_later, count, _, moment in unjudged:
        lanes[lane] += count
        since[lane] = min(since.get(lane, moment), moment)
        states["waiting" if state == "queued" and is_later else state] += count
    open_step = steps.c.state.in_(_OPEN_STEPS)
    count, oldest_step = connection.execute(select(func.count(), func.min(steps.c.planned_at)).where(open_step)).one()
    held, oldest_held = holding.held_by_brake(connection)
    open_walks, refused = connection.execute(
        select(func.count(), func.count(walks.c.refused_at)).where(walks.c.finished_at.is_(None))
    ).one()
    return Backlog(
        pending=states["queued"],
        leased=states["running"],
        retry_wait=states["waiting"],
        parked=_count(connection, work.c.state == "parked"),
        oldest=min((row[4] for row in unjudged), default=None),
        steps=count,
        oldest_step=oldest_step,
        braked=sum(held.values()),
        gaps=_count(connection, gaps.c.closed_at.is_(None)),
        walks=open_walks - refused,
        walks_refused=refused,
        held=held,
        oldest_held=oldest_held,
        lanes=lanes,
        waiting_since=since,
    )


def _unjudged(connection: Connection, now: datetime) -> Sequence[Any]:
    """Lane, state, whether it is due later, how many, when the first was uploaded, and since when one waits. From one
    small index: gauges are read every few seconds, and must not pass over all that was ever done."""
    later = work.c.due > now
    uploaded = func.coalesce(work.c.uploaded_at, work.c.first_seen_at, type_=work.c.first_seen_at.type)
    still_open = work.c.done_at.is_(None) & work.c.state.in_(_OPEN)
    waits = case((work.c.lane == Lane.LIVE.value, uploaded), else_=work.c.first_seen_at)
    oldest = (func.min(one, type_=work.c.first_seen_at.type) for one in (uploaded, waits))
    query = select(work.c.lane, work.c.state, later, func.count(), *oldest)
    query = query.where(work.c.verdict_id.is_(None), still_open).group_by(work.c.lane, work.c.state, later)
    return connection.execute(query).all()


def _count(connection: Connection, where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).where(where)).scalar_one())


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
    asked = [_judged(kind)]
    if kind in (None, VerdictKind.UNCHECKED):
        asked.append(_OPEN_OR_GIVEN_UP.order_by(work.c.first_seen_at.desc(), work.c.entry_id))
    if domain is not None:
        asked = [query.where(work.c.domain == domain) for query in asked]
    rows = [row for query in asked for row in connection.execute(query.limit(limit))]
    rows.sort(key=lambda row: row.entry_id)
    rows.sort(key=lambda row: row.judged_at or row.first_seen_at, reverse=True)
    return [verdict_row(row) for row in rows[:limit]]


def _judged(kind: VerdictKind | None) -> Select[*tuple[Any, ...]]:
    """By an index either way: of all by the moment, of the few that are not clean by kind and moment."""
    query = _JUDGED.order_by(verdicts.c.judged_at.desc(), work.c.entry_id)
    if kind is None:
        return query
    return query.where(verdicts.c.kind == kind.value, true() if kind is VerdictKind.CLEAN else NOT_CLEAN)


def verdict_row(row: Row[*tuple[Any, ...]]) -> VerdictRow:
    return VerdictRow(
        domain=row.domain,
        path=row.path,
        group_id=row.group_id,
        entry_id=row.entry_id,
        kind=kind_of(row),
        reasons=reasons_of(row),
        state=row.state,
        judged_at=row.judged_at,
        size=row.content_size if row.content_size is not None else row.size,
        sha256=row.sha256,
        mime=row.mime,
        suppressed=tuple(row.suppressed or ()),
        reused=row.reused is not None,
    )


def kind_of(row: Row[*tuple[Any, ...]]) -> VerdictKind:
    return VerdictKind(row.kind) if row.kind is not None else VerdictKind.UNCHECKED


def reasons_of(row: Row[*tuple[Any, ...]]) -> tuple[str, ...]:
    if row.kind is not None:
        return tuple(row.reasons)
    return (row.outcome or row.gap_reason or NOT_YET,)


def quarantined(connection: Connection, domain: str | None) -> list[QuarantineRow]:
    """Files moved into quarantine by us and neither released nor purged since. Of a version that somebody took out, and
    that was moved there anew, only the last move counts: where it was, and since when it may be purged."""
    later = steps.alias()
    of_the_file = and_(later.c.domain == steps.c.domain, later.c.group_id == steps.c.group_id, later.c.id > steps.c.id)
    ended = and_(later.c.kind.in_([StepKind.RELEASE.value, StepKind.PURGE.value]), later.c.state.in_(_DONE))
    anew = and_(
        later.c.kind == StepKind.QUARANTINE.value,
        later.c.entry_id == steps.c.entry_id,
        later.c.state == StepState.SUCCESS.value,
    )
    released = exists().where(of_the_file, or_(ended, anew))
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
