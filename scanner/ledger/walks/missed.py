"""Versions that a complete walk did not show any more: deleted, or moved away, while nobody was told.

A judged one is only marked. Open work ends as gone where three things agree: its folder was listed and lacks it, its id
is answered by 404, and events were lost since it was first seen. Without a gap the feed would have told of a deletion;
then a platform that hides the file from us is as likely (fact sheet 10, row 25), and the work stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, or_, select, update

from scanner.ledger.tables import gaps, steps, walks, work
from scanner.ledger.walks.walking import Walk, count
from scanner.ledger.work.deletion import MISSING, end_as_gone
from scanner.model import EntryId, GroupId, Outcome, StepKind, StepState

CHUNK = 2_000
"""Versions of the domain passed over in one transaction."""
MOST_SUSPECTS = 20
"""Of one chunk: each costs a call, and a stop costs those of one chunk."""
DONE_STEPS = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_NOT_THERE = (Outcome.GONE.value, Outcome.SUPERSEDED.value)
_MISSED = (
    update(work)
    .where(work.c.domain == bindparam("d"), work.c.entry_id == bindparam("e"))
    .values(missed_at=bindparam("n"))
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """Open work on a version that was not shown, to be asked for by its id."""

    group_id: GroupId
    entry_id: EntryId


@dataclass(frozen=True, slots=True)
class Chunk:
    """What was found among some versions of a domain."""

    missed: tuple[EntryId, ...]
    suspects: tuple[Suspect, ...]
    """Of these, the ones that may have to end as gone."""
    swept: str | None
    """The entry id up to which was looked; None where that were all."""


def look(connection: Connection, walk: Walk, lies_inside: Callable[[str], bool]) -> Chunk:
    """The next versions, in order of their entry ids. `lies_inside`: whether the walk should have shown a path."""
    after = walk.swept or ""
    mine = and_(work.c.domain == walk.domain, work.c.entry_id > after)
    ids = select(work.c.entry_id).where(mine).order_by(work.c.entry_id)
    swept: str | None = connection.execute(ids.offset(CHUNK - 1).limit(1)).scalar()
    if swept is not None:
        mine = and_(mine, work.c.entry_id <= swept)
    rows = connection.execute(_unseen(walk).where(mine).order_by(work.c.entry_id))
    lost_at = _lost_at(connection, walk.domain)
    found: list[EntryId] = []
    suspects: list[Suspect] = []
    for row in rows:
        if not lies_inside(row.place):
            continue
        found.append(EntryId(row.entry_id))
        if lost_at is not None and row.first_seen_at < lost_at and _may_be_gone(row):
            suspects.append(Suspect(GroupId(row.group_id), EntryId(row.entry_id)))
        if len(suspects) == MOST_SUSPECTS:
            swept = row.entry_id
            break
    rows.close()
    return Chunk(tuple(found), tuple(suspects), swept)


def _unseen(walk: Walk) -> Any:
    """Known before the walk began, not shown by it, nor anything newer of the same file, and not in quarantine."""
    newer = work.alias()
    shown = exists().where(
        newer.c.domain == work.c.domain, newer.c.group_id == work.c.group_id, newer.c.seen_at >= walk.begun_at
    )
    moved = and_(steps.c.kind == StepKind.QUARANTINE.value, steps.c.state.in_(DONE_STEPS))
    ours = exists().where(steps.c.domain == work.c.domain, steps.c.entry_id == work.c.entry_id, moved)
    columns = (work.c.entry_id, work.c.group_id, work.c.state, work.c.gap_reason, work.c.first_seen_at)
    place = func.coalesce(work.c.seen_path, work.c.path).label("place")
    return select(*columns, place).where(
        work.c.first_seen_at < walk.begun_at,
        work.c.missed_at.is_(None),
        or_(work.c.outcome.is_(None), work.c.outcome.not_in(_NOT_THERE)),
        ~shown,
        ~ours,
    )


def _lost_at(connection: Connection, domain: str) -> datetime | None:
    newest = select(func.max(gaps.c.opened_at, type_=gaps.c.opened_at.type)).where(gaps.c.domain == domain)
    found: datetime | None = connection.execute(newest).scalar()
    return found


def _may_be_gone(row: Row[Any]) -> bool:
    """Not what is in a worker's hands: it asks itself."""
    return row.state in ("queued", "waiting") or (row.state == "parked" and row.gap_reason == MISSING)


def record(connection: Connection, walk: Walk, chunk: Chunk, gone: Collection[EntryId], now: datetime) -> int:
    """Of the suspects of a chunk only those are missed that nobody finds by their ids, `gone`. Moves the walk on. Gives
    how many ended as gone."""
    found = {suspect.entry_id for suspect in chunk.suspects}.difference(gone)
    missed = [entry for entry in chunk.missed if entry not in found]
    if missed:
        connection.execute(_MISSED, [{"d": walk.domain, "e": entry, "n": now} for entry in missed])
    ended = sum(end_as_gone(connection, walk.domain, entry, now) for entry in gone)
    count(connection, walk.id, missed=len(missed), gone=ended)
    connection.execute(update(walks).where(walks.c.id == walk.id).values(swept=chunk.swept))
    return ended
