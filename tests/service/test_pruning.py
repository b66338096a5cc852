"""What was learnt of contents is dropped when it is old, by the service and by a single run."""

from __future__ import annotations

import asyncio

from scanner.service.assembly import assembled
from scanner.service.pruning import MOST_STEPS, prune
from tests.journeys.world import World, stop, wait_until

OLD = "UPDATE facts SET learnt_at = '2020-01-01 00:00:00.000000'"


def kept(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM facts")[0][0])


async def test_facts_are_kept_as_long_as_the_settings_say(world: World) -> None:
    for name in ("a", "b"):
        world.upload(f"/Shared/Projects/{name}.txt", b"hello")
    await world.once()
    assert kept(world) == 2
    world._sql(OLD + " WHERE verdict_id = 1")
    async with assembled(world.settings()) as parts:
        await prune(parts)
        assert world.rows("SELECT verdict_id FROM facts") == [(2,)]
        await prune(parts)
    assert (kept(world), len(await world.verdicts())) == (1, 2)


async def test_one_turn_drops_so_much_and_no_more(world: World) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)"
    async with assembled(world.settings()) as parts:
        world._sql(f"INSERT INTO facts {many} SELECT i, 1, 'x', '2020-01-01 00:00:00.000000' FROM n")
        await prune(parts)
        assert (kept(world), MOST_STEPS) == (1, 20)
        await prune(parts)
    assert kept(world) == 0


def test_a_run_prunes_at_its_end_and_the_service_as_it_goes(world: World) -> None:
    world.upload("/Shared/Projects/a.txt", b"hello")
    asyncio.run(world.once())
    world._sql(OLD)
    asyncio.run(world.once())
    assert kept(world) == 0
    world.upload("/Shared/Projects/b.txt", b"hello")
    asyncio.run(world.once())
    world._sql(OLD)
    service = world.spawn()
    try:
        wait_until(lambda: kept(world) == 0, "the service to prune")
    finally:
        stop(service)
