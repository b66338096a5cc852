"""`scanner budget`: what the calls of today went into, and how long the rest lasts."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime

import time_machine
from typer.testing import Result

from scanner.ledger.calls.spending import Bill
from scanner.ledger.ledger import Ledger
from scanner.model import Lane
from tests.cli.commands import lines, scanner
from tests.journeys.world import World
from tests.ledger.world import version

AFTERNOON = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
HOUR = int(AFTERNOON.timestamp() // 3_600)


def recorded(world: World, *bills: Bill, waiting: int = 0) -> None:
    async def act() -> None:
        ledger = await Ledger.open(world.settings().ledger, lambda: AFTERNOON, owner=True)
        await ledger.spending.settle(bills)
        await ledger.queue_versions("acme", [version(f"e{number}") for number in range(waiting)], Lane.LIVE)
        await ledger.close()

    asyncio.run(act())


def shown(world: World, *options: str) -> Result:
    with time_machine.travel(AFTERNOON, tick=False):
        return scanner(world, "budget", *options)


def test_a_quiet_day_is_told_in_a_few_lines(world: World) -> None:
    calls = {(HOUR - 1, "feed"): 12, (HOUR - 5, "live"): 200, (HOUR - 5, "feed"): 50}
    recorded(world, Bill("acme", 1, calls, 2, 1_000, 300), waiting=54)

    result = shown(world)

    assert (result.exit_code, result.stdout) == (
        0,
        "acme, token 1: 300 of 1,000 calls spent today, 700 left; 2 a second (said at 14:00Z)\n"
        "  spent on: feed 62, live 200, others 38\n"
        "  kept for feed and remediation: 250; for scans 450 are left\n"
        "  12 calls in the last hour: at this pace they last the day\n"
        "  54 versions wait; the backlog drains at 14:00Z at the earliest\n",
    )


def test_what_will_be_exceeded_is_exit_1_with_the_time(world: World) -> None:
    recorded(world, Bill("acme", 1, {(HOUR - 1, "live"): 300}, 2, 1_000, 300), waiting=900)

    result = shown(world)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2:] == [
        "  300 calls in the last hour: will be exceeded today at 15:30Z. Egnyte raises quotas on request.",
        "  900 versions wait; the backlog drains at 00:04Z on 2026-03-05 at the earliest",
    ]


def test_what_is_used_up_says_until_when(world: World) -> None:
    recorded(world, Bill("acme", 1, {}, 2, 1_000, 800))

    result = shown(world)

    assert result.exit_code == 1
    assert "Only the reserve is left: versions wait until 00:00Z." in result.stdout


def test_json_is_one_object_for_each_domain(world: World) -> None:
    recorded(world, Bill("acme", 1, {(HOUR, "live"): 5}, 2, 1_000, 7), waiting=1)

    (found,) = lines(shown(world, "--json").stdout)

    (token,) = found["tokens"]
    assert (found["domain"], found["backlog"], found["drained_at"]) == (
        "acme",
        {"live": 1},
        "2026-03-04T14:00:00.555556Z",
    )
    assert (token["used"], token["left"], token["reserve"], token["left_to_scan"], token["others"]) == (
        7,
        993,
        250,
        743,
        2,
    )
    assert (token["spent"]["live"], token["runs_out_at"], token["told_at"]) == (5, None, "2026-03-04T14:00:00Z")


def test_a_domain_that_was_never_called_says_so(world: World) -> None:
    recorded(world)
    assert shown(world).stdout == "acme: no call is on record yet\n  no version waits\n"


def test_a_domain_that_is_not_in_the_settings_is_exit_2(world: World) -> None:
    result = shown(world, "--domain", "nobody")
    assert (result.exit_code, result.stderr) == (2, "There is no domain nobody in the settings.\n    Known: acme.\n")


def test_no_token_is_ever_shown_or_recorded(world: World) -> None:
    asyncio.run(world.once())
    told = scanner(world, "budget", "--json").stdout
    stored = json.dumps(world.rows("SELECT * FROM api_quotas") + world.rows("SELECT * FROM api_spent"))
    assert re.search(world.token, told + stored) is None
