from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from emulator.routes.content import requested_range
from tests.emulator.conftest import CONTENT, FS, put, switch

ClientOf = Callable[[str], httpx.Client]


def test_a_download_carries_the_headers_of_its_version(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a b.txt", b"hello")
    answer = api.get(f"{CONTENT}/ids/file/{ids['group_id']}")
    headers = {name: answer.headers[name] for name in ("etag", "x-sha512-checksum", "content-length", "content-type")}
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert headers == {
        "etag": ids["entry_id"],
        "x-sha512-checksum": hashlib.sha512(b"hello").hexdigest(),
        "content-length": "5",
        "content-type": "text/plain;charset=UTF-8",
    }
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["last-modified"].endswith(" GMT")


def test_quotes_round_the_etag_are_a_switch(api: httpx.Client) -> None:
    switch(api, etag_quotes=True)
    ids = put(api, "/Shared/Docs/a.txt")
    assert api.get(f"{CONTENT}/Shared/Docs/a.txt").headers["etag"] == f'"{ids["entry_id"]}"'


def test_entry_id_pins_the_bytes(api: httpx.Client) -> None:
    old, new = (put(api, "/Shared/Docs/a.txt", text) for text in (b"old", b"new"))
    url = f"{CONTENT}/ids/file/{old['group_id']}"
    assert api.get(url, params={"entry_id": old["entry_id"]}).content == b"old"
    assert api.get(url).headers["etag"] == new["entry_id"]


@pytest.mark.parametrize("path", ["/Shared/Docs/none.txt", "/Shared/Docs", "/ids/file/none"])
def test_what_is_no_file_is_a_404_with_message(api: httpx.Client, path: str) -> None:
    answer = api.get(f"{CONTENT}{path}")
    assert (answer.status_code, answer.json()) == (404, {"message": "File does not exist"})


def test_a_pruned_version_is_a_404_while_the_file_lives(api: httpx.Client) -> None:
    old, _ = (put(api, "/Shared/Docs/a.txt", text) for text in (b"old", b"new"))
    act = {"action": "prune_versions", "path": "/Shared/Docs/a.txt"}
    assert api.post("/_emulator/act", json=act).json() == {"pruned": [old["entry_id"]]}
    url = f"{CONTENT}/ids/file/{old['group_id']}"
    assert [api.get(url, params=p).status_code for p in ({"entry_id": old["entry_id"]}, {})] == [404, 200]


@pytest.mark.parametrize(
    ("header", "status", "body", "content_range"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=7-99", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_single_range_is_a_206(
    api: httpx.Client, header: str, status: int, body: bytes, content_range: str | None
) -> None:
    put(api, "/Shared/Docs/a.txt", b"0123456789")
    answer = api.get(f"{CONTENT}/Shared/Docs/a.txt", headers={"Range": header})
    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (status, body, content_range)


def test_a_range_that_starts_beyond_the_end_is_a_416(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt", b"0123456789")
    answer = api.get(f"{CONTENT}/Shared/Docs/a.txt", headers={"Range": "bytes=10-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")


def test_requested_range_of_nothing_is_the_whole() -> None:
    assert requested_range(None, 10) is None
    assert requested_range("bytes=-", 10) is None


def test_conditions_are_ignored(api: httpx.Client) -> None:
    ids = put(api, "/Shared/Docs/a.txt", b"x")
    assert api.get(f"{CONTENT}/Shared/Docs/a.txt", headers={"If-None-Match": ids["entry_id"]}).status_code == 200


def test_head_is_a_405(api: httpx.Client) -> None:
    put(api, "/Shared/Docs/a.txt", b"x")
    assert api.head(f"{CONTENT}/Shared/Docs/a.txt").status_code == 405


def test_an_upload_answers_200_with_three_fields_that_agree_with_the_headers(api: httpx.Client) -> None:
    answer = api.post(
        f"{CONTENT}/Shared/Docs/a.txt", content=b"x", headers={"Last-Modified": "Wed, 04 Mar 2026 09:15:20 GMT"}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"checksum", "group_id", "entry_id"}
    assert (answer.headers["etag"], answer.headers["x-sha512-checksum"]) == (body["entry_id"], body["checksum"])
    assert answer.headers["last-modified"] == "Wed, 04 Mar 2026 09:15:20 GMT"
    assert api.get(f"{FS}/Shared/Docs/a.txt").json()["last_modified"] == "Wed, 04 Mar 2026 09:15:20 GMT"


def test_a_second_upload_is_a_new_version_even_of_the_same_bytes(api: httpx.Client) -> None:
    first, second = (put(api, "/Shared/Docs/a.txt", b"same") for _ in range(2))
    assert first["group_id"] == second["group_id"]
    assert first["entry_id"] != second["entry_id"]


@pytest.mark.parametrize(
    ("path", "content", "headers", "status"),
    [
        ("/Shared/Docs/a.txt", b"", {}, 400),
        ("/Shared/Docs/a.txt", b"x", {"X-Sha512-Checksum": "00"}, 400),
        ("/Shared/Docs/a.txt", b"x", {"Last-Modified": "yesterday"}, 400),
        ("/Shared/Docs/a.tmp", b"x", {}, 400),
        ("/Shared/Docs/Thumbs.db", b"x", {}, 400),
        ("/Shared/Docs", b"x", {}, 409),
        ("/Shared/loose.txt", b"x", {}, 409),
        ("/Other/a.txt", b"x", {}, 409),
        ("/Shared/none/a.txt", b"x", {}, 404),
        ("/Shared/Docs/a.txt", b"x" * 101, {}, 413),
    ],
)
def test_uploads_that_are_refused(
    api: httpx.Client, path: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    switch(api, max_upload=100)
    answer = api.post(f"{CONTENT}{path}", content=content, headers=headers)
    assert (answer.status_code, set(answer.json())) == (status, {"message"})
    assert api.get("/_emulator/state").json()["files"] == []


def test_the_limit_holds_for_bodies_without_a_length(api: httpx.Client) -> None:
    switch(api, max_upload=100)

    def pieces() -> Iterator[bytes]:
        yield from [b"x" * 60] * 2

    assert api.post(f"{CONTENT}/Shared/Docs/a.txt", content=pieces()).status_code == 413


def test_a_correct_checksum_header_is_accepted_in_any_case(api: httpx.Client) -> None:
    digest = hashlib.sha512(b"x").hexdigest().upper()
    answer = api.post(f"{CONTENT}/Shared/Docs/a.txt", content=b"x", headers={"X-Sha512-Checksum": digest})
    assert answer.status_code == 200


def test_a_folder_of_that_name_is_a_403_naming_the_path(api: httpx.Client) -> None:
    api.post(f"{FS}/Shared/Docs/a", json={"action": "add_folder"})
    answer = api.post(f"{CONTENT}/Shared/Docs/a", content=b"x")
    assert (answer.status_code, "/Shared/Docs/a" in answer.json()["message"]) == (403, True)


def test_without_rights_an_upload_is_a_bare_403(api: httpx.Client, client_of: ClientOf) -> None:
    answer = client_of("external").post(f"{CONTENT}/Shared/Docs/a.txt", content=b"x")
    assert (answer.status_code, "upload" in answer.json()["message"]) == (403, True)
    assert "retry-after" not in answer.headers


def test_a_file_directly_in_shared_can_be_allowed(api: httpx.Client) -> None:
    switch(api, files_in_shared="allow")
    put(api, "/Shared/loose.txt")
    assert api.get(f"{CONTENT}/Shared/loose.txt").status_code == 200


def test_a_large_file_goes_up_and_down_whole(api: httpx.Client) -> None:
    content = bytes(range(256)) * 4096 * 3
    ids = put(api, "/Shared/Docs/large.bin", content)
    assert ids["checksum"] == hashlib.sha512(content).hexdigest()
    assert api.get(f"{CONTENT}/Shared/Docs/large.bin").content == content
    part = api.get(f"{CONTENT}/Shared/Docs/large.bin", headers={"Range": "bytes=1000000-2000000"})
    assert part.content == content[1_000_000:2_000_001]
