from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.faults import Fault
from emulator.spoil import _parts
from tests.emulator.conftest import CONTENT, put
from tests.emulator.test_faults import fault

PATH = f"{CONTENT}/Shared/Docs/a.bin"
CONTENT_BYTES = bytes(range(250)) * 4


@pytest.fixture
def spoilt(api: httpx.Client) -> httpx.Client:
    put(api, "/Shared/Docs/a.bin", CONTENT_BYTES)
    return api


def received(api: httpx.Client) -> tuple[bytes, str]:
    """What arrived, and how it ended."""
    got = b""
    try:
        with api.stream("GET", PATH) as answer:
            for piece in answer.iter_raw():
                got += piece
    except httpx.TransportError as error:
        return got, type(error).__name__
    return got, "whole"


@pytest.mark.parametrize("after", [1, 500, 999])
def test_a_cut_leaves_exactly_that_many_bytes(spoilt: httpx.Client, after: int) -> None:
    fault(spoilt, route="fs-content", cut_after=after, count=1)
    assert received(spoilt) == (CONTENT_BYTES[:after], "RemoteProtocolError")
    assert received(spoilt) == (CONTENT_BYTES, "whole")


def test_a_cut_behind_the_end_changes_nothing(spoilt: httpx.Client) -> None:
    fault(spoilt, route="fs-content", cut_after=5000)
    assert received(spoilt) == (CONTENT_BYTES, "whole")


def test_a_cut_after_nothing_is_a_reset_before_the_answer(spoilt: httpx.Client) -> None:
    fault(spoilt, route="fs-content", cut_after=0)
    assert received(spoilt)[0] == b""
    assert received(spoilt)[1] in ("RemoteProtocolError", "ReadError")


def test_a_stall_is_a_silence_in_the_middle(spoilt: httpx.Client) -> None:
    fault(spoilt, route="fs-content", stall_after=500, stall=0.2)
    before = time.monotonic()
    assert received(spoilt) == (CONTENT_BYTES, "whole")
    assert time.monotonic() - before >= 0.2


def test_a_rate_slows_the_body(spoilt: httpx.Client) -> None:
    fault(spoilt, route="fs-content", rate=5000)
    before = time.monotonic()
    assert received(spoilt) == (CONTENT_BYTES, "whole")
    assert time.monotonic() - before >= 0.15


def test_raw_bytes_replace_the_answer(spoilt: httpx.Client) -> None:
    fault(spoilt, route="fs-content", raw="HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef")
    parts = urlsplit(str(spoilt.base_url))
    with socket.create_connection((parts.hostname, parts.port)) as sock:
        sock.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        pieces = iter(lambda: sock.recv(4096), b"")
        assert b"".join(pieces).endswith(b"\r\n\r\nabcdef")


@pytest.mark.parametrize(
    ("rule", "sent", "sizes"),
    [
        (Fault(cut_after=3), 0, [3, 7]),
        (Fault(cut_after=13), 10, [3, 7]),
        (Fault(cut_after=3, stall_after=5), 0, [3, 2, 5]),
        (Fault(rate=80), 0, [4, 4, 2]),
        (Fault(cut_after=50), 0, [10]),
    ],
)
def test_parts_end_where_something_happens(rule: Fault, sent: int, sizes: list[int]) -> None:
    parts = _parts(b"0123456789", sent, rule)
    assert ([len(part) for part in parts], b"".join(parts)) == (sizes, b"0123456789")
