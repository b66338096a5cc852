"""How long the calls of a day last, and the backlog with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanner.ledger.calls.spending import TokenSpending
from scanner.model import Lane
from scanner.service.calls.outlook import Standing, drained_at, standing

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)
NOTHING = dict.fromkeys(("feed", "remediation", "live", "reconcile", "rescan", "backfill", "enrichment"), 0)
TOKEN = Standing("acme", 1, 2, 1_000, True, 0, 1_000, 250, 750, NOTHING, 0, 0.0, None, NOON)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def test_a_token_stands_as_the_platform_counts_and_its_classes_as_we_do() -> None:
    told = TokenSpending("acme", 1, 2, 1_000, 400, NOON, {"feed": 100, "live": 250}, {"feed": 12, "live": 48})

    assert standing(told, NOON) == Standing(
        *("acme", 1, 2, 1_000, True, 400, 600, 250, 350),
        NOTHING | {"feed": 100, "live": 250},
        *(50, 60.0, NOON + timedelta(hours=350 / 60), NOON),
    )


def test_until_the_platform_speaks_the_documented_limits_hold_and_our_own_count() -> None:
    found = standing(TokenSpending("acme", 1, today={"live": 30}, recent={"live": 30}), NOON)

    assert (found.limits_known, found.qps_limit, found.day_limit, found.used, found.others) == (False, 2, 1_000, 30, 0)


@pytest.mark.parametrize(
    ("used", "an_hour", "runs_out"),
    [(400, 20, None), (400, 35, NOON + timedelta(hours=10)), (750, 0, NOON), (1_200, 5, NOON), (749, 0, None)],
)
def test_it_runs_out_when_only_the_reserve_is_left_before_the_day_ends(
    used: int, an_hour: int, runs_out: datetime | None
) -> None:
    told = TokenSpending("acme", 1, 2, 1_000, used, NOON, {}, {"live": an_hour})

    assert standing(told, NOON).runs_out_at == runs_out


def test_the_running_hour_counts_as_far_as_it_has_come() -> None:
    told = TokenSpending("acme", 1, 2, 1_000, 0, NOON, {}, {"live": 90})

    assert standing(told, minutes(30)).calls_an_hour == 60.0


def test_an_empty_backlog_is_through_now() -> None:
    assert drained_at({Lane.LIVE: 0}, [TOKEN], NOON) == NOON


def test_a_backlog_that_fits_the_day_is_through_as_fast_as_the_pace_allows() -> None:
    assert drained_at({Lane.LIVE: 540}, [TOKEN], NOON) == minutes(5)


def test_two_tokens_are_twice_as_fast() -> None:
    assert drained_at({Lane.LIVE: 540}, [TOKEN, replace(TOKEN, token=2)], NOON) == minutes(2.5)


def test_what_does_not_fit_goes_on_the_next_day() -> None:
    assert drained_at({Lane.LIVE: 750 + 108}, [TOKEN], NOON) == MIDNIGHT + timedelta(minutes=1)


def test_old_content_stops_at_half_of_the_day_and_new_versions_do_not() -> None:
    spent = replace(TOKEN, used=500)

    assert drained_at({Lane.BACKFILL: 108}, [spent], NOON) == MIDNIGHT + timedelta(minutes=1)
    assert drained_at({Lane.LIVE: 108}, [spent], NOON) == minutes(1)


def test_the_feed_goes_on_costing_its_share_of_later_days() -> None:
    polled = replace(TOKEN, used=1_000, spent=NOTHING | {"feed": 200})

    assert drained_at({Lane.LIVE: 550}, [polled], NOON) < MIDNIGHT + timedelta(hours=1)  # type: ignore[operator]
    assert drained_at({Lane.LIVE: 551}, [polled], NOON) > MIDNIGHT + timedelta(hours=24)  # type: ignore[operator]


@pytest.mark.parametrize("tokens", [[], [replace(TOKEN, day_limit=0, reserve=0)]])
def test_what_is_never_through_has_no_moment(tokens: list[Standing]) -> None:
    assert drained_at({Lane.LIVE: 1}, tokens, NOON) is None
