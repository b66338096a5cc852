"""`scanner ledger export`."""

from __future__ import annotations

import asyncio

from tests.cli.commands import lines, scanner
from tests.journeys.world import World


def test_an_export_has_what_a_list_has_of_every_version_and_how_others_ended(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    asyncio.run(world.once())
    (listed,) = lines(scanner(world, "verdicts", "list", "--json").stdout)
    result = scanner(world, "ledger", "export")
    (found,) = lines(result.stdout)
    assert (result.exit_code, found.pop("ended"), found.pop("first_seen_at") is None) == (0, None, False)
    assert found == listed


def test_one_that_is_gone_has_no_kind(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    asyncio.run(world.once())
    world.rows("UPDATE work SET verdict_id = NULL, outcome = 'gone'")
    (found,) = lines(scanner(world, "ledger", "export", "--domain", "acme").stdout)
    assert (found["ended"], found["kind"], found["path"]) == ("gone", None, "/Shared/Projects/a.txt")
