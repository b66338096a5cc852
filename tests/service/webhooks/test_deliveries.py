"""What comes in on the port for deliveries, over real HTTP: who wakes a feed, and who does not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from scanner.service.webhooks.deliveries import HEADER, LARGEST_DELIVERY, Bell, Door, Result, receiver
from scanner.web import bind, server
from tests.events.virtual import in_virtual_time

SECRET = "9f" * 32


@dataclass(slots=True)
class Port:
    client: httpx.AsyncClient
    number: int
    wake: asyncio.Event
    results: list[Result] = field(default_factory=list)


@contextlib.asynccontextmanager
async def listening(in_time: float = 10.0) -> AsyncIterator[Port]:
    wake = asyncio.Event()
    listener = bind("127.0.0.1:0", "webhooks.listen")
    listener.listen()
    number = listener.getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", timeout=30) as client:
        port = Port(client, number, wake)
        web = server(receiver({"acme": Door(SECRET, Bell(wake.set, 0.0))}, port.results.append, in_time))
        task = asyncio.create_task(web.serve(sockets=[listener]))
        try:
            yield port
        finally:
            web.should_exit = True
            await task
            listener.close()


async def raw(port: Port, request: bytes) -> bytes:
    """The first line of what is answered to a request that is never ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
    writer.write(request)
    line = await asyncio.wait_for(reader.readline(), 30)
    writer.close()
    return line


@pytest.mark.parametrize("body", [b'[{"eventId": "e-1"}]', b"", b"no JSON at all", b"x" * LARGEST_DELIVERY])
async def test_whoever_knows_the_secret_wakes_the_feed_whatever_he_says(body: bytes) -> None:
    async with listening() as port:
        answer = await port.client.post("/webhooks/acme", content=body, headers={HEADER: SECRET})
        assert (answer.status_code, answer.content, port.wake.is_set(), port.results) == (200, b"", True, ["woken"])


@pytest.mark.parametrize("shown", [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {HEADER: SECRET + "0"}, {HEADER: b"\xfc"}])
async def test_whoever_does_not_know_it_is_refused_without_a_word(shown: dict[str, str]) -> None:
    async with listening() as port:
        answer = await port.client.post("/webhooks/acme", content=b"[]", headers=shown)
        assert (answer.status_code, answer.content) == (401, b"")
        assert (port.wake.is_set(), port.results) == (False, ["bad_secret"])


async def test_a_domain_that_is_unknown_is_refused_in_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    async with listening() as port:
        answer = await port.client.post("/webhooks/other", content=b"[]", headers={HEADER: SECRET})
        assert (answer.status_code, answer.content) == (401, b"")
        assert (port.wake.is_set(), port.results) == (False, ["unknown_domain"])
    assert SECRET not in "".join(capsys.readouterr())


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_delivery_that_is_too_large_wakes_nobody(*, chunked: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * LARGEST_DELIVERY
        yield b"x"

    async with listening() as port:
        content = parts() if chunked else b"x" * (LARGEST_DELIVERY + 1)
        answer = await port.client.post("/webhooks/acme", content=content, headers={HEADER: SECRET})
        assert (answer.status_code, port.wake.is_set(), port.results) == (413, False, ["too_large"])


async def test_a_delivery_that_does_not_end_is_given_up_and_wakes_nobody() -> None:
    begun = f"POST /webhooks/acme HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\nContent-Length: 9\r\n\r\n[".encode()
    async with listening(in_time=0.05) as port:
        assert await raw(port, begun) == b"HTTP/1.1 408 Request Timeout\r\n"
        assert (port.wake.is_set(), port.results) == (False, ["too_slow"])


async def test_of_a_stranger_s_body_nothing_is_waited_for() -> None:
    begun = b"POST /webhooks/acme HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n["
    async with listening() as port:
        assert await raw(port, begun) == b"HTTP/1.1 401 Unauthorized\r\n"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/webhooks/acme", 405), ("POST", "/webhooks/acme/more", 404), ("GET", "/metrics", 404)],
)
async def test_there_is_nothing_else_on_the_port(method: str, path: str, status: int) -> None:
    async with listening() as port:
        answer = await port.client.request(method, path, headers={HEADER: SECRET})
        assert (answer.status_code, port.wake.is_set()) == (status, False)


@in_virtual_time
async def test_a_hundred_deliveries_wake_a_feed_at_once_and_once_more_after_its_rest() -> None:
    wake, woken = asyncio.Event(), []
    bell, loop = Bell(wake.set, 5.0), asyncio.get_running_loop()

    async def follow() -> None:
        while True:
            await wake.wait()
            wake.clear()
            woken.append(loop.time())

    following = asyncio.create_task(follow())
    for _ in range(100):
        bell.ring()
        await asyncio.sleep(0.01)
    await asyncio.sleep(60)
    bell.ring()
    await asyncio.sleep(1)
    following.cancel()
    assert [round(moment, 1) for moment in woken] == [0.0, 5.0, 61.0]
