"""Versions, trash and uploads as the platform prints them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from scanner.cloud import history_wire
from scanner.cloud.port import TrashItem, VersionInfo
from scanner.errors import BadAnswer, CloudRefused, Conflict, NotFound
from scanner.model import EntryId, GroupId
from tests.cloud.test_fields import JSON

CURRENT = {"entry_id": "e3", "size": 3, "checksum": "3c", "uploaded": 3_000, "num_versions": 3}
FIRST = {"entry_id": "e1", "size": 1, "checksum": "1a", "uploaded": 1_000}
SECOND = {"entry_id": "e2", "size": 2, "checksum": "2b", "uploaded": 2_000}
ITEM = {"id": "t1", "type": "version", "path": "/Shared/a", "size": 5, "delete_date": "2026-03-04T10:00:00Z"}
READERS: list[Callable[[Any], object]] = [
    history_wire.versions,
    history_wire.trash_page,
    history_wire.uploaded,
    history_wire.check_restored,
]


def test_the_current_version_is_last_and_the_others_are_by_date() -> None:
    found = history_wire.versions({**CURRENT, "uploaded": 500, "versions": [SECOND, FIRST]})
    assert found[0] == VersionInfo(EntryId("e1"), 1, "1a", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert [one.entry_id for one in found] == ["e1", "e2", "e3"]


def test_a_single_version_has_no_list() -> None:
    assert [one.entry_id for one in history_wire.versions(CURRENT)] == ["e3"]


@pytest.mark.parametrize("missing", ["entry_id", "size"])
def test_a_version_without_what_names_it_is_no_answer(missing: str) -> None:
    for value in ({**CURRENT, missing: None}, {**CURRENT, "versions": [{**FIRST, missing: None}]}):
        with pytest.raises(BadAnswer):
            history_wire.versions(value)


def test_the_trash_tells_what_and_when() -> None:
    deleted = datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert history_wire.trash_page({"items": [ITEM]}) == (TrashItem("t1", "/Shared/a", "version", 5, deleted),)


@pytest.mark.parametrize(
    ("code", "error", "status"),
    [("404", NotFound, 404), ("409", Conflict, 409), (500, CloudRefused, 207), (None, CloudRefused, 207)],
)
def test_a_restore_that_failed_in_part_failed(code: object, error: type[CloudRefused], status: int) -> None:
    with pytest.raises(error, match="restore: taken") as caught:
        history_wire.check_restored({"resources": [{"id": "t1", "code": code, "descriptions": "taken"}]})
    assert (type(caught.value), caught.value.status) == (error, status)


@pytest.mark.parametrize("value", [None, {}, {"resources": []}])
def test_a_restore_without_a_list_of_failures_is_done(value: object) -> None:
    history_wire.check_restored(value)


def test_an_upload_tells_both_ids() -> None:
    assert history_wire.uploaded({"group_id": "g", "entry_id": "e"}) == (GroupId("g"), EntryId("e"))


@given(JSON)
def test_no_answer_is_too_odd(value: object) -> None:
    for reader in READERS:
        with contextlib.suppress(CloudRefused):
            reader(value)
