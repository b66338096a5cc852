"""Replicas on one database share the pace of each token: a row in the ledger says when the next call may be made.

Slots are fetched in small bundles, only when somebody waits for one, so that a replica with nothing to do takes none.
They go by the clock of the database; how those of the replicas stand is all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from scanner.cloud.budget import Budget
from scanner.errors import LedgerUnavailable
from scanner.ledger.ledger import Ledger
from scanner.service.calls.quotas import Quotas

log = structlog.get_logger("scanner.service")


@asynccontextmanager
async def shared_pace(ledger: Ledger, quotas: Quotas) -> AsyncIterator[None]:
    """All budgets share their pace with the other replicas, until this is left. What fails in it ends what is inside:
    calls would wait for their turn for ever. What fails inside is raised as it is, not in a group."""
    sharing = Sharing(ledger)
    sharing.begin(quotas)
    inside: Exception | None = None
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(sharing.serve())
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- raised below
            inside = error
        serving.cancel()
    if inside is not None:
        raise inside


@dataclass(frozen=True, slots=True)
class _Wanted:
    domain: str
    token: int
    budget: Budget
    count: int
    interval: float


class Sharing:
    """Between the budgets of this process and the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._wanted: asyncio.Queue[_Wanted] = asyncio.Queue()

    def begin(self, quotas: Quotas) -> None:
        """All budgets; they are asked from the event loop and from threads."""
        loop = asyncio.get_running_loop()
        for domain, token, budget in quotas.budgets():

            def ask(count: int, interval: float, of: Callable[[int, float], _Wanted]) -> None:
                loop.call_soon_threadsafe(self._wanted.put_nowait, of(count, interval))

            budget.share(partial(ask, of=partial(_Wanted, domain, token, budget)))

    async def serve(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._grant(await self._wanted.get())

    async def _grant(self, wanted: _Wanted) -> None:
        try:
            after = await self._ledger.spending.slot(wanted.domain, wanted.token, wanted.count, wanted.interval)
        except LedgerUnavailable as error:
            # On its own pace then: the platform throttles what is too much, and that is obeyed.
            log.warning("sharing.alone", domain=wanted.domain, reason=str(error))
            after = wanted.interval
        wanted.budget.granted(after, wanted.count, wanted.interval)
