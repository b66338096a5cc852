"""`scanner quarantine allowed`: what there is to see before anything was released."""

from __future__ import annotations

import asyncio

from tests.cli.commands import scanner
from tests.journeys.world import World


def test_nothing_is_allowed_until_something_is_released(world: World) -> None:
    asyncio.run(world.once())
    listed = scanner(world, "quarantine", "allowed")
    assert (listed.exit_code, "sha256" in listed.stdout, listed.stderr) == (0, True, "")
    taken_back = scanner(world, "quarantine", "disallow", "3", "--reason", "r")
    said = "No content that is allowed has the id 3. See `scanner quarantine allowed`.\n"
    assert (taken_back.exit_code, taken_back.stdout, taken_back.stderr) == (2, "", said)
