"""The platform's limits, over real HTTP: short pauses are sat out, long ones told, and no call is wasted meanwhile."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from scanner.errors import CloudUnavailable, Throttled
from tests.cloud.egnyte import Egnyte, running_egnyte

USERINFO = "/pubapi/v1/userinfo"


@pytest.mark.parametrize("dialect", ["429", "mashery"])
async def test_a_short_throttle_is_sat_out(egnyte: Egnyte, dialect: str) -> None:
    egnyte.fault(route=USERINFO, throttle="qps", dialect=dialect, count=1)
    started = time.monotonic()

    await egnyte.cloud.account()

    assert time.monotonic() - started > 0.9
    code = 429 if dialect == "429" else 403
    assert egnyte.seen.calls == [("account", code, "qps"), ("account", 200, None)]


@pytest.mark.parametrize("dialect", ["429", "mashery"])
async def test_the_end_of_the_days_quota_stops_all_calls(egnyte: Egnyte, dialect: str) -> None:
    egnyte.control("POST", "clock", json={"set": "2026-03-04T12:00:00.000Z"})
    egnyte.fault(route=USERINFO, throttle="day", dialect=dialect, count=1)

    for _ in range(2):
        with pytest.raises(Throttled) as raised:
            await egnyte.cloud.account()
        assert raised.value.scope == "day"
        assert raised.value.after is not None
        assert 43_100 < raised.value.after <= 43_200
    with pytest.raises(Throttled):
        await egnyte.cloud.feed_range()

    assert egnyte.seen.calls == [("account", 429 if dialect == "429" else 403, "day")]


async def test_a_real_daily_quota_ends_below_the_reserve_for_the_rest(tmp_path: Path) -> None:
    with running_egnyte(tmp_path, daily=40) as egnyte:
        for _ in range(32):
            await egnyte.cloud.feed_range()
        with pytest.raises(Throttled):
            await egnyte.cloud.person(41)
        await egnyte.cloud.feed_range()
        quota = egnyte.cloud.budget()
        await egnyte.cloud.close()

    assert (quota.day_limit, quota.day_used) == (40, 33)


async def test_calls_are_paced_so_that_the_platform_hardly_ever_complains(tmp_path: Path) -> None:
    with running_egnyte(tmp_path, qps=20) as egnyte:
        await egnyte.cloud.account()
        await asyncio.gather(*(egnyte.cloud.account() for _ in range(30)))
        await egnyte.cloud.close()

    codes = egnyte.seen.codes("account")
    assert codes.count(200) == 31
    assert codes.count(429) <= 1  # on a busy machine a call may be a tenth of a second late


async def test_a_pause_of_a_minute_is_left_to_the_caller(egnyte: Egnyte) -> None:
    egnyte.fault(route=USERINFO, status=503, headers={"Retry-After": "60"})

    with pytest.raises(CloudUnavailable) as raised:
        await egnyte.cloud.account()

    assert (raised.value.after, egnyte.seen.codes("account")) == (60, [503])
