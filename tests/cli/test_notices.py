"""`scanner notices`: what was not taken is listed, and tried again on a person's word."""

from __future__ import annotations

import asyncio
import json

from demo import samples
from tests.cli.commands import scanner
from tests.journeys.world import World


def test_what_was_not_taken_is_listed_until_it_is(world: World) -> None:
    world.sections |= {
        "notify": [{"name": "siem", "url": "syslog+tcp://127.0.0.1:9"}],
        "policy": {"infected": ["notify"]},
    }
    world.upload("/Shared/Projects/eicar.com", samples.eicar())
    asyncio.run(world.once())
    listed = scanner(world, "notices", "list", "--json")
    row = json.loads(listed.stdout)
    assert (listed.exit_code, row["receiver"], row["state"], row["tries"]) == (1, "siem", "open", 1)
    assert row["trouble"].startswith("no connection: ")
    assert "siem" in scanner(world, "notices", "list").stdout

    again = scanner(world, "notices", "retry", "--json")
    assert (again.exit_code, json.loads(again.stdout)) == (0, {"reopened": 1})
    assert scanner(world, "notices", "retry").stdout == "1 notices are tried again\n"


def test_there_is_nothing_to_list_where_nobody_was_to_be_told(world: World) -> None:
    asyncio.run(world.once())
    assert scanner(world, "notices", "list").exit_code == 0
