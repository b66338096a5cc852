"""The Events API's JSON as our model (fact sheet 3.1 to 3.4). Pure.

One odd event never spoils its page: what cannot be read in it is left out. Only an event without an id does, since
nobody could say afterwards whether it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scanner.cloud.fields import (
    Json,
    flag,
    mapping,
    maybe_id,
    maybe_number,
    maybe_text,
    moment,
    number,
    rows,
)
from scanner.cloud.port import EventPage, FeedRange
from scanner.model import Cursor, EntryId, Event, GroupId

LARGEST_PAGE = 100
"""The platform gives no more, whatever is asked (fact sheet 3.2)."""
_WORD = 64
"""Characters of a type, an action, a source: the longest known has 17."""


def feed_range(value: object) -> FeedRange:
    """Raises BadAnswer."""
    body = mapping(value, "feed_range")
    oldest = number(body, "oldest_event_id", "feed_range")
    latest = number(body, "latest_event_id", "feed_range")
    return FeedRange(Cursor(oldest), Cursor(latest), moment(body, "timestamp"))


def event_page(value: object, asked: Cursor, count: int, now: datetime) -> EventPage:
    """Events above `asked`, ascending, each id once; `now` stands in for a time that cannot be read.

    The page's cursor is its highest event. Only where it has none does `latest_id` count: nobody says whether that is
    the latest of the page or of the domain (fact sheet 10, row 8), and between the two may lie events of the next page.
    Raises BadAnswer.
    """
    body = mapping(value, "events_after")
    found = rows(body, "events", "events_after")
    by_id = {event.id: event for event in _events(found, now) if event.id > asked}
    ids = sorted(by_id)
    latest = 0 if found else maybe_number(body, "latest_id") or 0
    return EventPage(
        events=tuple(by_id[each] for each in ids),
        cursor=Cursor(max(asked, latest, *ids)),
        full=len(found) >= min(count, LARGEST_PAGE),
    )


def _events(found: list[Json], now: datetime) -> Iterable[Event]:
    for row in found:
        data = row.get("data")
        yield _event(row, data if isinstance(data, dict) else {}, now)


def _event(row: Json, data: Json, now: datetime) -> Event:
    """Only an event about a file has a file's ids: on folders `target_id` is a folder id (fact sheet 3.4)."""
    is_folder = flag(data, "is_folder") or ("is_folder" not in data and "folder_id" in data)
    group_id, entry_id = maybe_id(data, "target_group_id"), maybe_id(data, "target_id")
    return Event(
        id=number(row, "id", "events_after: an event"),
        occurred_at=moment(row, "timestamp") or now,
        type=maybe_text(row, "type", _WORD) or "",
        action=maybe_text(row, "action", _WORD) or "",
        action_source=maybe_text(row, "action_source", _WORD) or "",
        actor=maybe_number(row, "actor"),
        is_folder=is_folder,
        target_path=maybe_text(data, "target_path"),
        source_path=maybe_text(data, "source_path"),
        group_id=None if is_folder or group_id is None else GroupId(group_id),
        entry_id=None if is_folder or entry_id is None else EntryId(entry_id),
        note_id=maybe_id(data, "note_id"),
    )
