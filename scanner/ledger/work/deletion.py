"""Whether the feed told of a file's deletion: a platform that hides a file from us answers 404 as well, so that an
answer alone proves nothing (fact sheet 10, row 25).

Nor does a listing of its folder that lacks it: it may have been moved to where we may not look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from scanner.ledger.dispatch import tickets as dispatch_tickets
from scanner.ledger.tables import events, feeds, work
from scanner.model import EntryId, Event, Outcome, Unchecked

MISSING = Unchecked.NOT_FOUND.value
_FOLDER_ACTIONS = ("delete", "move", "rename", "restore")
_FILE_ACTIONS = ("create", "copy", *_FOLDER_ACTIONS)
_TOLD = select(events.c.action, events.c.is_folder, events.c.group_id, events.c.source_path, events.c.target_path)


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of a file: of itself, or of a folder that may hold it."""

    action: str
    target: str
    source: str = ""
    of_file: bool = False
    """By its group id; otherwise a folder's, or a delete that names no more than a path."""
    is_folder: bool = False


def is_deleted(path: str | None, story: Iterable[Told]) -> bool:
    """Pure. `path` is where the file was when it arrived; the story is what followed, in order. It is found by its own
    id, and in folders by where it was at the time: a folder moved takes it along, and what is restored is back. None
    where the beginning of the story is lost: until an event of its own says where it is, no folder's concerns it."""
    deleted = False
    for told in story:
        if told.of_file:
            deleted = told.action == "delete"
            path = told.target or path
        elif path is None:
            deleted = deleted and told.action != "restore"
        elif not told.is_folder:
            deleted = deleted or told.target.lower() == path.lower()
        elif told.action in ("move", "rename"):
            path = _moved_along(path, told)
        elif _is_at_or_below(path, told.target):
            deleted = told.action == "delete"
    return deleted


def _moved_along(path: str, folder: Told) -> str:
    return folder.target + path[len(folder.source) :] if _is_at_or_below(path, folder.source) else path


def _is_at_or_below(path: str, folder: str) -> bool:
    """Names differ not by case alone (fact sheet 1.4)."""
    return bool(folder) and f"{path.lower()}/".startswith(f"{folder.lower()}/")


def was_deleted(connection: Connection, domain: str, entry_id: EntryId) -> bool:
    """Whether the file of a version that we know was deleted since it arrived."""
    mine = (work.c.domain == domain) & (work.c.entry_id == entry_id)
    row = connection.execute(select(work).where(mine)).one()
    pruned = connection.scalar(select(feeds.c.pruned_to).where(feeds.c.domain == domain))
    # It may have been moved by an event that is not held any more.
    whole = pruned is None or row.first_seen_at > pruned
    return is_deleted(row.path if whole else None, _story(connection, row, whole=whole))


def _story(connection: Connection, version: Row[Any], *, whole: bool) -> list[Told]:
    """Since the event that brought it; for one met in a listing, what was told after that and happened after its
    upload. Not `whole`: all that is held, since the event that brought it is not. Only of the present count of events:
    when a domain is restored from a backup, deletions are undone."""
    epoch = select(feeds.c.epoch).where(feeds.c.domain == version.domain)
    here = and_(
        events.c.domain == version.domain,
        events.c.epoch == (connection.execute(epoch).scalar_one_or_none() or 0),
        events.c.type == "file_system",
    )
    arrival = select(func.min(events.c.event_id)).where(here, events.c.entry_id == version.entry_id)
    first = connection.execute(arrival.where(events.c.action != "delete")).scalar_one()
    if first is None or not whole:
        since = events.c.recorded_at >= version.first_seen_at
        if version.uploaded_at is not None:
            since &= events.c.occurred_at >= version.uploaded_at
    else:
        since = events.c.event_id > first
    own = (events.c.group_id == version.group_id) & events.c.action.in_(_FILE_ACTIONS)
    nobodys = events.c.group_id.is_(None) & or_(
        events.c.is_folder.is_(True) & events.c.action.in_(_FOLDER_ACTIONS), events.c.action == "delete"
    )
    # Asked apart, so that the index serves both.
    found = [*connection.execute(_TOLD.add_columns(events.c.event_id).where(here, since, own))]
    found += connection.execute(_TOLD.add_columns(events.c.event_id).where(here, since, nobodys))
    return [_told(row) for row in sorted(found, key=lambda row: row.event_id)]


def _told(row: Row[Any]) -> Told:
    target, source = ((path or "").rstrip("/") for path in (row.target_path, row.source_path))
    return Told(row.action, target, source, of_file=row.group_id is not None, is_folder=row.is_folder)


def settle_missing(connection: Connection, domain: str, told: Iterable[Event], now: datetime) -> int:
    """Work on versions that were not found ends as gone where these events tell of their deletion; what was given up
    does so too. Gives how many."""
    deletes = [event for event in told if event.type == "file_system" and event.action == "delete"]
    if not deletes:
        return 0
    groups = {event.group_id for event in deletes}
    return settle_groups(connection, domain, None if None in groups else {one for one in groups if one}, now)


def settle_groups(connection: Connection, domain: str, groups: Collection[str] | None, now: datetime) -> int:
    """The same for files by their group ids; for all of them, where that is None."""
    # Not those in a worker's hands: it asks itself.
    missing = select(work.c.entry_id).where(
        work.c.domain == domain, work.c.state.in_(("waiting", "queued", "parked")), work.c.gap_reason == MISSING
    )
    if groups is not None:
        missing = missing.where(work.c.group_id.in_(groups))
    entries = [EntryId(entry) for entry in connection.scalars(missing).all()]
    gone = [entry for entry in entries if was_deleted(connection, domain, entry)]
    return sum(end_as_gone(connection, domain, entry, now) for entry in gone)


def end_as_gone(connection: Connection, domain: str, entry_id: EntryId, now: datetime) -> int:
    """The end of work that is in no worker's hands; gives whether it was so."""
    ended: dict[str, Any] = {"state": "done", "outcome": Outcome.GONE.value, "done_at": now, "token": None}
    ended |= {"verdict_id": None, "gap_reason": None, "gap_detail": None}
    mine = and_(work.c.domain == domain, work.c.entry_id == entry_id, work.c.state != "running")
    changed = connection.execute(update(work).where(mine).values(**ended)).rowcount
    if changed:
        dispatch_tickets.drop(connection, domain, entry_id)
    return changed
