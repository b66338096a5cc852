"""What a listing shows of a domain: versions nobody knew are queued, known ones were seen, some of them elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update

from scanner.ledger.reuse import checksums
from scanner.ledger.tables import gaps, steps, work
from scanner.ledger.walks.walking import Walk, WalkReason
from scanner.ledger.work.deletion import MISSING
from scanner.ledger.work.intake import ENDED, queue_versions, reopen_plan
from scanner.model import FileVersion, Lane, StepKind, StepState

CLOCKS = timedelta(days=1)
"""By which two clocks may differ, and an upload be older than the moment its file appeared."""
LOST = "lost"
_DONE = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_SEEN = update(work).values(missed_at=None)


@dataclass(frozen=True, slots=True)
class Sighted:
    """What came of versions that a listing showed."""

    queued: int = 0
    """Unknown, or back again."""
    moved: int = 0
    """Known, and where they were not before."""


def record(connection: Connection, walk: Walk, versions: Sequence[FileVersion], now: datetime) -> Sighted:
    """In the transaction that moves the walk on."""
    if not versions:
        return Sighted()
    known = _known(connection, walk.domain, versions)
    wanted = [one for one in versions if one.entry_id not in known or _begins_anew(known[one.entry_id])]
    queued = _queue(connection, walk, wanted, now)
    moved = sum(1 for one in versions if one.entry_id in known and _place(known[one.entry_id]) != one.path)
    _mark(connection, walk.domain, versions, known, now)
    checksums.tell(connection, [one for one in versions if one.entry_id in known and _waits(known[one.entry_id])])
    restored = _was_restored(connection, walk)
    for entry_id in _returned(connection, walk.domain, list(known), restored=restored):
        queued += reopen_plan(connection, walk.domain, entry_id, now, undone=restored)
    return Sighted(queued, moved)


def queue_older(connection: Connection, walk: Walk, versions: Sequence[FileVersion], now: datetime) -> int:
    """Versions that are current no more."""
    return queue_versions(connection, versions, walk.lane, now)


def _known(connection: Connection, domain: str, versions: Sequence[FileVersion]) -> Mapping[str, Row[Any]]:
    ids = [one.entry_id for one in versions]
    columns = [work.c[name] for name in ("entry_id", "path", "seen_path", "state", "verdict_id", "gap_reason")]
    query = select(*columns).where(work.c.domain == domain, work.c.entry_id.in_(ids))
    return {row.entry_id: row for row in connection.execute(query)}


def _begins_anew(row: Row[Any]) -> bool:
    """Work that ended without a look. Asked here: most of a listing is known, and each try to queue takes its time."""
    return row.state in ENDED and (row.verdict_id is None or row.gap_reason == MISSING)


def _waits(row: Row[Any]) -> bool:
    return row.verdict_id is None and row.state not in ENDED


def _place(row: Row[Any]) -> str:
    return str(row.seen_path or row.path)


def _mark(
    connection: Connection, domain: str, versions: Sequence[FileVersion], known: Mapping[str, Row[Any]], now: datetime
) -> None:
    """As seen. In one statement those that are where the ledger says, which are nearly all."""
    elsewhere = [one for one in versions if one.entry_id in known and known[one.entry_id].path != one.path]
    entries = {one.entry_id for one in versions}.difference(one.entry_id for one in elsewhere)
    here = work.c.entry_id.in_(entries)
    connection.execute(_SEEN.where(work.c.domain == domain, here).values(seen_at=now, seen_path=None))
    for one in elsewhere:
        mine = work.c.entry_id == one.entry_id
        connection.execute(_SEEN.where(work.c.domain == domain, mine).values(seen_at=now, seen_path=one.path))


def _queue(connection: Connection, walk: Walk, versions: Sequence[FileVersion], now: datetime) -> int:
    """What was uploaded long before the gap is most likely older than the scanner: it waits behind what the gap hid."""
    before = _gap_began(connection, walk)
    old = [one for one in versions if before and one.uploaded_at and one.uploaded_at < before - CLOCKS]
    entries = {one.entry_id for one in old}
    new = [one for one in versions if one.entry_id not in entries]
    return queue_versions(connection, new, walk.lane, now) + queue_versions(connection, old, Lane.BACKFILL, now)


def _gap_began(connection: Connection, walk: Walk) -> datetime | None:
    """None where that is not known of each gap that the walk makes up for."""
    if walk.reason is not WalkReason.GAP:
        return None
    began = select(func.count(), func.count(gaps.c.since), func.min(gaps.c.since, type_=gaps.c.since.type))
    every, dated, first = connection.execute(began.where(gaps.c.walk_id == walk.id)).one()
    return first if every and every == dated else None


def _was_restored(connection: Connection, walk: Walk) -> bool:
    """The domain, from a backup."""
    lost = exists().where(gaps.c.walk_id == walk.id, gaps.c.reason == LOST)
    return walk.reason is WalkReason.GAP and bool(connection.execute(select(lost)).scalar())


def _returned(connection: Connection, domain: str, entries: Sequence[str], *, restored: bool) -> list[Any]:
    """Known versions that are there, although a step found them gone or replaced; in a domain that was restored also
    those that a step of ours moved away, unless they were released."""
    if not entries:
        return []
    ended = or_(steps.c.state == StepState.SUPERSEDED.value, steps.c.detail["gone"].as_string().is_not(None))
    if restored:
        ended = or_(ended, and_(steps.c.kind == StepKind.QUARANTINE.value, steps.c.state.in_(_DONE)))
    later = steps.alias()
    released = exists().where(
        later.c.domain == steps.c.domain,
        later.c.entry_id == steps.c.entry_id,
        later.c.kind == StepKind.RELEASE.value,
        later.c.state.in_(_DONE),
        later.c.id > steps.c.id,
    )
    mine = and_(steps.c.domain == domain, steps.c.entry_id.in_(entries))
    return list(connection.scalars(select(steps.c.entry_id).where(mine, ended, ~released).distinct()))
