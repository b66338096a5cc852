"""Downloads in trouble, over real HTTP: the bytes of one version in full, or an error."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.cloud.client import EgnyteClient
from scanner.cloud.download import MOST_RESUMES, VersionDownload
from scanner.cloud.port import Priority
from scanner.errors import BadAnswer, CloudRefused, CloudUnavailable, Forbidden, NotFound, Throttled, TokenRefused
from scanner.model import EntryId, GroupId
from tests.cloud.egnyte import FOLDER, QUICK, Egnyte, settings_for
from tests.cloud.rawserver import RawServer, answer, raw_server

BYTES = bytes(range(256)) * 2_000
PATH = FOLDER + "/a.bin"
ROUTE = "/fs-content/"


@contextmanager
def opened(egnyte: Egnyte, entry_id: str = "") -> Iterator[VersionDownload]:
    ids = egnyte.put(PATH, BYTES)
    entry = EntryId(entry_id or ids["entry_id"])
    with egnyte.cloud.open_content(GroupId(ids["group_id"]), entry, priority=Priority.LIVE) as download:
        yield download


def read(egnyte: Egnyte) -> bytes:
    with opened(egnyte) as download:
        assert download.length == len(BYTES)
        return b"".join(download.chunks())


@contextmanager
def client_of(server: RawServer, folder: Path) -> Iterator[EgnyteClient]:
    (folder / "token").write_text("s3cr3t")
    client = EgnyteClient(settings_for(server.url, folder / "token"), timeouts=QUICK)
    client.budgets[0].learn({"x-accesstoken-qps-allotted": "1000"})
    yield client
    asyncio.run(client.close())


def fetch(folder: Path, *answers: bytes, resets: int = 0) -> tuple[bytes, list[str]]:
    """The content that a server's answers come to, and the ranges it was asked for."""
    with raw_server(*answers, resets=resets) as server, client_of(server, folder) as client:
        with client.open_content(GroupId("g1"), EntryId("e1"), priority=Priority.LIVE) as download:
            content = b"".join(download.chunks())
        return content, [range_of(head) for head in server.asked]


def range_of(head: str) -> str:
    found = re.search(r"\r\nRange: bytes=(\S*)\r\n", head)
    return found[1] if found else ""


def part(start: int, body: bytes, total: int, *headers: str, length: int | None = None) -> bytes:
    end = start + len(body) - 1
    return answer(206, body, f"Content-Range: bytes {start}-{end}/{total}", *headers, length=length)


async def test_a_cut_download_goes_on_where_it_was(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, cut_after=100_000, count=1)
    egnyte.fault(route=ROUTE, cut_after=1, count=1)

    assert await asyncio.to_thread(read, egnyte) == BYTES
    assert egnyte.seen.codes("open_content") == [200, 206, 206]


async def test_a_stalled_download_goes_on_where_it_was(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, stall_after=100_000, stall=1.0, count=1)

    assert await asyncio.to_thread(read, egnyte) == BYTES
    assert egnyte.seen.codes("open_content") == [200, 206]


async def test_a_download_that_is_always_cut_ends(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, cut_after=10)

    with pytest.raises(CloudUnavailable, match=f"resumed {MOST_RESUMES} times"):
        await asyncio.to_thread(read, egnyte)

    assert egnyte.seen.codes("open_content") == [200, *[206] * MOST_RESUMES]


async def test_quotes_around_the_etag_do_not_matter(egnyte: Egnyte) -> None:
    egnyte.switch(etag_quotes=True)

    assert await asyncio.to_thread(read, egnyte) == BYTES


async def test_an_unknown_version_is_not_found(egnyte: Egnyte) -> None:
    with pytest.raises(NotFound, match="open_content: HTTP 404"), opened(egnyte, "no-such-entry"):
        pass


async def test_a_version_that_is_pruned_within_its_download_is_not_found(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, cut_after=10, count=1)
    egnyte.fault(route=ROUTE, status=404)

    with pytest.raises(NotFound):
        await asyncio.to_thread(read, egnyte)


async def test_a_missing_right_is_asked_for_once(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, status=403)

    with pytest.raises(Forbidden):
        await asyncio.to_thread(read, egnyte)
    assert egnyte.seen.codes("open_content") == [403]


async def test_a_throttle_is_sat_out(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, throttle="qps", dialect="mashery", count=1)

    assert await asyncio.to_thread(read, egnyte) == BYTES
    assert egnyte.seen.calls[-2:] == [("open_content", 403, "qps"), ("open_content", 200, None)]


async def test_the_cap_on_bytes_is_told(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, status=429, headers={"X-Retry-After": "600"})

    with pytest.raises(Throttled) as raised:
        await asyncio.to_thread(read, egnyte)
    assert (raised.value.scope, raised.value.after) == ("bandwidth", 600)


async def test_a_token_that_ends_within_a_download_is_renewed(egnyte: Egnyte) -> None:
    egnyte.control("POST", "tokens", json={"user": "svc-scanner", "value": "renewed"})
    egnyte.fault(route=ROUTE, cut_after=100_000, count=1)

    def interrupted() -> bytes:
        with opened(egnyte) as download:
            chunks = download.chunks()
            first = next(chunks)
            egnyte.control("DELETE", f"tokens/{egnyte.emulator.token}")
            egnyte.token_file.write_text("renewed")
            return first + b"".join(chunks)

    assert await asyncio.to_thread(interrupted) == BYTES
    assert egnyte.seen.codes("open_content") == [200, 401, 206]


