"""What was spent of the platform's calls: added up over processes, by day and class; and slots that nobody shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from scanner.ledger.calls.spending import KEPT, Bill, Spending, TokenSpending
from scanner.ledger.calls.spending_tables import spent
from scanner.ledger.databases.database import Database
from scanner.model import Lane
from scanner.settings import LedgerSettings
from tests.ledger.world import opened, owner, version

HALF_PAST_NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
NOON = int(HALF_PAST_NOON.timestamp() // 3_600)
MORNING, YESTERDAY = NOON - 11, NOON - 13


class Clock:
    now = HALF_PAST_NOON

    def __call__(self) -> datetime:
        return self.now


async def test_bills_of_several_processes_add_up_by_day_and_by_class(database: Database) -> None:
    spending = Spending(database, Clock())
    await spending.settle(
        [
            Bill("acme", 1, {(NOON, "feed"): 2, (NOON - 1, "live"): 5, (MORNING, "live"): 7}, 2, 1_000, 15),
            Bill("acme", 2, {(YESTERDAY, "live"): 9}, 2, 1_000, 0),
        ]
    )
    await spending.settle([Bill("acme", 1, {(NOON, "feed"): 1}, 2, 1_000, 16)])

    assert await spending.tokens() == [
        TokenSpending(*("acme", 1, 2, 1_000, 16, HALF_PAST_NOON), {"feed": 3, "live": 12}, {"feed": 3, "live": 5}),
        TokenSpending("acme", 2, 2, 1_000, 0, HALF_PAST_NOON, {}, {}),
    ]


async def test_what_the_platform_has_not_said_wipes_out_nothing(database: Database) -> None:
    spending = Spending(database, Clock())
    await spending.settle([Bill("acme", 1, {}, 2, 1_000, 15)])
    await spending.settle([Bill("acme", 1, {(NOON, "feed"): 1})])

    assert await spending.tokens() == [TokenSpending("acme", 1, 2, 1_000, 15, HALF_PAST_NOON, {"feed": 1}, {"feed": 1})]


async def test_a_count_of_yesterday_is_not_todays(database: Database) -> None:
    clock = Clock()
    spending = Spending(database, clock)
    await spending.settle([Bill("acme", 1, {(NOON, "feed"): 900}, 2, 1_000, 900)])
    clock.now = HALF_PAST_NOON + timedelta(hours=12)

    assert await spending.tokens() == [TokenSpending("acme", 1, 2, 1_000, None, HALF_PAST_NOON, {}, {})]


async def test_hours_that_are_too_old_to_matter_are_dropped(database: Database) -> None:
    clock = Clock()
    spending = Spending(database, clock)
    await spending.settle([Bill("acme", 1, {(NOON, "feed"): 1})])
    clock.now += KEPT + timedelta(hours=1)
    await spending.settle([])

    assert await database.read(lambda c: c.execute(select(func.count()).select_from(spent)).scalar_one()) == 0


async def test_what_waits_is_counted_by_domain_and_lane(tmp_path: Path) -> None:
    async with owner(tmp_path) as ledger:
        for domain, lane, names in (
            ("acme", Lane.LIVE, "abc"),
            ("acme", Lane.BACKFILL, "de"),
            ("bolt", Lane.LIVE, "f"),
        ):
            await ledger.queue_versions(domain, [version(name, domain) for name in names], lane)
        found = await ledger.spending.backlog()

    assert found == {"acme": {Lane.LIVE: 3, Lane.BACKFILL: 2}, "bolt": {Lane.LIVE: 1}}


async def test_no_two_processes_get_the_same_slot_and_none_lies_in_the_past(tmp_path: Path) -> None:
    clock = Clock()
    async with owner(tmp_path, clock) as ledger:
        slot = ledger.spending.slot
        assert [await slot("acme", 1, 2, 0.5), await slot("acme", 1, 1, 0.5)] == [0, 1.0]
        assert await slot("acme", 2, 1, 0.5) == 0, "another token has slots of its own"
        clock.now += timedelta(seconds=60)
        assert [await slot("acme", 1, 1, 0.5), await slot("acme", 1, 1, 0.5)] == [0, 0.5]


async def test_slots_that_are_shared_go_by_the_clock_of_the_server(ledger_on_server: LedgerSettings) -> None:
    clocks = [Clock(), Clock()]
    clocks[0].now += timedelta(days=400)
    async with opened(ledger_on_server, clocks[0]) as ahead, opened(ledger_on_server, clocks[1]) as other:
        waits = [await one.spending.slot("acme", 1, 2, 900) for one in (ahead, other, ahead)]
    assert [round(wait / 900) for wait in waits] == [0, 2, 4]
