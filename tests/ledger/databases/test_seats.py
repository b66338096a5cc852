"""One replica holds an office; another takes it over when it ends, hangs, or loses its session."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.seats import OwnSeats, ServerSeats
from scanner.ledger.databases.server import Server
from scanner.settings import LedgerSettings
from tests.clamd import free_port
from tests.ledger.dispatch.bench import until

OTHER = """
import asyncio, sys
from scanner.ledger.databases.seats import ServerSeats
from scanner.ledger.databases.server import Server
from scanner.settings import LedgerSettings

async def feed(over):
    print("taken", file=sys.stderr, flush=True)
    await over.wait()

asyncio.run(ServerSeats(Server(LedgerSettings(url=sys.argv[1]))).serve({"feed:acme": feed}, asyncio.Event()))
"""


class Replica:
    """Works at its offices, and remembers at which it does."""

    def __init__(self, seats: ServerSeats | OwnSeats) -> None:
        self.seats = seats
        self.at: set[str] = set()
        self.called: list[str] = []

    @asynccontextmanager
    async def serving(self, *names: str) -> AsyncIterator[None]:
        stop = asyncio.Event()
        bells = {name: partial(self.called.append, name) for name in names}
        task = asyncio.create_task(self.seats.serve({name: self._office(name) for name in names}, stop, bells))
        try:
            yield
        finally:
            stop.set()
            await task

    def _office(self, name):
        async def office(over: asyncio.Event) -> None:
            self.at.add(name)
            await over.wait()
            self.at.discard(name)

        return office


def replica(settings: LedgerSettings) -> Replica:
    return Replica(ServerSeats(Server(settings)))


async def test_the_owner_of_a_file_holds_all_offices():
    alone = Replica(OwnSeats())
    async with alone.serving("feed:acme", "keeper"):
        await until(lambda: alone.at == {"feed:acme", "keeper"})
    assert alone.at == set()


async def test_a_call_is_heard_where_somebody_else_is_at_the_office_and_nowhere_else(
    ledger_on_server: LedgerSettings,
) -> None:
    first, second = replica(ledger_on_server), replica(ledger_on_server)
    async with first.serving("feed:acme"):
        await until(lambda: first.at == {"feed:acme"})
        async with second.serving("feed:acme", "feed:bolt"):
            await until(lambda: second.at == {"feed:bolt"})
            await first.seats.call("feed:acme")  # whoever is at it himself needs no call
            await first.seats.call("feed:nobody")
            await second.seats.call("feed:acme")
            await replica(ledger_on_server).seats.call("feed:bolt")
            await until(lambda: (first.called, second.called) == (["feed:acme"], ["feed:bolt"]))


async def test_a_call_that_cannot_be_made_says_why(ledger_on_server: LedgerSettings) -> None:
    nowhere = ledger_on_server.model_copy(update={"url": f"postgresql://nobody@127.0.0.1:{free_port()}/none"})
    with pytest.raises(LedgerUnavailable, match=r"127\.0\.0\.1"):
        await replica(nowhere).seats.call("feed:acme")
    await OwnSeats().call("feed:acme")


async def test_each_office_is_held_by_one_and_passes_on_when_that_one_ends(ledger_on_server: LedgerSettings):
    first, second = replica(ledger_on_server), replica(ledger_on_server)
    async with second.serving("feed:bolt"):
        await until(lambda: second.at == {"feed:bolt"})
        async with first.serving("feed:acme", "feed:bolt"):
            await until(lambda: first.at == {"feed:acme"})
            async with replica(ledger_on_server).serving("feed:acme"):
                assert (first.at, second.at) == ({"feed:acme"}, {"feed:bolt"})
        assert first.at == set()
        third = replica(ledger_on_server)
        async with third.serving("feed:acme", "feed:bolt"):
            await until(lambda: third.at == {"feed:acme"})


async def test_what_an_office_raises_ends_all(ledger_on_server: LedgerSettings):
    async def broken(over: asyncio.Event) -> None:
        raise KeyError("disk")

    with pytest.raises(ExceptionGroup) as raised:
        await replica(ledger_on_server).seats.serve({"keeper": broken}, asyncio.Event())
    assert raised.group_contains(KeyError)


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_an_office_is_taken_over_from_one_that_died_or_hangs(ledger_on_server: LedgerSettings, fault: int):
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, ledger_on_server.url], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as other:
        try:
            assert await asyncio.to_thread(other.stderr.readline) == b"taken\n"
            mine = replica(ledger_on_server)
            async with mine.serving("feed:acme"):
                os.kill(other.pid, fault)
                await until(lambda: mine.at == {"feed:acme"}, seconds=30)
            if fault == signal.SIGSTOP:
                other.send_signal(signal.SIGCONT)
                assert await asyncio.to_thread(other.stderr.readline) == b"taken\n"
        finally:
            other.kill()
