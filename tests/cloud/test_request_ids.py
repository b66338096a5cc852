"""Each request has an id of its own: in its header, in the log, and in the error that comes of it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import Priority
from scanner.cloud.request_ids import answer_id, new_id
from scanner.errors import BadAnswer, CloudUnavailable, NotFound, ScannerError
from scanner.model import EntryId, GroupId
from tests.cloud.egnyte import QUICK, settings_for
from tests.cloud.rawserver import RawServer, answer, raw_server

SELF = json.dumps({"id": 77, "username": "svc-scanner"}).encode()


@asynccontextmanager
async def client_of(server: RawServer, folder: Path) -> AsyncIterator[EgnyteClient]:
    (folder / "token").write_text("s3cr3t")
    client = EgnyteClient(settings_for(server.url, folder / "token"), timeouts=QUICK)
    client.budgets[0].learn({"x-accesstoken-qps-allotted": "1000"})
    yield client
    await client.close()


def sent(server: RawServer) -> list[str]:
    return [found[1] for head in server.asked if (found := re.search("X-Egnyte-Request-Id: ([0-9a-f]{32})\r\n", head))]


def without_times(lines: list[Any]) -> list[Any]:
    assert all(0 <= line.pop("seconds") < 60 for line in lines)
    return lines


def download(client: EgnyteClient) -> bytes:
    with client.open_content(GroupId("g1"), EntryId("e1"), priority=Priority.LIVE) as opened:
        return b"".join(opened.chunks())


def test_no_id_comes_twice() -> None:
    assert len({new_id() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3f2a-B_9.c:1/2+=", "3f2a-B_9.c:1/2+="),
        ("", None),
        ("x" * 129, None),
        ("two words", None),
        ("a\x1b[2J", None),
        ("id\n", None),
        ("ä", None),
    ],
)
def test_an_id_of_the_platform_is_believed_where_it_is_one(written: str, read: str | None) -> None:
    assert answer_id({"x-egnyte-request-id": written}) == read


async def test_each_try_has_its_id_and_each_line_says_which(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "scanner.cloud")
    good = answer(200, SELF, "X-Egnyte-Request-Id: theirs")
    with raw_server(answer(503, b""), b"", good) as server, capture_logs() as lines:
        async with client_of(server, tmp_path) as client:
            await client.account()

    first, second, third = sent(server)
    common = {"domain": "acme", "operation": "account"}
    assert len({first, second, third}) == 3
    assert without_times(lines) == [
        common | {"event": "call.refused", "log_level": "info", "status": 503, "request_id": first, "answer_id": None},
        common | {"event": "call.unanswered", "log_level": "info", "reason": "connect_error", "request_id": second},
        common
        | {"event": "call.answered", "log_level": "debug", "status": 200, "request_id": third, "answer_id": "theirs"},
    ]


async def test_a_download_is_told_in_the_same_way(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "scanner.cloud")
    with raw_server(answer(200, b"bytes", "ETag: e1")) as server, capture_logs() as lines:
        async with client_of(server, tmp_path) as client:
            assert await asyncio.to_thread(download, client) == b"bytes"

    (request_id,) = sent(server)
    said = [(line["event"], line["operation"], line["request_id"]) for line in lines]
    assert said == [("call.answered", "open_content", request_id)]


async def test_where_nobody_wants_them_no_line_is_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scanner.cloud")
    with raw_server(answer(200, SELF)) as server, capture_logs() as lines:
        async with client_of(server, tmp_path) as client:
            await client.account()

    assert lines == []


@pytest.mark.parametrize(
    ("said", "kind"), [(answer(404, b"{}"), NotFound), (answer(200, b"nope"), BadAnswer), (b"", CloudUnavailable)]
)
async def test_an_error_of_a_call_says_of_which_request_it_came(
    said: bytes, kind: type[ScannerError], tmp_path: Path
) -> None:
    with raw_server(said) as server:
        async with client_of(server, tmp_path) as client:
            with pytest.raises(kind) as raised:
                await client.account()

    assert raised.value.request_id == sent(server)[-1]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(404, b"{}"), NotFound),
        (answer(200, b"bytes", "ETag: another"), BadAnswer),
        (answer(200, b"bytes", "ETag: e1", length=9), CloudUnavailable),
    ],
)
async def test_so_does_an_error_of_a_download(said: bytes, kind: type[ScannerError], tmp_path: Path) -> None:
    with raw_server(said) as server:
        async with client_of(server, tmp_path) as client:
            with pytest.raises(kind) as raised:
                await asyncio.to_thread(download, client)

    assert raised.value.request_id == sent(server)[-1]
