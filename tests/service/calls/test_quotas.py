"""What was spent today is known after a restart, and what it means is shown."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from scanner.cloud.budget import Budget
from scanner.cloud.port import Priority, Quota
from scanner.ledger.calls.spending import TokenSpending
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.model import Lane
from scanner.service.assembly import assembled, utc_now
from scanner.service.calls.quotas import Quotas
from tests.journeys.world import World
from tests.ledger.world import NOON, owner, version

LATER = {
    "x-accesstoken-qps-allotted": "1000000",
    "x-accesstoken-quota-allotted": "1000",
    "x-accesstoken-quota-current": "740",
}


def clock() -> datetime:
    return NOON


def budget() -> Budget:
    return Budget(today=NOON.timestamp)


def spend(budget: Budget, *calls: Priority) -> None:
    for one in calls:
        budget.take_blocking(one)


async def restarted(ledger: Ledger) -> Quota:
    """What a new process knows before its first call."""
    fresh = budget()
    await Quotas(ledger, Metrics(), clock).enter("acme", [fresh])
    return fresh.quota()


async def test_a_restart_forgets_nothing_of_the_day(tmp_path: Path) -> None:
    async with owner(tmp_path, clock) as ledger:
        first, quotas = budget(), Quotas(ledger, Metrics(), clock)
        await quotas.enter("acme", [first])
        first.learn(LATER)
        spend(first, Priority.FEED, Priority.LIVE, Priority.LIVE)
        await quotas.leave()

        assert await ledger.spending.tokens() == [
            TokenSpending(*("acme", 1, 1_000_000, 1_000, 743, NOON), {"feed": 1, "live": 2}, {"feed": 1, "live": 2})
        ]
        assert await restarted(ledger) == Quota(1_000_000, None, 1_000, 743)


async def test_the_metrics_show_what_was_spent_and_how_long_it_lasts(tmp_path: Path) -> None:
    async with owner(tmp_path, clock) as ledger:
        await ledger.queue_versions("acme", [version("e")], Lane.LIVE)
        metrics, first = Metrics(), budget()
        quotas = Quotas(ledger, metrics, clock)
        await quotas.enter("acme", [first])
        first.learn(LATER)
        spend(first, *[Priority.LIVE] * 5)
        await quotas.turn()

    names = ("api_quota_scan_requests_left", "api_quota_runs_out_timestamp_seconds")
    shown = [metrics.registry.get_sample_value(f"scanner_{name}") for name in names]
    assert shown == [5, NOON.timestamp() + 3_600]
    assert metrics.registry.get_sample_value("scanner_api_calls_total", {"call_class": "live"}) == 5
    drained = metrics.registry.get_sample_value("scanner_backlog_drained_timestamp_seconds") or 0
    assert 0 <= drained - NOON.timestamp() < 1


async def test_a_run_leaves_a_record_of_its_calls(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    await world.once()
    async with Ledger.reading(world.settings().ledger, utc_now) as ledger:
        (token,) = await ledger.spending.tokens()
    assert (token.domain, token.token, token.day_used, sum(token.today.values()), token.today["live"]) == (
        *("acme", 1),
        *(len(world.requests()),) * 2,
        1,
    )


async def test_every_token_is_shown_by_its_number(world: World) -> None:
    async with assembled(world.settings()) as parts:
        assert [name for name, _ in parts.quotas.now()] == ["acme/1"]
