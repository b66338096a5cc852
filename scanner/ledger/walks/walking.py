"""Walks on record: what is to be listed and why, how far each has come, and which gaps it makes up for.

A walk keeps in its frontier what it has still to ask for, so that stopping anywhere costs a repeated page. What it must
not see becomes a walk of its own when the rest is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, insert, or_, select, update

from scanner.ledger.proofs import audit
from scanner.ledger.tables import frontier as places
from scanner.ledger.tables import gaps, walks
from scanner.ledger.walks import frontier
from scanner.ledger.walks.frontier import PlaceKind
from scanner.model import Lane

EVERYTHING = ""
"""The path of a walk over all watched folders."""
REFUSED_REST = timedelta(hours=6)
"""Until a folder that may not be listed is asked for again: rights may come back, but each try burns quota (fact sheet
8.3)."""


_OPEN = walks.c.finished_at.is_(None)


class WalkReason(StrEnum):
    """Why a walk was asked for, those that go first first."""

    EVENT = "event"
    """A folder arrived as a whole."""
    GAP = "gap"
    """Events were lost."""
    COMMAND = "command"
    SCHEDULE = "schedule"
    BACKFILL = "backfill"


SWEEPING = frozenset({WalkReason.GAP, WalkReason.COMMAND, WalkReason.SCHEDULE})
"""Walks that also look for what they were not shown."""


_FIGURES = tuple(walks.c[name] for name in ("folders", "files", "queued", "moved", "missed", "gone", "unread"))


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk, and how far it has come."""

    id: int
    domain: str
    path: str
    reason: WalkReason
    with_versions: bool
    asked_at: datetime
    begun_at: datetime | None = None
    finished_at: datetime | None = None
    refused_at: datetime | None = None
    """When the platform refused to list its folder; None where it has not."""
    paused_at: datetime | None = None
    due_at: datetime | None = None
    """Not before."""
    trouble: str | None = None
    swept: str | None = None
    folders: int = 0
    """Listed to their end."""
    files: int = 0
    queued: int = 0
    """Versions that nobody knew."""
    moved: int = 0
    missed: int = 0
    """Versions that no listing showed any more."""
    gone: int = 0
    """Of these, open ones that ended as gone."""
    unread: int = 0

    @property
    def lane(self) -> Lane:
        return Lane.BACKFILL if self.reason is WalkReason.BACKFILL else Lane.RECONCILE


def ask(
    connection: Connection,
    domain: str,
    path: str,
    reason: WalkReason,
    now: datetime,
    *,
    with_versions: bool = False,
) -> int:
    """The id of a walk that begins from now on: a new one, or one of the same kind that has not begun."""
    same = and_(walks.c.path == path, walks.c.reason == reason.value)
    same &= walks.c.with_versions.is_not_distinct_from(with_versions or None)
    waiting = select(walks.c.id).where(walks.c.domain == domain, _OPEN, same)
    untouched = and_(walks.c.begun_at.is_(None), walks.c.paused_at.is_(None), walks.c.refused_at.is_(None))
    known = connection.execute(waiting.where(untouched)).scalar()
    if known is not None:
        return int(known)
    values: dict[str, Any] = {"domain": domain, "path": path, "asked_at": now, "reason": reason.value}
    values["with_versions"] = with_versions or None
    return _added(connection, values)


def arrived(connection: Connection, domain: str, paths: Iterable[str], now: datetime) -> None:
    """Walks for folders that arrived as a whole, unless one that is open has them, or one above, still to be listed:
    where each child has an event of its own, that makes one walk of many."""
    for path in paths:
        above = [path[:end] or "/" for end, sign in enumerate(path) if sign == "/"]
        covering = select(walks.c.id).join(places, places.c.walk_id == walks.c.id)
        covering = covering.where(walks.c.domain == domain, _OPEN, frontier.nobody_came([path, *above]))
        covering = covering.where(walks.c.reason.is_distinct_from(WalkReason.BACKFILL.value))
        if connection.execute(covering.limit(1)).first() is None:
            walk_id = _added(connection, {"domain": domain, "path": path, "asked_at": now})
            frontier.add(connection, walk_id, PlaceKind.FOLDER, [path])


