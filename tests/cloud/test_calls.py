"""The address of every call: nothing that comes from a user leaves its place in it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud import calls
from scanner.cloud.calls import Call
from scanner.cloud.port import FolderPermissions, Namespace, Priority
from scanner.errors import NotFound
from scanner.model import Cursor, EntryId, GroupId

ODD = "/Shared/a&b=c?d#e+f%41/ü.txt"
IN_PATH = "/Shared/a%26b%3Dc%3Fd%23e%2Bf%2541/%C3%BC.txt"
IN_QUERY = "%2FShared%2Fa%26b%3Dc%3Fd%23e%2Bf%2541%2F%C3%BC.txt"
NOBODY = FolderPermissions({}, {}, True)
ADDRESSES = [
    (calls.account(), "GET", "/pubapi/v1/userinfo"),
    (calls.feed_range(), "GET", "/pubapi/v2/events/cursor"),
    (calls.events_after(Cursor(904200), 100), "GET", "/pubapi/v2/events?id=904200&count=100"),
    (calls.file(GroupId("g/1"), Priority.LIVE), "GET", "/pubapi/v1/fs/ids/file/g%2F1"),
    (calls.at_path(ODD, Priority.LIVE), "GET", f"/pubapi/v1/fs{IN_PATH}?list_content=false"),
    (
        calls.list_folder(ODD, 1_000, Priority.LIVE),
        "GET",
        f"/pubapi/v1/fs{IN_PATH}?list_content=true&count=1000&offset=1000&sort_by=name&sort_direction=ascending",
    ),
    (calls.add_folder(ODD), "POST", f"/pubapi/v1/fs{IN_PATH}"),
    (calls.move(GroupId("g/1"), ODD), "POST", "/pubapi/v1/fs/ids/file/g%2F1"),
    (calls.versions(GroupId("g/1"), Priority.LIVE), "GET", "/pubapi/v1/fs/ids/file/g%2F1"),
    (
        calls.delete_version(GroupId("g/1"), EntryId("e&1")),
        "DELETE",
        "/pubapi/v1/fs/ids/file/g%2F1?entry_id=e%261",
    ),
    (calls.delete(GroupId("g/1")), "DELETE", "/pubapi/v1/fs/ids/file/g%2F1"),
    (calls.trash(100), "GET", "/pubapi/v1/fs/trash?sort_by=delete_date&sort_direction=desc&count=100&offset=100"),
    (calls.restore("t1"), "POST", "/pubapi/v1/fs/trash"),
    (calls.lock(GroupId("g/1"), "ours", 60), "POST", "/pubapi/v1/fs/ids/file/g%2F1"),
    (calls.unlock(GroupId("g/1"), "ours"), "POST", "/pubapi/v1/fs/ids/file/g%2F1"),
    (calls.add_text(ODD, "hi"), "POST", f"/pubapi/v1/fs-content{IN_PATH}"),
    (calls.add_namespace(Namespace("n", "N", {})), "POST", "/pubapi/v1/properties/namespace"),
    (calls.properties(EntryId("e/1"), "n"), "GET", "/pubapi/v1/fs/ids/file/e%2F1/properties/n"),
    (calls.set_properties(EntryId("e/1"), "n", {}), "PUT", "/pubapi/v1/fs/ids/file/e%2F1/properties/n"),
    (calls.links(ODD, 500), "GET", f"/pubapi/v2/links?path={IN_QUERY}&offset=500&count=500"),
    (
        calls.public_links(500, Priority.RESCAN),
        "GET",
        "/pubapi/v2/links?accessibility=anyone&offset=500&count=500",
    ),
    (calls.delete_link("a/b"), "DELETE", "/pubapi/v1/links/a%2Fb"),
    (calls.notes(ODD, 0), "GET", f"/pubapi/v1/notes?file={IN_QUERY}&count=100&offset=0"),
    (calls.add_note(ODD, "hi"), "POST", "/pubapi/v1/notes"),
    (calls.permissions(ODD), "GET", f"/pubapi/v2/perms{IN_PATH}"),
    (calls.close_folder(ODD, NOBODY, {}), "POST", f"/pubapi/v2/perms{IN_PATH}"),
    (calls.own_level(ODD), "GET", f"/pubapi/v1/perms/user?folder={IN_QUERY}"),
    (calls.person(5_000_000_041), "GET", "/pubapi/v2/users/5000000041"),
]


@pytest.mark.parametrize(("call", "method", "target"), ADDRESSES)
def test_every_call_has_its_address(call: Call, method: str, target: str) -> None:
    assert (call.method, call.target) == (method, target)


def test_only_acts_that_a_repeat_would_double_are_looked_at_first() -> None:
    assert {call.operation for call, _, _ in ADDRESSES if not call.repeatable} == {
        "add_folder",
        "move",
        "add_note",
        "add_text",
        "restore",
    }


def test_the_feed_goes_before_all_and_names_after_all() -> None:
    first = {call.operation for call, _, _ in ADDRESSES if call.priority is Priority.FEED}
    last = {call.operation for call, _, _ in ADDRESSES if call.priority is Priority.ENRICHMENT}

    assert (first, last) == ({"account", "feed_range", "events_after"}, {"person"})


BY_PATH: list[Callable[[str], Call]] = [
    lambda path: calls.at_path(path, Priority.LIVE),
    lambda path: calls.list_folder(path, 0, Priority.LIVE),
    calls.add_folder,
    lambda path: calls.add_text(path, "hi"),
    lambda path: calls.links(path, 0),
    lambda path: calls.notes(path, 0),
    calls.permissions,
    calls.own_level,
]


@given(st.sampled_from(BY_PATH), st.text())
def test_a_path_never_changes_what_is_called(build: Callable[[str], Call], text: str) -> None:
    plain = urlsplit(build("/x").target)
    try:
        odd = urlsplit(build("/" + text).target)
    except NotFound:
        return

    assert odd.path.split("/")[:4] == plain.path.split("/")[:4]
    assert [name for name, _ in parse_qsl(odd.query)] == [name for name, _ in parse_qsl(plain.query)]
    assert odd.fragment == ""
