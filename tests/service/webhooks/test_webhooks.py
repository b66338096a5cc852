"""Webhooks in a running service: the emulated domain tells it over HTTP, and its feed is read long before its time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from demo.clamd import PrivateClamd
from scanner.errors import ConfigurationError
from scanner.ledger.databases.seats import ServerSeats
from scanner.ledger.databases.server import Server
from scanner.service import loops
from scanner.service.assembly import Parts, assembled
from scanner.service.webhooks.deliveries import HEADER
from scanner.service.webhooks.webhooks import (
    LONGEST_SECRET,
    SHORTEST_SECRET,
    Waking,
    read_secret,
    subscription,
    webhooks_of,
)
from scanner.settings import LedgerSettings
from tests.clamd import free_port
from tests.journeys.world import World, new_world

FILE = "/Shared/Projects/a.txt"
SECRET = "Zq8mWv3LxT5nRk2PbY7c"


def ask_for_webhooks(world: World) -> str:
    """The URL they come to. Nothing but a wake-up brings a second poll within an hour."""
    (world.folder / "webhooks-secret").write_text(SECRET + "\n")
    address = f"127.0.0.1:{free_port()}"
    url = f"http://{address}"
    secret_file = str(world.folder / "webhooks-secret")
    world.sections["webhooks"] = {"url": url, "secret_file": secret_file, "listen": address}
    world.sections["events"] = {"min_interval": "1h", "max_interval": "1h"}
    return url


def registered(world: World) -> list[tuple[str, str]]:
    rows = world.emulator.domain.webhooks.rows
    return world.emulator.call(lambda: [(one.url, one.status) for one in rows.values()])


def _listens(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as one:
        return one.connect_ex((host, int(port))) == 0


def deliveries(parts: Parts, result: str) -> float:
    value = parts.metrics.registry.get_sample_value("scanner_webhook_deliveries_total", {"result": result})
    assert value is not None
    return value


async def until(true: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(60):
            while not true():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None


@contextlib.asynccontextmanager
async def served(world: World) -> AsyncIterator[Parts]:
    """A service that has polled once and is registered."""
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        serving = asyncio.create_task(loops.serve(parts, stop))
        try:
            value = parts.metrics.registry.get_sample_value
            await until(lambda: value("scanner_webhooks_registered") == 1, "the registration")
            await until(lambda: "poller:acme" in parts.heartbeats.due, "the first poll")
            yield parts
        finally:
            stop.set()
            await asyncio.wait_for(serving, 30)


async def test_a_delivery_brings_the_poll_that_the_file_waits_for(world: World) -> None:
    url = ask_for_webhooks(world)
    async with served(world) as parts:
        world.upload(FILE, b"hello")
        await until(lambda: world.rows("SELECT outcome FROM work") == [("judged",)], "the verdict")
        assert deliveries(parts, "woken") >= 1
        assert (parts.metrics.registry.get_sample_value("scanner_webhook_last_delivery_timestamp_seconds") or 0) > 0
    assert (await world.kinds(), registered(world)) == ({FILE: "clean"}, [(f"{url}/webhooks/acme", "enabled")])


async def test_a_delivery_at_a_replica_without_the_feed_wakes_the_one_that_follows_it(
    tmp_path: Path, clamd: PrivateClamd, ledger_on_server: LedgerSettings
) -> None:
    woken, stop = asyncio.Event(), asyncio.Event()
    follower = ServerSeats(Server(ledger_on_server))
    with new_world(tmp_path, clamd.address, ledger={"url": ledger_on_server.url}) as world:
        url = ask_for_webhooks(world)
        settings = world.settings()
        secret = subscription(settings.webhooks, settings.domains[0]).secret
        async with assembled(settings) as parts, asyncio.TaskGroup() as group:
            group.create_task(follower.serve({"feed:acme": asyncio.Event.wait}, stop, {"feed:acme": woken.set}))
            await until(lambda: "feed:acme" in follower.held, "the office")
            group.create_task(loops.serve(parts, stop, loops.Role.WORKER))
            async with httpx.AsyncClient() as egnyte:
                await until(lambda: _listens(url), "the port")
                answer = await egnyte.post(f"{url}/webhooks/acme", json=[], headers={HEADER: secret})
            await until(woken.is_set, "the follower to be woken")
            stop.set()
    assert answer.status_code == 200


async def test_a_delivery_that_cannot_be_passed_on_still_wakes_the_feed_that_is_followed_here() -> None:
    here = asyncio.Event()
    nowhere = LedgerSettings(url=f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    waking = Waking(ServerSeats(Server(nowhere)), {"acme": here})
    with capture_logs() as told:
        waking.wake("acme")
        await until(lambda: bool(told), "the warning")
    await waking.close()
    assert [(line["event"], line["domain"], "127.0.0.1" in line["reason"]) for line in told] == [
        ("webhook.not_passed_on", "acme", True)
    ]
    assert here.is_set()


async def test_a_second_start_registers_no_second_one(world: World) -> None:
    url = ask_for_webhooks(world)
    for _ in range(2):
        async with served(world):
            pass
    assert registered(world) == [(f"{url}/webhooks/acme", "enabled")]


async def test_forged_deliveries_bring_no_poll_and_are_logged_once(world: World) -> None:
    url = ask_for_webhooks(world)
    async with served(world) as parts:
        before = len(world.calls(r"/events\?"))
        with capture_logs() as told:
            async with httpx.AsyncClient() as stranger:
                for _ in range(3):
                    answer = await stranger.post(f"{url}/webhooks/acme", json=[], headers={HEADER: SECRET})
        assert (answer.status_code, deliveries(parts, "bad_secret"), deliveries(parts, "woken")) == (401, 3, 0)
        assert [line["result"] for line in told if line["event"] == "webhook.delivery_refused"] == ["bad_secret"]
        assert len(world.calls(r"/events\?")) == before


async def test_where_the_registration_is_refused_the_feed_is_polled_as_ever(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    ask_for_webhooks(world)
    world.sections["events"] = {"min_interval": "100ms", "max_interval": "500ms"}
    world.control("POST", "switches", json={"webhook_limit": 0})
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        serving = asyncio.create_task(loops.serve(parts, stop))
        await until(lambda: 409 in world.calls("POST /pubapi/v1/webhooks"), "the refusal")
        world.upload(FILE, b"hello")
        await until(lambda: world.rows("SELECT outcome FROM work") == [("judged",)], "the verdict")
        assert parts.metrics.registry.get_sample_value("scanner_webhooks_registered") == 0
        secret = subscription(parts.settings.webhooks, parts.settings.domains[0]).secret
        stop.set()
        await asyncio.wait_for(serving, 30)
    shown = "".join(capsys.readouterr())
    ledger = (world.folder / "ledger.db").read_bytes().decode("latin-1")
    assert [one in place for one in (SECRET, secret) for place in (shown, ledger)] == [False] * 4


async def test_without_settings_nobody_listens(world: World) -> None:
    async with assembled(world.settings()) as parts, webhooks_of(parts, {}) as webhooks:
        assert webhooks is None


async def test_an_address_in_use_is_told_with_its_setting(world: World) -> None:
    ask_for_webhooks(world)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        world.sections["webhooks"]["listen"] = f"127.0.0.1:{taken.getsockname()[1]}"
        async with assembled(world.settings()) as parts:
            with pytest.raises(ConfigurationError, match=r"webhooks\.listen: cannot listen on"):
                async with webhooks_of(parts, {"acme": asyncio.Event()}):
                    pass


def test_each_domain_has_a_secret_of_its_own_that_does_not_tell_the_file_s(world: World) -> None:
    ask_for_webhooks(world)
    settings = world.settings()
    domain = settings.domains[0]
    one, other = (subscription(settings.webhooks, domain.model_copy(update={"name": name})) for name in ("acme", "b"))
    assert (len(one.secret), one.secret == other.secret, SECRET in one.secret) == (64, False, False)


@pytest.mark.parametrize("length", [0, SHORTEST_SECRET - 1, LONGEST_SECRET + 1])
def test_a_secret_is_neither_short_nor_endless(tmp_path: Path, length: int) -> None:
    (tmp_path / "secret").write_bytes(b" " + b"x" * length + b"\n")
    with pytest.raises(ConfigurationError, match="16 to 4096 bytes"):
        read_secret(tmp_path / "secret")


def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        read_secret(tmp_path / "none")