def cover_gaps(connection: Connection, domain: str, now: datetime) -> None:
    """Each open gap gets a walk over all that is watched, begun after it was recorded."""
    bare = (gaps.c.domain == domain) & gaps.c.closed_at.is_(None) & gaps.c.walk_id.is_(None)
    if connection.execute(select(gaps.c.id).where(bare).limit(1)).first() is not None:
        walk_id = ask(connection, domain, EVERYTHING, WalkReason.GAP, now)
        connection.execute(update(gaps).where(bare).values(walk_id=walk_id))


def ask_on_schedule(connection: Connection, domain: str, every: timedelta, now: datetime) -> None:
    """A walk over all that is watched, where none is open and the last one ended long enough ago."""
    sweeping = [reason.value for reason in SWEEPING]
    whole = and_(walks.c.domain == domain, walks.c.path == EVERYTHING, walks.c.reason.in_(sweeping))
    recent = or_(walks.c.finished_at.is_(None), walks.c.finished_at > now - every)
    if connection.execute(select(walks.c.id).where(whole, recent).limit(1)).first() is None:
        ask(connection, domain, EVERYTHING, WalkReason.SCHEDULE, now)


def begin(connection: Connection, walk_id: int, roots: Sequence[str], now: datetime) -> None:
    connection.execute(update(walks).where(walks.c.id == walk_id).values(begun_at=now))
    frontier.add(connection, walk_id, PlaceKind.FOLDER, roots)


def next_walk(
    connection: Connection, domain: str, now: datetime, *, with_refused: bool, with_backfill: bool
) -> Walk | None:
    """The one to go on with: arrivals before gaps, and so on; refused folders after that. Without `with_refused` no
    refused folder is begun with, without `with_backfill` no old content listed."""
    due = and_(walks.c.domain == domain, _OPEN, walks.c.paused_at.is_(None))
    due = and_(due, or_(walks.c.due_at.is_(None), walks.c.due_at <= now))
    if not with_refused:
        due = and_(due, or_(walks.c.refused_at.is_(None), walks.c.begun_at.is_not(None)))
    if not with_backfill:
        due = and_(due, walks.c.reason.is_distinct_from(WalkReason.BACKFILL.value))
    rank = case({reason.value: number for number, reason in enumerate(WalkReason)}, value=walks.c.reason, else_=0)
    first = select(walks).where(due).order_by(walks.c.refused_at.is_not(None), rank, walks.c.id).limit(1)
    row = connection.execute(first).first()
    return None if row is None else walk_of(row)


def put_off(connection: Connection, walk_id: int, until: datetime | None, trouble: str) -> None:
    """The walk waits as a whole until then; where that is None, a place of it does."""
    values = {"trouble": trouble[:500], "due_at": until}
    connection.execute(update(walks).where(walks.c.id == walk_id).values(**values))


def wait(connection: Connection, walk_id: int, until: datetime) -> None:
    """For places that were put off."""
    connection.execute(update(walks).where(walks.c.id == walk_id).values(due_at=until))


def count(connection: Connection, walk_id: int, **more: int) -> None:
    """Things went on: trouble is over."""
    values: dict[str, Any] = {name: func.coalesce(walks.c[name], 0) + number for name, number in more.items()}
    values |= {"trouble": None, "due_at": None}
    connection.execute(update(walks).where(walks.c.id == walk_id).values(**values))


