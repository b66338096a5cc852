"""Two replicas with one token are together no faster than one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from typer import Exit

from scanner.cloud.budget import Budget
from scanner.cloud.port import Priority
from scanner.errors import LedgerUnavailable, RetryLater
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.service.assembly import utc_now
from scanner.service.calls.quotas import Quotas
from scanner.service.calls.sharing import shared_pace
from scanner.settings import LedgerSettings
from tests.ledger.world import owner

QPS = {"x-accesstoken-qps-allotted": "50"}


@asynccontextmanager
async def replica(ledger: Ledger) -> AsyncIterator[Budget]:
    budget, quotas = Budget(), Quotas(ledger, Metrics(), utc_now)
    budget.learn(QPS)
    await quotas.enter("acme", [budget])
    async with shared_pace(ledger, quotas):
        yield budget


def take_ten(budget: Budget) -> None:
    for _ in range(10):
        budget.take_blocking(Priority.LIVE)


@asynccontextmanager
async def two_ledgers(folder: Path, server: LedgerSettings | None) -> AsyncIterator[tuple[Ledger, Ledger]]:
    """Of two replicas on one database; a file has one process, which stands for both."""
    if server is None:
        async with owner(folder, utc_now) as ledger:
            yield ledger, ledger
        return
    ledgers = [await Ledger.open(server, utc_now, owner=True) for _ in range(2)]
    yield ledgers[0], ledgers[1]
    for ledger in ledgers:
        await ledger.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_the_slots_of_all_replicas_are_as_far_apart_as_one_may_call(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("ledger_on_server") if kind == "postgresql" else None
    async with two_ledgers(tmp_path, server) as (here, there), replica(here) as one, replica(there) as other:
        began = utc_now().timestamp()
        async with asyncio.TaskGroup() as group:
            for budget in (one, other):
                group.create_task(asyncio.to_thread(take_ten, budget))
                for _ in range(10):
                    group.create_task(budget.take(Priority.FEED))
        booked = await here.spending.slot("acme", 1, 0, 0.0)

    # 40 calls at 45 a second, however long they really took.
    assert utc_now().timestamp() + booked - began >= 39 / 45
    assert sum((one.drain() + other.drain()).values()) == 40


async def test_where_the_ledger_is_away_each_goes_on_at_its_own_pace(tmp_path: Path) -> None:
    async with owner(tmp_path, utc_now) as ledger:
        async with replica(ledger) as budget:
            await ledger._db.run(lambda connection: connection.exec_driver_sql("DROP TABLE api_quotas"))
            await budget.take(Priority.LIVE)
        assert sum(budget.drain().values()) == 1


async def test_what_nobody_foresaw_ends_what_is_inside_which_would_wait_for_ever(tmp_path: Path) -> None:
    works = [True]

    def clock() -> datetime:
        if works:
            return utc_now()
        raise ZeroDivisionError

    async with owner(tmp_path, clock) as ledger:
        budget, quotas = Budget(), Quotas(ledger, Metrics(), utc_now)
        budget.learn(QPS)
        await quotas.enter("acme", [budget])
        works.clear()
        with pytest.raises(ExceptionGroup) as raised:
            async with shared_pace(ledger, quotas):
                await budget.take(Priority.LIVE)
    assert raised.group_contains(ZeroDivisionError)


@pytest.mark.parametrize("error", [RetryLater("the API is away"), LedgerUnavailable("gone"), Exit(3)], ids=repr)
async def test_what_fails_inside_is_raised_as_it_is(tmp_path: Path, error: Exception) -> None:
    async with owner(tmp_path, utc_now) as ledger:
        with pytest.raises(type(error)) as raised:
            async with replica(ledger):
                raise error
    assert raised.value is error