async def test_a_refused_token_is_told(egnyte: Egnyte) -> None:
    ids = egnyte.put(PATH, BYTES)
    egnyte.control("DELETE", f"tokens/{egnyte.emulator.token}")

    with pytest.raises(TokenRefused):
        egnyte.cloud.open_content(
            GroupId(ids["group_id"]), EntryId(ids["entry_id"]), priority=Priority.LIVE
        ).__enter__()


async def test_many_threads_download_at_once(egnyte: Egnyte) -> None:
    contents = await asyncio.gather(*(asyncio.to_thread(read, egnyte) for _ in range(12)))

    assert contents == [BYTES] * 12


async def test_closing_the_client_ends_the_waiting_of_its_threads(egnyte: Egnyte) -> None:
    egnyte.fault(route=ROUTE, status=503, headers={"Retry-After": "5"})
    threading.Timer(0.2, egnyte.cloud.budgets[0].close).start()

    with pytest.raises(CloudUnavailable, match="closing"):
        await asyncio.to_thread(read, egnyte)


WHOLE = answer(200, b"0123456789", "ETag: e1")
CUT = answer(200, b"0123", "ETag: e1", length=10)
OPEN_END = answer(200, b"0123456789", "ETag: e1", length=-1)


@pytest.mark.parametrize(
    ("answers", "ranges"),
    [
        ((WHOLE,), [""]),
        ((answer(200, b"0123456789", f"X-Sha512-Checksum: {'a' * 128}"),), [""]),
        ((answer(200, b"0123456789"),), None),
        ((OPEN_END,), [""]),
        ((CUT, part(4, b"456789", 10)), ["", "4-"]),
        ((CUT, part(4, b"45", 10), part(6, b"6789", 10)), ["", "4-", "6-"]),
        ((CUT, part(4, b"45", 10, length=6), part(6, b"6789", 10)), ["", "4-", "6-"]),
        ((CUT, WHOLE), ["", "4-"]),
        ((CUT, answer(503), part(4, b"456789", 10)), ["", "4-", "4-"]),
        ((CUT, b"", part(4, b"456789", 10)), ["", "4-", "4-"]),
        ((answer(200, b"0123456789", length=11), answer(416, b"", "Content-Range: bytes */10")), None),
    ],
)
def test_what_is_lacking_is_asked_for(tmp_path: Path, answers: tuple[bytes, ...], ranges: list[str] | None) -> None:
    if ranges is None:
        with pytest.raises(BadAnswer):
            fetch(tmp_path, *answers)
        return
    assert fetch(tmp_path, *answers) == (b"0123456789", ranges)


def test_an_empty_version_has_no_bytes(tmp_path: Path) -> None:
    assert fetch(tmp_path, answer(200, b"", "ETag: e1")) == (b"", [""])


def test_a_reset_connection_is_resumed(tmp_path: Path) -> None:
    content, _ = fetch(tmp_path, CUT, WHOLE, resets=1)

    assert content == b"0123456789"


def test_a_chunked_answer_that_is_cut_at_its_very_end_is_complete(tmp_path: Path) -> None:
    chunked = b"HTTP/1.1 200 X\r\nETag: e1\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n"

    assert fetch(tmp_path, chunked, answer(416, b"", "Content-Range: bytes */10")) == (b"0123456789", ["", "10-"])


BAD = [
    (answer(200, b"0123456789", "ETag: other"),),
    (answer(200, b"0123456789", 'ETag: W/"other"'),),
    (answer(200, b"0123456789", "Content-Encoding: gzip"),),
    (part(0, b"0123456789", 10),),
    (answer(204),),
    (CUT, part(4, b"456789", 10, "ETag: other")),
    (CUT, part(4, b"4567890", 11)),
    (CUT, part(3, b"3456789", 10)),
    (CUT, answer(206, b"456789")),
    (CUT, answer(206, b"456789", "Content-Range: bytes 4-9/*")),
    (CUT, answer(200, b"01234567890")),
]


@pytest.mark.parametrize("answers", BAD)
def test_bytes_that_are_not_of_this_version_are_refused(tmp_path: Path, answers: tuple[bytes, ...]) -> None:
    with pytest.raises(BadAnswer):
        fetch(tmp_path, *answers)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_refused(tmp_path: Path, status: int) -> None:
    with raw_server(WHOLE) as other:
        with pytest.raises(CloudRefused, match="redirect"):
            fetch(tmp_path, answer(status, b"", f"Location: {other.url}/x"))
        assert other.asked == []


@pytest.mark.parametrize("ident", ["", ".", ".."])
def test_ids_that_lead_elsewhere_are_not_sent(tmp_path: Path, ident: str) -> None:
    with raw_server(WHOLE) as server, client_of(server, tmp_path) as client:
        with pytest.raises(NotFound), client.open_content(GroupId(ident), EntryId("e1"), priority=Priority.LIVE):
            pass
        assert server.asked == []


def test_odd_ids_stay_in_their_place(tmp_path: Path) -> None:
    with raw_server(answer(404)) as server, client_of(server, tmp_path) as client:
        opening = client.open_content(GroupId("a/../b?c"), EntryId("e&x=1#"), priority=Priority.LIVE)
        with pytest.raises(NotFound), opening:
            pass
        asked = server.asked[0].split("\r\n")[0]

    assert asked == "GET /pubapi/v1/fs-content/ids/file/a%2F..%2Fb%3Fc?entry_id=e%26x%3D1%23 HTTP/1.1"
