"""The call budget: even spacing, the foremost first, a reserve for what matters most."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass

import pytest

from scanner.cloud.budget import MOST_RESERVED, USED_SHARE, Budget
from scanner.cloud.port import Priority, Quota
from scanner.errors import CloudUnavailable, Throttled
from tests.events.virtual import in_virtual_time

LOWER = [each for each in Priority if each > Priority.REMEDIATION]
UPPER = [Priority.FEED, Priority.REMEDIATION]
NOON = 43_200.0


def allotted(qps: int = 0, day: int = 0, used: int = 0) -> dict[str, str]:
    headers = {"x-accesstoken-qps-allotted": str(qps), "x-accesstoken-qps-current": "1"} if qps else {}
    daily = {"x-accesstoken-quota-allotted": str(day), "x-accesstoken-quota-current": str(used)} if day else {}
    return headers | daily


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


def now() -> float:
    return asyncio.get_running_loop().time()


async def seconds_of(budget: Budget, calls: int, priority: Priority = Priority.LIVE) -> float:
    started = now()
    for _ in range(calls):
        await budget.take(priority)
    return now() - started


def take_in_a_thread(budget: Budget, calls: int) -> None:
    for _ in range(calls):
        budget.take_blocking(Priority.LIVE)


@in_virtual_time
async def test_two_calls_a_second_until_the_platform_says_more() -> None:
    assert await seconds_of(Budget(now), 10) == pytest.approx(9 / (2 * USED_SHARE))


@in_virtual_time
async def test_a_high_limit_costs_no_sleep() -> None:
    budget = Budget(now)
    budget.learn(allotted(qps=100_000))

    assert await seconds_of(budget, 50) == 0


@in_virtual_time
async def test_calls_are_spaced_as_the_platform_allows() -> None:
    budget = Budget(now)
    budget.learn(allotted(qps=50))

    assert await seconds_of(budget, 11) == pytest.approx(10 / (50 * USED_SHARE))


@pytest.mark.parametrize("odd", ["", "0", "x", "-1", "1.5", "٣", "9" * 30])
def test_odd_headers_change_nothing(odd: str) -> None:
    budget = Budget()
    budget.learn({"x-accesstoken-qps-allotted": odd, "x-accesstoken-quota-allotted": odd})

    assert budget.quota() == Quota()


async def test_the_foremost_waits_least() -> None:
    budget = Budget()
    budget.learn(allotted(qps=20))
    await budget.take(Priority.LIVE)
    order: list[Priority] = []

    async def call(priority: Priority) -> None:
        await budget.take(priority)
        order.append(priority)

    async with asyncio.TaskGroup() as group:
        for priority in reversed(Priority):
            group.create_task(call(priority))

    assert order == list(Priority)


async def test_threads_and_tasks_share_the_slots() -> None:
    budget = Budget()
    budget.learn(allotted(qps=20))
    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(budget.take(Priority.LIVE))
            group.create_task(asyncio.to_thread(budget.take_blocking, Priority.LIVE))

    assert time.monotonic() - started > 0.2


@in_virtual_time
async def test_who_gives_up_leaves_the_queue() -> None:
    budget = Budget(now)
    await budget.take(Priority.LIVE)
    waiting = asyncio.create_task(budget.take(Priority.FEED))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await budget.take(Priority.BACKFILL)

    assert now() == pytest.approx(1 / (2 * USED_SHARE))


@in_virtual_time
async def test_a_queue_that_is_too_long_is_told() -> None:
    budget = Budget(now)
    waiting = [asyncio.create_task(budget.take(Priority.LIVE)) for _ in range(59)]
    await asyncio.sleep(0.01)
    await asyncio.wait_for(asyncio.shield(waiting[0]), 1)
    waiting += [asyncio.create_task(budget.take(Priority.LIVE)) for _ in range(3)]
    await asyncio.sleep(0.01)

    with pytest.raises(Throttled, match="calls wait for a slot") as raised:
        await budget.take(Priority.BACKFILL)

    assert raised.value.after is not None
    assert raised.value.after > 30
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@in_virtual_time
async def test_after_a_throttle_all_wait_until_its_pause_is_over() -> None:
    budget = Budget(now)
    budget.learn(allotted(qps=1_000_000))
    budget.throttled(0.3, "qps")

    assert await seconds_of(budget, 3) == pytest.approx(0.3, abs=0.001)


@pytest.mark.parametrize("priority", Priority)
def test_a_long_pause_is_told_to_everybody_at_once(priority: Priority) -> None:
    clock = Clock()
    budget = Budget(clock=clock)
    budget.throttled(40_000, "day")
    budget.throttled(1, "qps")

    with pytest.raises(Throttled) as raised:
        budget.take_blocking(priority)
    assert (raised.value.after, raised.value.scope) == (40_000, "day")
    clock.now += 40_001
    budget.take_blocking(priority)


@in_virtual_time
async def test_the_short_rest_of_a_long_pause_is_waited_for() -> None:
    budget = Budget(now)
    budget.throttled(100, "day")
    with pytest.raises(Throttled):
        await budget.take(Priority.FEED)
    await asyncio.sleep(99.8)

    assert await seconds_of(budget, 1, Priority.FEED) == pytest.approx(0.2)


def test_threads_wait_for_their_slots_too() -> None:
    budget = Budget()
    budget.learn(allotted(qps=50))
    started = time.monotonic()
    take_in_a_thread(budget, 11)

    assert time.monotonic() - started > 0.2


RESERVES = [
    (1_000, 749, False),
    (1_000, 750, True),
    (1_000, 999, True),
    (10_000_000, 10_000_000 - MOST_RESERVED - 1, False),
    (10_000_000, 10_000_000 - MOST_RESERVED, True),
]


@pytest.mark.parametrize(("day", "used", "kept"), RESERVES)
def test_the_reserve_is_for_feed_and_remediation(day: int, used: int, kept: bool) -> None:
    budget = Budget(today=Clock())
    # Two of the calls made here count as well.
    budget.learn(allotted(qps=1_000_000, day=day, used=used - len(UPPER)))
    for priority in UPPER:
        budget.take_blocking(priority)
    if not kept:
        budget.take_blocking(Priority.LIVE)
        return
    for priority in LOWER:
        with pytest.raises(Throttled) as raised:
            budget.take_blocking(priority)
        assert (raised.value.scope, raised.value.after) == ("day", 3_600)


def test_our_own_calls_count_until_the_next_answer() -> None:
    budget = Budget(today=Clock())
    budget.learn(allotted(qps=1_000_000, day=1_000, used=748))
    budget.take_blocking(Priority.LIVE)
    budget.take_blocking(Priority.LIVE)

    assert budget.quota() == Quota(1_000_000, 1, 1_000, 750)
    with pytest.raises(Throttled):
        budget.take_blocking(Priority.LIVE)


def test_an_answer_does_not_hide_the_calls_that_were_sent_after_it() -> None:
    budget = Budget(today=Clock())
    budget.learn(allotted(qps=1_000_000, day=20, used=1))
    for _ in range(8):
        budget.take_blocking(Priority.LIVE)
    budget.learn(allotted(day=20, used=2))
    assert budget.quota().day_used == 9
    budget.learn(allotted(day=20, used=12))
    assert budget.quota().day_used == 12


@pytest.mark.parametrize("priority", [Priority.RECONCILE, Priority.RESCAN, Priority.BACKFILL])
def test_half_of_a_day_is_left_to_what_is_urgent(priority: Priority) -> None:
    budget = Budget(today=Clock())
    budget.learn(allotted(qps=1_000_000, day=1_000, used=499))
    budget.take_blocking(priority)
    with pytest.raises(Throttled, match="only the reserve of 500 is left"):
        budget.take_blocking(priority)

    for urgent in (Priority.LIVE, Priority.ENRICHMENT):
        budget.take_blocking(urgent)


def test_the_platforms_day_may_begin_before_ours() -> None:
    budget = Budget(today=Clock())
    budget.learn(allotted(qps=1_000_000, day=1_000, used=900))
    budget.learn(allotted(day=1_000, used=1))
    assert budget.quota().day_used == 1


def test_those_who_wait_together_do_not_all_take_the_last_call() -> None:
    budget = Budget(today=Clock())
    budget.learn(allotted(qps=20, day=20, used=14))
    outcomes: list[bool] = []

    def worker() -> None:
        try:
            budget.take_blocking(Priority.LIVE)
            outcomes.append(True)
        except Throttled:
            outcomes.append(False)

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_new_day_begins_at_midnight() -> None:
    today = Clock(86_400 - 10.0)
    budget = Budget(today=today)
    budget.learn(allotted(qps=1_000_000, day=1_000, used=900))
    with pytest.raises(Throttled) as raised:
        budget.take_blocking(Priority.LIVE)
    assert raised.value.after == 10
    today.now += 11

    budget.take_blocking(Priority.LIVE)

    assert budget.quota().day_used == 1


def test_closing_ends_the_waiting() -> None:
    budget = Budget()
    budget.take_blocking(Priority.LIVE)
    threading.Timer(0.05, budget.close).start()

    with pytest.raises(CloudUnavailable):
        take_in_a_thread(budget, 20)


def test_calls_are_counted_by_hour_and_class_until_somebody_takes_the_count() -> None:
    today = Clock(NOON)
    budget = Budget(today=today)
    budget.learn(allotted(qps=1_000_000))
    for priority in (Priority.FEED, Priority.LIVE, Priority.LIVE):
        budget.take_blocking(priority)
    today.now += 3_600
    budget.take_blocking(Priority.LIVE)

    assert budget.drain() == {(12, Priority.FEED): 1, (12, Priority.LIVE): 2, (13, Priority.LIVE): 1}
    assert budget.drain() == {}


def test_the_reserve_holds_from_the_start_where_today_is_remembered() -> None:
    budget = Budget(today=Clock())
    budget.recall(Quota(1_000_000, None, 1_000, 749))
    budget.take_blocking(Priority.LIVE)

    with pytest.raises(Throttled, match="only the reserve of 250 is left"):
        budget.take_blocking(Priority.LIVE)
    budget.take_blocking(Priority.REMEDIATION)


def test_what_is_remembered_of_today_is_forgotten_at_midnight() -> None:
    today = Clock()
    budget = Budget(today=today)
    budget.recall(Quota(1_000_000, None, 1_000, 999))
    today.now += 43_201

    budget.take_blocking(Priority.LIVE)

    assert budget.quota() == Quota(1_000_000, None, 1_000, 1)
