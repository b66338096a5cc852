"""Files, folders, links, comments, permissions and users as the platform prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud import wire
from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, FolderPermissions, Link, Note
from scanner.errors import BadAnswer, NotFound
from scanner.model import Account, EntryId, FolderId, GroupId
from tests.cloud.test_fields import JSON

FILE: dict[str, Any] = {
    "checksum": "9f0c", "size": 48213, "path": "/Shared/Kite/plan v3.docx", "name": "plan v3.docx", "locked": False,
    "is_folder": False, "entry_id": "e3", "group_id": "g1", "parent_id": "f1", "uploaded_by": "pnovak",
    "last_modified": "Wed, 04 Mar 2026 09:12:38 GMT", "uploaded": 1772615560231, "num_versions": 3,
}  # fmt: skip
INFO = FileInfo(
    GroupId("g1"), EntryId("e3"), "/Shared/Kite/plan v3.docx", 48213, "9f0c", "pnovak",
    datetime(2026, 3, 4, 9, 12, 40, 231_000, tzinfo=UTC), False, 3,
)  # fmt: skip
FOLDER: dict[str, Any] = {"name": "Kite", "path": "/Shared/Kite", "folder_id": "f1", "is_folder": True, "count": 0}
INNER = {"name": "Old", "path": "/Shared/Kite/Old", "folder_id": "f2", "is_folder": True}
KITE, OLD = FolderInfo(FolderId("f1"), "/Shared/Kite"), FolderInfo(FolderId("f2"), "/Shared/Kite/Old")
LINK = {
    "path": "/Shared/a",
    "type": "file",
    "accessibility": "anyone",
    "id": "aB3",
    "created_by": "pnovak",
    "resource_id": "g1",
}
NOTE = {"id": "n1", "message": "Quarantined", "username": "svc-scanner", "group_id": "g1", "file_path": "/Shared/a"}
READERS: list[tuple[Callable[[Any], object], dict[str, Any], list[str]]] = [
    (wire.account, {"id": 77, "username": "svc-scanner"}, ["id", "username"]),
    (wire.file_info, FILE, ["size", "path", "entry_id", "group_id"]),
    (wire.item, FILE, ["size", "path", "group_id"]),
    (wire.item, FOLDER, ["path", "folder_id"]),
    (lambda value: wire.folder_page(value, 0), FOLDER, ["path", "folder_id"]),
    (lambda value: wire.links_page({"links": [value]}), LINK, ["id"]),
    (wire.note, NOTE, ["id"]),
    (lambda value: wire.notes_page({"notes": [value]}), NOTE, ["id"]),
    (wire.own_level, {"permission": "Full"}, ["permission"]),
    (wire.person, {"userName": "pnovak"}, ["userName"]),
]
NEEDED = [(reader, value, name) for reader, value, names in READERS for name in names]


@pytest.mark.parametrize(("reader", "value", "name"), NEEDED)
@pytest.mark.parametrize("wrong", ["missing", None, [], {}, True, ""])
def test_what_is_needed_must_be_there_and_right(reader: Any, value: dict[str, Any], name: str, wrong: Any) -> None:
    odd = {key: each for key, each in value.items() if key != name} | ({} if wrong == "missing" else {name: wrong})

    with pytest.raises(BadAnswer):
        reader(odd)


@pytest.mark.parametrize(("reader", "value", "names"), READERS)
def test_the_rest_may_be_missing_wrong_or_new(reader: Any, value: dict[str, Any], names: list[str]) -> None:
    needed = {name: value[name] for name in [*names, "is_folder", "entry_id"] if name in value}
    optional = {name: [None] for name in value if name not in needed}

    reader(needed)
    reader(needed | optional | {"brand_new": {"x": 1}})


@given(st.sampled_from([reader for reader, _, _ in READERS] + [wire.permissions]), JSON)
def test_no_answer_makes_anything_but_a_value_or_a_refusal(reader: Any, value: Any) -> None:
    try:
        reader(json.loads(json.dumps(value)))
    except (BadAnswer, NotFound):
        pass


def test_an_account_may_have_a_type() -> None:
    value = {"id": 5_000_000_077, "username": "svc-scanner", "user_type": "admin", "email": "x"}

    assert wire.account(value) == Account(5_000_000_077, "svc-scanner", "admin")
    assert wire.account({"id": 7, "username": "x"}) == Account(7, "x", None)


def test_a_file_is_read_whole() -> None:
    assert wire.file_info(FILE) == INFO
    assert wire.item(FILE) == INFO


def test_a_file_asked_for_is_not_a_folder() -> None:
    with pytest.raises(BadAnswer):
        wire.file_info({**FILE, "is_folder": True})


def test_a_folder_is_told_by_its_flag_or_by_having_no_entry() -> None:
    assert wire.item(FOLDER) == KITE
    assert wire.item({"path": "/Shared/Kite", "folder_id": "f1"}) == KITE


ENDS = [
    (0, {"total_count": 2}, None),
    (0, {"total_count": 9}, 2),
    (7, {"total_count": 9}, None),
    (0, {"total_count": 1}, 2),
    (0, {}, 2),
    (0, {"total_count": "x"}, 2),
]


@pytest.mark.parametrize(("offset", "more", "next_offset"), ENDS)
def test_a_listing_goes_on_until_all_is_listed(offset: int, more: dict[str, Any], next_offset: int | None) -> None:
    value = {**FOLDER, "folders": [INNER], "files": [FILE], **more}

    assert wire.folder_page(value, offset) == FolderPage(KITE, (OLD,), (INFO,), next_offset)


def test_an_empty_page_is_the_last_whatever_the_total_says() -> None:
    assert wire.folder_page({**FOLDER, "total_count": 50}, 10) == FolderPage(KITE, (), (), None)


def test_a_file_has_no_listing() -> None:
    with pytest.raises(NotFound):
        wire.folder_page(FILE, 0)


def test_a_link_is_read() -> None:
    assert wire.links_page({"links": [LINK], "count": 1}) == (
        Link("aB3", "/Shared/a", "g1", "file", "anyone", "pnovak"),
    )
    assert wire.links_page({}) == ()


def test_comments_are_read() -> None:
    note = Note("n1", "Quarantined", "svc-scanner", GroupId("g1"))

    assert wire.note(NOTE) == note
    assert wire.notes_page({"notes": [NOTE], "total_results": 31}) == wire.NotesPage((note,), 31)
    assert wire.notes_page({}) == wire.NotesPage((), None)


def test_permissions_are_read_and_inherit_unless_denied() -> None:
    value = {"userPerms": {"pnovak": "Full"}, "groupPerms": {"Staff": "Viewer"}, "inheritsPermissions": False}

    assert wire.permissions(value) == FolderPermissions({"pnovak": "Full"}, {"Staff": "Viewer"}, False)
    assert wire.permissions({}) == FolderPermissions({}, {}, True)


@pytest.mark.parametrize("value", [None, [], {"userPerms": []}, {"groupPerms": {"a": 1}}])
def test_levels_are_texts_by_name(value: object) -> None:
    with pytest.raises(BadAnswer):
        wire.permissions(value)


def test_closing_a_folder_names_whoever_loses_a_level() -> None:
    now = FolderPermissions(
        {"pnovak": "Full", "SVC-scanner": "Owner"}, {"Staff": "Editor", "All Administrators": "Owner"}, True
    )

    assert wire.closing_body(now, {"svc-scanner": "Owner"}) == {
        "userPerms": {"pnovak": "None", "svc-scanner": "Owner"},
        "groupPerms": {"Staff": "None"},
        "inheritsPermissions": False,
        "keepParentPermissions": False,
    }


@pytest.mark.parametrize(
    ("value", "path"),
    [({"path": "/b", "group_id": "g"}, "/b"), ({}, "/a"), (None, "/a"), ([], "/a"), ({"path": 1}, "/a")],
)
def test_a_move_says_where_the_file_is_now_or_nothing(value: object, path: str) -> None:
    assert wire.moved_path(value, "/a") == path


def test_bodies_have_the_raw_path_and_nothing_more() -> None:
    assert wire.move_body("/Shared/ü #.q") == {"action": "move", "destination": "/Shared/ü #.q"}
    assert wire.note_body("/Shared/ü #.q", "hello") == {"path": "/Shared/ü #.q", "body": "hello"}
