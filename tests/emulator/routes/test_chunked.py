from __future__ import annotations

import hashlib

import httpx
import pytest

from tests.emulator.conftest import CONTENT, FS, put, switch

CHUNKED = "/pubapi/v1/fs-content-chunked"
PATH = "/Shared/Docs/big.bin"


def send(
    api: httpx.Client,
    number: int,
    content: bytes,
    *,
    upload_id: str = "",
    last: bool = False,
    url: str = CHUNKED + PATH,
    **extra: str,
) -> httpx.Response:
    headers = {"X-Egnyte-Chunk-Num": str(number), **{name.replace("_", "-"): value for name, value in extra.items()}}
    headers |= {"X-Egnyte-Upload-Id": upload_id} if upload_id else {}
    headers |= {"X-Egnyte-Last-Chunk": "true"} if last else {}
    return api.post(url, content=content, headers=headers)


def sha(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def composite(chunks: list[bytes], size: int) -> str:
    return f"2-{len(chunks)}-{size}-{sha(''.join(map(sha, chunks)).encode())}"


def upload(api: httpx.Client, chunks: list[bytes], url: str = CHUNKED + PATH) -> httpx.Response:
    upload_id = ""
    for number, chunk in enumerate(chunks, 1):
        answer = send(api, number, chunk, upload_id=upload_id, last=number == len(chunks), url=url)
        assert answer.status_code == 200, answer.text
        upload_id = upload_id or answer.headers.get("x-egnyte-upload-id", "")
    return answer


def test_chunks_become_a_file_with_a_composite_checksum(api: httpx.Client) -> None:
    switch(api, min_chunk=4)
    chunks = [b"aaaa", b"bbbb", b"c"]
    answer = upload(api, chunks)
    expected = composite(chunks, 4)
    assert answer.json()["checksum"] == answer.headers["x-sha512-checksum"] == expected
    assert api.get(f"{FS}{PATH}").json()["checksum"] == expected
    got = api.get(f"{CONTENT}{PATH}")
    assert (got.content, got.headers["x-sha512-checksum"]) == (b"aaaabbbbc", expected)


def test_each_chunk_is_confirmed_by_number_and_digest(api: httpx.Client) -> None:
    switch(api, min_chunk=4)
    answer = send(api, 1, b"aaaa", X_Egnyte_Chunk_Sha512_Checksum=sha(b"aaaa"))
    assert (answer.headers["x-egnyte-chunk-num"], answer.headers["x-egnyte-chunk-sha512-checksum"]) == (
        "1",
        sha(b"aaaa"),
    )
    assert answer.headers["x-egnyte-upload-id"]


def test_a_single_chunk_is_composite_too(api: httpx.Client) -> None:
    assert upload(api, [b"tiny"]).json()["checksum"] == composite([b"tiny"], 4)


def test_by_group_id_it_is_a_new_version(api: httpx.Client) -> None:
    ids = put(api, PATH, b"old")
    answer = upload(api, [b"new"], url=f"{CHUNKED}/ids/file/{ids['group_id']}")
    assert (answer.json()["group_id"], api.get(f"{FS}{PATH}").json()["num_versions"]) == (ids["group_id"], 2)


@pytest.mark.parametrize(
    ("second", "options", "status"),
    [
        (b"bb", {}, 400),  # smaller than the first and not the last
        (b"bbbbb", {}, 400),  # larger than the first
        (b"bbbbb", {"last": True}, 400),
        (b"", {"last": True}, 400),
        (b"bbbb", {"X_Egnyte_Chunk_Sha512_Checksum": "00"}, 400),
        (b"bbbb", {}, 200),
        (b"bb", {"last": True}, 200),
    ],
)
def test_the_second_chunk(api: httpx.Client, second: bytes, options: dict[str, object], status: int) -> None:
    switch(api, min_chunk=2)
    upload_id = send(api, 1, b"aaaa").headers["x-egnyte-upload-id"]
    assert send(api, 2, second, upload_id=upload_id, **options).status_code == status  # type: ignore[arg-type]


@pytest.mark.parametrize(("number", "status"), [("0", 400), ("x", 400), ("", 400), ("3", 400)])
def test_numbers_must_follow(api: httpx.Client, number: str, status: int) -> None:
    switch(api, min_chunk=4)
    upload_id = send(api, 1, b"aaaa").headers["x-egnyte-upload-id"]
    headers = {"X-Egnyte-Chunk-Num": number, "X-Egnyte-Upload-Id": upload_id}
    assert api.post(CHUNKED + PATH, content=b"bbbb", headers=headers).status_code == status


def test_the_first_chunk_has_a_minimum_of_ten_mebibytes(api: httpx.Client) -> None:
    answer = send(api, 1, b"small")
    assert (answer.status_code, "10485760" in answer.json()["message"]) == (400, True)


def test_an_unfinished_upload_is_gone_after_a_day(api: httpx.Client) -> None:
    switch(api, min_chunk=4)
    upload_id = send(api, 1, b"aaaa").headers["x-egnyte-upload-id"]
    api.post("/_emulator/clock", json={"advance": 86_401})
    assert send(api, 2, b"bbbb", upload_id=upload_id).status_code == 404


def test_an_upload_belongs_to_its_path(api: httpx.Client) -> None:
    switch(api, min_chunk=4)
    upload_id = send(api, 1, b"aaaa").headers["x-egnyte-upload-id"]
    other = CHUNKED + "/Shared/Docs/other.bin"
    assert send(api, 2, b"bbbb", upload_id=upload_id, url=other).status_code == 400


def test_a_chunk_has_a_maximum(api: httpx.Client) -> None:
    switch(api, max_chunk=3)
    assert send(api, 1, b"aaaa").status_code == 413
