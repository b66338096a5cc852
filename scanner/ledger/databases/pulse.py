"""Whether the server still answers. Where a network is cut, or a server hangs, no error comes: whoever waits would wait
for a quarter of an hour and more. So it is asked every few seconds beside all work; where no answer comes, all
connections to it are given up, and whoever waits at one learns it as if the server had gone away."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog

from scanner.errors import LedgerUnavailable
from scanner.ledger.databases.server import UNREACHABLE, Server

log = structlog.get_logger("scanner.ledger")

ASK_EVERY = 3.0
"""Seconds between an answer and the next question."""
ANSWER = 10.0
"""Seconds in which one has to come; a server that is busy takes its time."""


class Pulse:
    """On a connection of its own, so that it waits for nobody's work."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: Any = None

    async def watch(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await asyncio.sleep(ASK_EVERY)
                await self._look()
        finally:
            self._hang_up()

    async def _look(self) -> None:
        asking = asyncio.create_task(self._ask())
        try:
            # In two halves: after a freeze of ours the first is over at once, and the answer may be there unread.
            for _ in range(2):
                await asyncio.wait((asking,), timeout=ANSWER / 2)
            if not (asking.done() and asking.result()):
                log.warning("ledger.silent", ledger=self._server.name, seconds=ANSWER)
                self._connection = None
                self._server.give_up()
        finally:
            asking.cancel()
            await asyncio.wait((asking,))

    async def _ask(self) -> bool:
        """Whether there is an answer. A connection that is lost, or refused, is one: who works at another hears it as
        well."""
        try:
            if self._connection is None:
                self._connection = await self._server.reach()
            await self._connection.fetchval("SELECT 1")
        except TimeoutError:
            return False
        except (LedgerUnavailable, *UNREACHABLE):
            self._hang_up()
        return True

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(*UNREACHABLE):
                self._connection.terminate()
            self._connection = None
