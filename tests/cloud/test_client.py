"""The client's reads before the emulator: pages that follow each other, odd paths, answers that say little."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.cloud.client import MOST_LINKS, MOST_NOTES, EgnyteClient
from scanner.cloud.port import EventPage, FileInfo, Priority, Quota
from scanner.errors import BadAnswer, CursorExpired, Forbidden, NotFound
from scanner.model import Cursor, GroupId
from scanner.settings import DomainSettings
from tests.cloud.egnyte import FOLDER, Egnyte

PLAN = f"{FOLDER}/plan.txt"
LIVE = Priority.LIVE


def deep_path(size: int) -> str:
    """A legal path of so many bytes, with a file name that is not ASCII."""
    path = FOLDER
    while size - len(path.encode()) > 440:
        path += "/" + "d" * 220
    rest = size - len(path.encode()) - 1
    half = rest // 2
    return f"{path}/{'d' * (half - 1)}/" + "ü" * ((rest - half) // 2) + "x" * ((rest - half) % 2)


async def test_a_path_of_5000_bytes_goes_there_and_back(egnyte: Egnyte) -> None:
    path = deep_path(5_000)
    assert len(path.encode()) == 5_000
    group = GroupId(egnyte.put(path)["group_id"])

    found = await egnyte.cloud.at_path(path, priority=LIVE)
    page = await egnyte.cloud.list_folder(path.rpartition("/")[0], 0, priority=LIVE)

    assert isinstance(found, FileInfo)
    assert (found.path, found.group_id) == (path, group)
    assert page.files == (found,)
    note = await egnyte.cloud.add_note(path, "long")
    assert await egnyte.cloud.notes(path) == (note,)
    assert await egnyte.cloud.links(path) == ()
    assert await egnyte.cloud.move(group, path[:-1] + "y") == path[:-1] + "y"


async def test_a_longer_path_is_nowhere_and_not_asked_for(egnyte: Egnyte) -> None:
    with pytest.raises(NotFound):
        await egnyte.cloud.at_path(deep_path(5_001), priority=LIVE)
    assert egnyte.seen.calls == []


@pytest.mark.parametrize("status", [596, 404])
async def test_a_path_that_the_gateway_cannot_parse_is_not_found(egnyte: Egnyte, status: int) -> None:
    egnyte.switch(bad_path_status=status)

    with pytest.raises(NotFound):
        await egnyte.cloud.at_path("/ /Shared/x", priority=LIVE)


async def test_a_listing_comes_in_pages_of_a_thousand(egnyte: Egnyte) -> None:
    def fill() -> None:
        domain = egnyte.emulator.domain
        folder = domain.tree.find(FOLDER)
        for number in range(2_300):
            domain.new_folder(folder, f"{number:04}")  # type: ignore[arg-type]

    egnyte.emulator.call(fill)
    names, offset = [], 0
    while True:
        page = await egnyte.cloud.list_folder(FOLDER, offset, priority=LIVE)
        names += [folder.path[-4:] for folder in page.folders]
        if page.next_offset is None:
            break
        offset = page.next_offset

    assert names == [f"{number:04}" for number in range(2_300)]
    assert egnyte.seen.codes("list_folder") == [200] * 3


async def test_events_that_are_all_filtered_out_move_the_cursor_or_leave_it(egnyte: Egnyte) -> None:
    egnyte.fault(route="/events\\?", status=200, body={"count": 0, "latest_id": 900, "oldest_id": 7}, count=1)
    egnyte.fault(route="/events\\?", status=204)

    assert await egnyte.cloud.events_after(Cursor(7), 100) == EventPage((), Cursor(900), False)
    assert await egnyte.cloud.events_after(Cursor(7), 100) == EventPage((), Cursor(7), False)


@pytest.mark.parametrize("body", ["", "<html>gone</html>", {"message": "Invalid cursor"}])
async def test_a_404_of_the_feed_is_an_expired_cursor(egnyte: Egnyte, body: Any) -> None:
    egnyte.fault(route="/events\\?", status=404, body=body)

    with pytest.raises(CursorExpired, match="event 7"):
        await egnyte.cloud.events_after(Cursor(7), 100)


@pytest.mark.parametrize("suppress", ["app", "user"])
async def test_what_is_done_with_our_key_is_left_out_where_that_is_wished(egnyte: Egnyte, suppress: str) -> None:
    before = (await egnyte.cloud.feed_range()).latest
    await egnyte.cloud.add_folder(f"{FOLDER}/Ours")
    egnyte.put(f"{FOLDER}/theirs.txt", by="jdoe")
    settings = DomainSettings(name="acme", base_url=egnyte.emulator.base_url, token_file=egnyte.token_file)
    cloud = EgnyteClient(settings, suppress=suppress)
    try:
        page = await cloud.events_after(before, 100)
    finally:
        await cloud.close()

    assert [event.target_path for event in page.events] == [f"{FOLDER}/theirs.txt"]


async def test_nothing_is_suppressed_by_itself(egnyte: Egnyte) -> None:
    before = (await egnyte.cloud.feed_range()).latest
    await egnyte.cloud.add_folder(f"{FOLDER}/Ours")

    (event,) = (await egnyte.cloud.events_after(before, 100)).events

    assert event.target_path == f"{FOLDER}/Ours"


@pytest.mark.parametrize("status", [403, 404])
async def test_what_one_may_not_see_is_refused(egnyte: Egnyte, status: int) -> None:
    group = egnyte.put("/Private/jdoe/secret.txt", by="jdoe")["group_id"]
    egnyte.switch(hidden_status=status)
    egnyte.control("POST", "tokens", json={"user": "pnovak", "value": "petra"})
    egnyte.token_file.write_text("petra")
    egnyte.control("DELETE", f"tokens/{egnyte.emulator.token}")

    with pytest.raises(Forbidden if status == 403 else NotFound):
        await egnyte.look(group)


async def test_links_come_in_pages_of_five_hundred(egnyte: Egnyte) -> None:
    links = [{"id": str(number), "resource_id": "g1"} for number in range(700)]
    egnyte.fault(route="offset=0", status=200, body={"links": links[:500]})
    egnyte.fault(route="offset=500", status=200, body={"links": links[500:]})

    assert [link.id for link in await egnyte.cloud.links(PLAN)] == [str(number) for number in range(700)]


async def test_links_without_an_end_are_a_bad_answer(egnyte: Egnyte) -> None:
    await egnyte.cloud.account()
    egnyte.fault(route="/links", status=200, body={"links": [{"id": "x", "resource_id": "g1"}] * 500})

    with pytest.raises(BadAnswer, match=str(MOST_LINKS)):
        await egnyte.cloud.links(PLAN)


@pytest.mark.parametrize(
    ("total", "offsets"),
    [
        (None, [0]),
        (100, [0]),
        (101, [0, 100]),
        (1_000, list(range(0, 1_000, 100))),
        (2_350, [0, 100, 200, 300, 400, 1_900, 2_000, 2_100, 2_200, 2_300]),
        (10**15, [0, 100, 200, 300, 400, 999_500, 999_600, 999_700, 999_800, 999_900]),
    ],
)
async def test_of_very_many_comments_both_ends_are_read(egnyte: Egnyte, total: int | None, offsets: list[int]) -> None:
    notes = [{"id": str(number), "message": "m", "username": "u"} for number in range(100)]
    await egnyte.cloud.account()
    egnyte.fault(route="/notes", status=200, body={"notes": notes, "total_results": total})

    assert len(await egnyte.cloud.notes(PLAN)) == 100 * len(offsets) <= MOST_NOTES
    queries = [each["query"] for each in egnyte.control("GET", "requests") if "/notes" in each["path"]]
    assert [int(query.rpartition("offset=")[2]) for query in queries] == offsets


async def test_a_closed_folder_is_asked_for_before_it_is_closed(egnyte: Egnyte) -> None:
    now = {"userPerms": {"pnovak": "Full"}, "groupPerms": {"Staff": "Editor"}, "inheritsPermissions": True}
    egnyte.fault(route="/perms/", method="GET", status=200, body=now)
    egnyte.fault(route="/perms/", method="POST", status=200)

    await egnyte.cloud.close_folder(FOLDER, {"svc-scanner": "Owner"})

    assert egnyte.requests()[-2:] == [f"GET /pubapi/v2/perms{FOLDER}", f"POST /pubapi/v2/perms{FOLDER}"]


async def test_the_budget_is_what_the_platform_said_last(egnyte: Egnyte) -> None:
    assert egnyte.cloud.budget() == Quota()

    await egnyte.cloud.account()

    quota = egnyte.cloud.budget()
    assert (quota.qps_limit, quota.day_limit, quota.day_used) == (1_000_000, 1_000_000_000, 1)


async def test_without_limits_in_the_answers_nothing_is_known(egnyte: Egnyte) -> None:
    egnyte.switch(quota_headers=False)

    await egnyte.cloud.account()

    assert egnyte.cloud.budget() == Quota()


async def test_no_error_shows_the_token(egnyte: Egnyte) -> None:
    token = egnyte.emulator.token
    egnyte.fault(route="/userinfo", status=400, body=json.dumps({"message": f"bad {token}"}))

    with pytest.raises(Exception) as raised:
        await egnyte.cloud.account()
    assert token not in str(raised.value)
