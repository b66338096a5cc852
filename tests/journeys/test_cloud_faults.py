"""Faults of the platform over real HTTP: refusals, throttles, cuts, nonsense. Each ends in the stated verdict."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from demo import samples
from tests.journeys.world import QUARANTINE, World

FOLDER = "/Shared/Projects"
BAD, GOOD = f"{FOLDER}/eicar.com", f"{FOLDER}/notes.txt"
CONTENT, EVENTS = "fs-content/ids/file", r"events\?id"
EVERYWHERE = [
    {"route": CONTENT}, {"route": EVENTS}, {"route": "/notes"}, {"route": "/links"},
    {"route": "/fs/ids/file", "method": "POST"},
]  # fmt: skip
OPEN = ["1 versions are still open"]
LARGE = bytes(range(256)) * 8_000


# Refused tokens


async def test_a_renewed_token_in_the_file_is_taken_up_in_mid_run(world: World) -> None:
    world.upload(GOOD, b"notes")
    renewed = world.control("POST", "tokens", json={"user": "svc-scanner"})["value"]
    world.fault(route=CONTENT, delay=3, count=1)
    running = asyncio.create_task(world.once())
    while not world.calls(CONTENT):
        await asyncio.sleep(0.02)
    (world.folder / "token").write_text(renewed)
    world.control("DELETE", f"tokens/{world.token}")
    assert (await running).unfinished == []
    world.token = renewed
    assert (await world.kinds(), world.calls(CONTENT)) == ({GOOD: "clean"}, [401, 200])


async def test_a_token_refused_for_ever_leaves_all_work_open(world: World) -> None:
    world.upload(BAD, samples.eicar())
    world.fault(route=CONTENT, status=401, count=5)
    assert (await world.once()).unfinished == OPEN
    assert await world.reasons() == {BAD: "unchecked cloud-unavailable"}
    assert world.calls(CONTENT) == [401]

    world.control("DELETE", "faults")
    world.wait_over()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


@pytest.mark.parametrize("dialect", ["401", "mashery"])
async def test_a_revoked_token_ends_the_run_unfinished_and_is_not_shown(world: World, dialect: str) -> None:
    world.upload(BAD, samples.eicar())
    world.control("POST", "switches", json={"inactive_dialect": dialect})
    world.control("DELETE", f"tokens/{world.token}")
    summary = await world.once()
    assert len(summary.unfinished) == 1
    assert "token is not accepted" in summary.unfinished[0]
    assert world.token not in summary.unfinished[0]
    world.token = world.control("POST", "tokens", json={"user": "svc-scanner"})["value"]
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


async def test_a_content_we_may_not_read_is_unchecked_and_asked_for_exactly_once(world: World) -> None:
    world.upload(GOOD, b"notes")
    world.fault(route=CONTENT, status=403, body={"errorMessage": "You do not have permission"})
    assert (await world.once()).unfinished == []
    assert await world.reasons() == {GOOD: "unchecked access-refused"}
    assert (world.calls(CONTENT), world.outcomes()) == ([403], [(GOOD, "failed")])


# Throttles


@pytest.mark.parametrize("dialect", ["429", "mashery"])
async def test_a_throttle_is_sat_out_wherever_it_comes(world: World, dialect: str) -> None:
    world.upload(BAD, samples.eicar())
    for route in EVERYWHERE:
        world.fault(**route, throttle="qps", dialect=dialect, count=1)
    began = time.monotonic()
    assert (await world.once()).unfinished == []
    assert time.monotonic() - began > len(EVERYWHERE)
    assert await world.kinds() == {BAD: "infected"}
    assert len(world.state()["notes"]) == 1


@pytest.mark.parametrize("dialect", ["429", "mashery"])
async def test_when_the_days_quota_is_gone_the_work_waits_for_tomorrow(world: World, dialect: str) -> None:
    world.upload(BAD, samples.eicar())
    world.upload(GOOD, b"notes")
    world.fault(route=CONTENT, throttle="day", dialect=dialect)
    assert (await world.once()).unfinished[-1] == "2 versions are still open"
    assert await world.reasons() == {BAD: "unchecked throttled", GOOD: "unchecked throttled"}
    assert 1 <= len(world.calls(CONTENT)) <= 2

    world.control("DELETE", "faults")
    world.wait_over()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected", GOOD: "clean"}


async def test_of_a_small_quota_a_reserve_is_kept_for_feed_and_remediation(world: World) -> None:
    for number in range(30):
        world.upload(f"{FOLDER}/{number}.txt", b"%d" % number)
    world.control("POST", "limits", json={"qps": 1_000, "daily": 20})
    assert (await world.once()).unfinished != []
    assert 403 not in world.calls("GET")
    assert 429 not in world.calls("GET")
    # Of 20 calls 5 are kept, and three tell who we are and what is new: at most 12 contents.
    assert list((await world.kinds()).values()).count("unchecked") >= 18
    assert len(world.calls("pubapi")) <= 20
    world.control("POST", "limits", json={"daily": 10_000})
    await world.all_of()
    assert set((await world.kinds()).values()) == {"clean"}


# What is not there


async def test_an_entry_that_was_replaced_is_superseded_and_the_current_version_scanned(world: World) -> None:
    first = world.upload(GOOD, b"notes")
    world.upload(GOOD, samples.eicar())
    world.act("delete_version", path=GOOD, entry_id=first["entry_id"])
    assert (await world.once()).unfinished == []
    assert world.outcomes() == [(GOOD, "superseded"), (GOOD, "judged")]
    assert await world.kinds() == {GOOD: "infected"}


async def test_a_current_version_without_content_is_tried_again_and_never_clean(world: World) -> None:
    world.upload(GOOD, b"notes")
    world.sections["workers"] = {"max_attempts": 2}
    world.fault(route=CONTENT, status=404)
    assert (await world.once()).unfinished == []
    assert await world.reasons() == {GOOD: "unchecked download-broken"}
    assert world.calls(CONTENT) == [404, 404]


# Acts


@pytest.mark.parametrize("status", [403, 409])
async def test_a_taken_name_in_quarantine_gets_a_suffix(world: World, status: int) -> None:
    world.control("POST", "switches", json={"conflict_status": status})
    group = world.upload(BAD, samples.eicar())["group_id"]
    token = world.act("lock", path=BAD)["lock_token"]
    assert (await world.once()).unfinished == OPEN
    ((taken,),) = world.rows("SELECT params ->> 'destination' FROM steps WHERE kind = 'quarantine'")
    other = world.upload(taken, b"somebody was here first", actor="svc-scanner")["group_id"]

    world.act("unlock", path=BAD, lock_token=token)
    world.wait_over()
    assert (await world.once()).unfinished == []
    stem, _, extension = taken.rpartition(".")
    assert world.places() == {other: taken, group: f"{stem}_1.{extension}"}
    assert [note["path"] for note in world.state()["notes"]] == [f"{stem}_1.{extension}"]


@pytest.mark.parametrize("status", [400, 403])
async def test_a_move_that_is_refused_for_good_fails_and_no_comment_tells_a_lie(world: World, status: int) -> None:
    group = world.upload(BAD, samples.eicar())["group_id"]
    world.fault(route="/fs/ids/file", method="POST", status=status, body={"errorMessage": "No"})
    assert (await world.once()).unfinished == []
    assert (await world.kinds(), world.places()) == ({BAD: "infected"}, {group: BAD})
    assert world.steps() == [("revoke_links", "already_done"), ("quarantine", "failed"), ("comment", "failed")]
    assert world.state()["notes"] == []


@pytest.mark.parametrize("fault", [
    {"status": 500}, {"status": 502, "body": "<html>Bad Gateway</html>"},
    {"status": 503, "headers": {"Retry-After": "1"}},
    {"cut_after": 0}, {"status": 200, "body": "<html>maintenance</html>"},
], ids=["500", "502", "503", "cut", "html"])  # fmt: skip
async def test_trouble_on_all_calls_loses_nothing_and_repeats_no_act(world: World, fault: dict[str, Any]) -> None:
    group = world.upload(BAD, samples.eicar())["group_id"]
    for route in EVERYWHERE:
        if route["route"] != CONTENT or fault.get("status") != 200:
            world.fault(**route, count=2, **fault)
    await world.all_of(9)
    assert await world.kinds() == {BAD: "infected"}
    assert world.places()[group].startswith(QUARANTINE)
    assert [note["path"] for note in world.state()["notes"]] == [world.places()[group]]


async def test_a_page_in_place_of_the_content_is_never_clean(world: World) -> None:
    world.upload(BAD, samples.eicar())
    world.fault(route=CONTENT, status=200, body="<html>maintenance</html>", count=2)
    await world.all_of()
    assert await world.kinds() == {BAD: "infected"}


# Downloads


@pytest.mark.parametrize("cut", [0, 1, 100_000, len(LARGE) - 1])
async def test_a_download_that_is_cut_off_is_resumed(world: World, cut: int) -> None:
    world.upload(f"{FOLDER}/disk.bin", LARGE)
    world.fault(route=CONTENT, cut_after=cut, count=2)
    assert (await world.once()).unfinished == []
    assert [(row.kind, row.size) for row in await world.verdicts()] == [("clean", len(LARGE))]


async def test_a_download_that_is_always_cut_off_is_given_up_as_unchecked(world: World) -> None:
    world.upload(f"{FOLDER}/disk.bin", LARGE)
    world.fault(route=CONTENT, cut_after=1_000)
    summary = await world.once()
    shown = (await world.reasons())[f"{FOLDER}/disk.bin"]
    assert (summary.unfinished, shown) == (OPEN, "unchecked cloud-unavailable")


async def test_a_slow_download_is_waited_for(world: World) -> None:
    world.upload(GOOD, b"n" * 10_000)
    world.fault(route=CONTENT, rate=10_000)
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {GOOD: "clean"}


async def test_a_content_that_differs_from_its_checksum_is_tried_once_more_and_then_unchecked(world: World) -> None:
    world.swap(world.upload(GOOD, b"notes")["group_id"], b"notes", checksum="0" * 128)
    assert (await world.once()).unfinished == []
    assert await world.reasons() == {GOOD: "unchecked checksum-mismatch"}
    assert (world.calls(CONTENT), world.outcomes()) == ([200, 200], [(GOOD, "failed")])


@pytest.mark.parametrize(
    "fault",
    [{"raw": "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: another\r\n\r\nx"}, {"status": 400}, {"status": 302}],
    ids=["another version", "400", "a redirect"],
)
async def test_an_answer_that_is_no_content_is_given_up_under_its_own_name(world: World, fault: dict[str, Any]) -> None:
    world.sections["workers"] = {"max_attempts": 2}
    world.upload(GOOD, b"notes")
    world.fault(route=CONTENT, **fault)
    assert (await world.once()).unfinished == []
    assert await world.reasons() == {GOOD: "unchecked download-broken"}
    assert len(world.calls(CONTENT)) == 2


@pytest.mark.parametrize(
    ("declared", "sent"), [(9, b"notes"), (3, b"notes"), (10**15, b"notes")], ids=["more", "less", "absurd"]
)
async def test_a_wrong_length_never_passes_for_the_content(world: World, declared: int, sent: bytes) -> None:
    file = world.upload(GOOD, b"notes on kites")
    headers = {"Content-Length": declared, "ETag": file["entry_id"], "X-Sha512-Checksum": file["checksum"]}
    head = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    world.sections["workers"] = {"max_attempts": 1}
    world.fault(route=CONTENT, raw=head + sent.decode())
    await world.once()
    assert (await world.kinds())[GOOD] != "clean"
    assert world.rows("SELECT count(*) FROM verdicts WHERE kind = 'clean'") == [(0,)]


async def test_a_cut_with_a_wrong_length_once_is_mended_by_the_next_try(world: World) -> None:
    world.upload(GOOD, b"notes on kites")
    world.fault(route=CONTENT, raw="HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nnotes", count=1)
    await world.all_of()
    assert await world.kinds() == {GOOD: "clean"}


# The feed


def event(number: int, **data: Any) -> dict[str, Any]:
    return {
        "id": number,
        "timestamp": "2026-10-05T10:00:00.000Z",
        "actor": 1,
        "type": "file_system",
        "action": "create",
        "action_source": "WebUI",
        "data": data,
    }


def page(world: World, events: list[Any], **more: Any) -> None:
    """The next page of the feed is this one."""
    body = {"count": len(events), "latest_id": world.state()["last_event_id"], "events": events, **more}
    world.fault(route=EVENTS, status=200, body=body, count=1)


async def test_unknown_types_and_fields_are_passed_over_and_the_rest_is_scanned(world: World) -> None:
    file = world.upload(BAD, samples.eicar())
    last = world.state()["last_event_id"]
    ids = {"target_path": BAD, "target_id": file["entry_id"], "target_group_id": file["group_id"], "is_folder": False}
    odd = [
        event(last - 4) | {"type": "hologram", "action": "projected", "flux": [1, {"a": None}]},
        event(last - 3) | {"data": None},
        event(last - 2) | {"data": "text", "actor": "nobody", "timestamp": 17},
        event(last, **ids, extra={"nested": [1]}, size="many"),
    ]
    page(world, odd, unheard_of=True)
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


@pytest.mark.parametrize("missing", ["target_group_id", "target_id", "target_path", "is_folder"])
async def test_an_event_that_lacks_a_field_still_leads_to_the_scan(world: World, missing: str) -> None:
    file = world.upload(BAD, samples.eicar())
    data = {"target_path": BAD, "target_id": file["entry_id"], "target_group_id": file["group_id"], "is_folder": False}
    del data[missing]
    page(world, [event(world.state()["last_event_id"], **data)])
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {BAD: "infected"}


async def test_a_page_of_duplicates_is_scanned_once(world: World) -> None:
    file = world.upload(GOOD, b"notes")
    last = world.state()["last_event_id"]
    data = {"target_path": GOOD, "target_id": file["entry_id"], "target_group_id": file["group_id"], "is_folder": False}
    page(world, [event(last, **data)] * 50 + [event(last + number, **data) for number in range(1, 51)])
    world.unread = "the made-up events lie above the last real one"
    assert (await world.once()).unfinished == []
    assert (await world.kinds(), world.calls(CONTENT)) == ({GOOD: "clean"}, [200])


async def test_a_page_that_is_no_page_moves_no_cursor(world: World) -> None:
    world.upload(BAD, samples.eicar())
    for body in ("<html>maintenance</html>", "{", "[]", '{"events": 5}', "null", ""):
        world.fault(route=EVENTS, status=200, body=body, count=1)
    await world.all_of(9)
    assert await world.kinds() == {BAD: "infected"}
    assert world.rows("SELECT * FROM gaps") == []


async def test_what_an_expired_cursor_hid_is_found_by_a_walk(world: World) -> None:
    world.upload(GOOD, b"notes")
    await world.once()
    world.upload(f"{FOLDER}/missed.com", samples.eicar())
    world.upload(f"{FOLDER}/seen.com", samples.eicar())
    world.control("POST", "events/prune", json={"keep": 1})
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {
        GOOD: "clean",
        f"{FOLDER}/missed.com": "infected",
        f"{FOLDER}/seen.com": "infected",
    }
    assert world.rows("SELECT reason, closed_at IS NOT NULL FROM gaps") == [("expired", 1)]


async def test_events_that_show_below_the_cursor_are_read_though_the_service_was_started_anew(world: World) -> None:
    world.upload(GOOD, b"in a folder that is not new, or it would be listed")
    await world.once()
    world.control("POST", "switches", json={"late_every": 2, "late_ms": 60_000})
    for number in range(6):
        world.upload(f"{FOLDER}/{number}.com", samples.eicar())
    await world.once()
    assert list((await world.kinds()).values()).count("infected") == 3
    world.control("POST", "clock", json={"advance": 61})
    await world.all_of()
    assert list((await world.kinds()).values()).count("infected") == 6


@pytest.mark.parametrize("status", [204, 404])
async def test_a_cursor_ahead_of_the_domain_is_noticed(world: World, status: int) -> None:
    world.control("POST", "switches", json={"future_id_status": status})
    world.upload(GOOD, b"notes")
    await world.once()
    world.rows("UPDATE feeds SET cursor = cursor + 100000")
    world.upload(BAD, samples.eicar())
    await world.once()
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {GOOD: "clean", BAD: "infected"}
    assert world.rows("SELECT reason FROM gaps") == [("lost",)]


# Names

ODD = [
    "blank in name.txt", "#%&'+;,=@!$()[]{}~`^.txt", "percent%41%2F.txt", "ünïcødé-日本語.txt",
    "e\u0301 and \u00e9.txt",
    "\u202etxt.exe.pdf", "..three.txt", "-rf.txt", "it's \u201cquoted\u201d.txt", "x" * 241 + ".txt", "\u200bzero.txt",
]  # fmt: skip


async def test_odd_but_legal_names_are_scanned_moved_and_commented(world: World) -> None:
    groups = [world.upload(f"{FOLDER}/{name}", samples.eicar())["group_id"] for name in ODD]
    assert (await world.once()).unfinished == []
    assert set((await world.kinds()).values()) == {"infected"}
    places = world.places()
    assert [places[group] for group in groups if not places[group].startswith(QUARANTINE)] == []
    assert {note["path"] for note in world.state()["notes"]} == {places[group] for group in groups}


async def test_a_path_of_nearly_five_thousand_bytes_is_scanned_and_moved(world: World) -> None:
    path = FOLDER + "".join(f"/{'d' * 230}{number:02d}" for number in range(21)) + "/eicar.com"
    assert 4_800 < len(path) <= 5_000
    group = world.upload(path, samples.eicar())["group_id"]
    assert (await world.once()).unfinished == []
    assert await world.kinds() == {path: "infected"}
    assert world.places()[group].startswith(QUARANTINE)
    assert len(world.state()["notes"]) == 1
