"""Moments as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import typer
from hypothesis import given
from hypothesis import strategies as st

from scanner.cli.period import check_period, moment, past
from tests.cli.commands import scanner
from tests.journeys.world import World

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-28", datetime(2026, 11, 28, tzinfo=UTC)),
        ("2026-11-28T12:00Z", NOON),
        ("2026-11-28T14:00:00+02:00", NOON),
        ("2026-11-28 12:00", NOON),
        ("7d", NOON - timedelta(days=7)),
        ("90m", NOON - timedelta(minutes=90)),
    ],
)
def test_a_day_a_moment_and_how_long_ago_are_understood(written: str, meant: datetime) -> None:
    with time_machine.travel(NOON, tick=False):
        assert moment(written) == meant


@pytest.mark.parametrize("written", ["", "yesterday", "28.11.2026", "7", "-7d", "999999999d", "0001-01-01T00:00+14:00"])
def test_anything_else_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(typer.BadParameter, match="write a day"):
        moment(written)


def test_what_has_happened_since_a_moment_to_come_is_no_question() -> None:
    with time_machine.travel(NOON, tick=False):
        assert past("2026-11-28T12:00Z") == NOON
        with pytest.raises(typer.BadParameter, match="lies in the future"):
            past("2026-11-28T12:01Z")


def test_a_period_ends_after_it_begins() -> None:
    for since, until in ((None, None), (NOON, None), (None, NOON), (NOON, NOON + timedelta(seconds=1))):
        check_period(since, until)
    for until in (NOON, NOON - timedelta(days=1)):
        with pytest.raises(typer.BadParameter, match="must be later than --since"):
            check_period(NOON, until)


@pytest.mark.parametrize("command", [["coverage"], ["audit", "list"]], ids=" ".join)
@pytest.mark.parametrize(
    ("period", "said"),
    [(["--since", "2999-01-01"], "lies in the future"), (["--since", "1d", "--until", "2d"], "must be later")],
)
def test_a_period_in_which_nothing_can_lie_does_not_look_like_all_is_well(
    world: World, command: list[str], period: list[str], said: str
) -> None:
    scanner(world, "ledger", "migrate")
    result = scanner(world, *command, *period)
    assert (result.exit_code, result.stdout, said in result.stderr) == (2, "", True)


@given(written=st.text())
def test_whatever_is_written_is_a_moment_in_utc_or_refused(written: str) -> None:
    try:
        assert moment(written).tzinfo is UTC
    except typer.BadParameter:
        pass
