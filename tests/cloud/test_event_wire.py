"""Pages of events: nothing in an event but a missing id spoils its page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.event_wire import event_page, feed_range
from scanner.cloud.port import EventPage, FeedRange
from scanner.errors import BadAnswer
from scanner.model import Cursor, EntryId, Event, GroupId
from tests.cloud.test_fields import JSON

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
AT = datetime(2026, 3, 4, 9, 12, 40, tzinfo=UTC)
BASE: dict[str, Any] = {"id": 5, "timestamp": "2026-03-04T09:12:40.000Z", "action_source": "WebUI", "actor": 41}
FILE = {"target_path": "/Shared/a.txt", "target_id": "e1", "target_group_id": "g1", "is_folder": False}

READ = {"target_path": "/Shared/a.txt", "group_id": "g1", "entry_id": "e1"}
CHANGE = {"type": "permission_change", "action": "permission_change"}


def event(**changes: Any) -> dict[str, Any]:
    return {**BASE, "type": "file_system", "action": "create", "data": FILE, **changes}


def page(*events: object, asked: int = 0, count: int = 100, **more: Any) -> EventPage:
    return event_page({"events": list(events), **more}, Cursor(asked), count, NOW)


def read(**changes: Any) -> Event:
    (found,) = page(event(**changes)).events
    return found


KNOWN = [
    ({}, READ),
    (
        {"action": "move", "data": {**FILE, "source_path": "/Shared/b.txt"}},
        {**READ, "action": "move", "source_path": "/Shared/b.txt"},
    ),
    (
        {"action": "delete", "data": {"target_path": "/Shared/a.txt", "target_group_id": "g1", "is_folder": False}},
        {"action": "delete", "target_path": "/Shared/a.txt", "group_id": "g1"},
    ),
    (
        {"action": "copy", "data": {"target_path": "/Shared/F", "target_id": "f2", "is_folder": True}},
        {"action": "copy", "target_path": "/Shared/F", "is_folder": True},
    ),
    (
        {"data": {"target_path": "/Shared/F", "folder_id": "f1"}},
        {"target_path": "/Shared/F", "is_folder": True},
    ),
    (
        {"type": "note", "data": {"note_id": "n1"}},
        {"type": "note", "note_id": "n1"},
    ),
    (
        {**CHANGE, "data": {"target_path": "/Shared/F", "is_folder": False}, "eventTypeSpecificAttributes": {"x": 1}},
        {**CHANGE, "target_path": "/Shared/F"},
    ),
    ({"type": "lock", "action": "brew", "data": None}, {"type": "lock", "action": "brew"}),
    (
        {"type": 7, "action": [], "data": "x", "actor": "me", "action_source": {}},
        {"type": "", "action": "", "actor": None, "action_source": ""},
    ),
    ({"timestamp": "soon", "data": {}}, {"occurred_at": NOW}),
    ({"actor": 5_000_000_041, "data": {}}, {"actor": 5_000_000_041}),
]


@pytest.mark.parametrize(("changes", "fields"), KNOWN)
def test_events_of_every_kind_are_read(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    plain: dict[str, Any] = {"type": "file_system", "action": "create", "action_source": "WebUI", "actor": 41}

    assert read(**changes) == Event(**{"id": 5, "occurred_at": AT, **plain, **fields})


def test_events_are_ascending_each_once_and_above_the_cursor() -> None:
    found = page(event(id=9), event(id=7), event(id=9), event(id=3), asked=3)

    assert [each.id for each in found.events] == [7, 9]


CURSORS = [
    ((9, 7), None, 3, 9),
    ((7,), 20, 3, 7),
    ((7,), 2, 3, 7),
    ((), None, 3, 3),
    ((), 12, 3, 12),
    ((), "x", 3, 3),
    ((2,), 2, 30, 30),
    ((2,), 90, 30, 30),
]


@pytest.mark.parametrize(("ids", "latest", "asked", "cursor"), CURSORS)
def test_the_cursor_never_goes_back_and_never_beyond_what_was_read(
    ids: Any, latest: Any, asked: int, cursor: int
) -> None:
    assert page(*(event(id=each) for each in ids), asked=asked, latest_id=latest).cursor == cursor


FULL = [(2, 2, True), (1, 2, False), (0, 2, False), (100, 500, True), (99, 500, False)]


@pytest.mark.parametrize(("rows", "count", "full"), FULL)
def test_a_page_is_full_with_as_many_rows_as_the_platform_gives(rows: int, count: int, full: bool) -> None:
    assert page(*(event(id=each + 1) for each in range(rows)), count=count).full is full


@pytest.mark.parametrize("ident", [None, "x", -1, 2**63, True, 1.5, {}])
def test_an_event_without_an_id_spoils_its_page(ident: object) -> None:
    with pytest.raises(BadAnswer):
        page(event(), event(id=ident))


def test_a_page_of_a_hundred_of_one_entry_is_a_hundred_events() -> None:
    found = page(*(event(id=each + 1) for each in range(100)))

    assert {(each.group_id, each.entry_id) for each in found.events} == {(GroupId("g1"), EntryId("e1"))}
    assert len(found.events) == 100


ODD = st.dictionaries(st.sampled_from([*BASE, "type", "action", "data"]), JSON)
ODD_DATA = st.dictionaries(st.sampled_from([*FILE, "folder_id", "note_id", "source_path"]), JSON)


@given(ODD, ODD_DATA)
def test_an_odd_event_is_an_event(odd: dict[str, Any], data: dict[str, Any]) -> None:
    row = json.loads(json.dumps({"data": data, **odd, "id": 5}))

    (found,) = page(row).events

    assert found.id == 5
    assert str(found).encode()  # no lone surrogate, which the ledger could not store


@given(JSON)
def test_no_answer_makes_anything_but_a_page_or_a_bad_answer(value: Any) -> None:
    try:
        assert event_page(value, Cursor(3), 100, NOW).cursor >= 3
    except BadAnswer:
        pass


def test_the_range_of_the_feed_is_read() -> None:
    value = {"timestamp": "2026-03-04T09:12:40.000Z", "latest_event_id": 904211, "oldest_event_id": 512090, "new": 1}

    assert feed_range(value) == FeedRange(Cursor(512090), Cursor(904211), AT)


@pytest.mark.parametrize("value", [None, {}, {"latest_event_id": 1}, {"latest_event_id": 1, "oldest_event_id": "x"}])
def test_a_range_needs_both_ends(value: object) -> None:
    with pytest.raises(BadAnswer):
        feed_range(value)