def finish(connection: Connection, walk: Walk, now: datetime) -> None:
    """Folders that could not be listed are walks of their own from now on. Gaps are closed that this was waited for."""
    ended = update(walks).where(walks.c.id == walk.id).values(finished_at=now, trouble=None, due_at=None)
    _record(connection, walk, connection.execute(ended.returning(*_FIGURES)).one(), now)
    for path in frontier.refused(connection, walk.id):
        known = and_(walks.c.domain == walk.domain, walks.c.path == path, _OPEN, walks.c.refused_at.is_not(None))
        if connection.execute(select(walks.c.id).where(known)).first() is None:
            again: dict[str, Any] = {"domain": walk.domain, "path": path, "asked_at": now, "refused_at": now}
            again["due_at"] = now + REFUSED_REST
            again["reason"] = None if walk.reason is WalkReason.EVENT else walk.reason.value
            _added(connection, again | {"with_versions": walk.with_versions or None})
    frontier.drop_all(connection, walk.id)
    _close_gaps(connection, walk.domain, now)


def _record(connection: Connection, walk: Walk, figures: Row[Any], now: datetime) -> None:
    """Folders that arrived as a whole are daily business, and no act; the rest is one."""
    if walk.reason is WalkReason.EVENT:
        return
    action = audit.Action.BACKFILL if walk.reason is WalkReason.BACKFILL else audit.Action.RECONCILE
    said = {"reason": walk.reason.value, **{name: count or 0 for name, count in figures._mapping.items()}}
    audit.append(connection, action, f"{walk.domain}:{walk.path}", said, at=now)


def _whole(domain: str) -> ColumnElement[bool]:
    """Over all that is watched, with what was not shown looked for."""
    sweeping = [reason.value for reason in SWEEPING]
    return and_(walks.c.domain == domain, walks.c.path == EVERYTHING, walks.c.reason.in_(sweeping))


def first_asked(connection: Connection, domain: str) -> datetime | None:
    """When all that is watched was first to be listed; None where it never was."""
    found: datetime | None = connection.execute(select(func.min(walks.c.asked_at)).where(_whole(domain))).scalar_one()
    return found


def last_whole(connection: Connection, domain: str) -> Walk | None:
    """The last one that listed all that is watched to its end; None where there was none."""
    whole = _whole(domain)
    row = connection.execute(select(walks).where(whole, ~_OPEN).order_by(walks.c.finished_at.desc()).limit(1)).first()
    return None if row is None else walk_of(row)


def _close_gaps(connection: Connection, domain: str, now: datetime) -> None:
    """Those whose walk has ended, once no folder of the domain is left that nobody may list."""
    refused = and_(walks.c.domain == domain, _OPEN, walks.c.refused_at.is_not(None))
    if connection.execute(select(walks.c.id).where(refused).limit(1)).first() is not None:
        return
    ended = select(walks.c.id).where(walks.c.id == gaps.c.walk_id, walks.c.finished_at.is_not(None))
    mine = and_(gaps.c.domain == domain, gaps.c.closed_at.is_(None), ended.exists())
    closed = update(gaps).where(mine).values(closed_at=now).returning(gaps.c.id, gaps.c.reason)
    for gap in connection.execute(closed).all():
        audit.append(connection, audit.Action.GAP_CLOSED, f"{domain}:gap {gap.id}", {"reason": gap.reason}, at=now)


def walk_of(row: Row[Any]) -> Walk:
    return Walk(
        id=row.id,
        domain=row.domain,
        path=row.path,
        reason=WalkReason(row.reason or WalkReason.EVENT),
        with_versions=bool(row.with_versions),
        asked_at=row.asked_at,
        begun_at=row.begun_at,
        finished_at=row.finished_at,
        refused_at=row.refused_at,
        paused_at=row.paused_at,
        due_at=row.due_at,
        trouble=row.trouble,
        swept=row.swept,
        folders=row.folders or 0,
        files=row.files or 0,
        queued=row.queued or 0,
        moved=row.moved or 0,
        missed=row.missed or 0,
        gone=row.gone or 0,
        unread=row.unread or 0,
    )


def _added(connection: Connection, values: dict[str, Any]) -> int:
    return int(connection.execute(insert(walks).returning(walks.c.id).values(**values)).scalar_one())
