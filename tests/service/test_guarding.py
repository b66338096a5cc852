"""A quarantine that somebody opened or renamed is seen by the service, and mended on a person's order."""

from __future__ import annotations

from demo import samples
from scanner.errors import RetryLater
from scanner.service.assembly import assembled
from scanner.service.guarding import Guard
from tests.journeys.world import QUARANTINE, World

PATH = "/Shared/Projects/eicar.com"


async def stands(world: World) -> str:
    """The state in which the metric counts the one domain."""
    async with assembled(world.settings()) as parts:
        await Guard(parts).turn()
        (family,) = [one for one in parts.metrics.registry.collect() if one.name == "scanner_quarantine_folders"]
    (state,) = [sample.labels["state"] for sample in family.samples if sample.value == 1]
    return str(state)


async def test_a_quarantine_that_was_opened_is_seen_and_closed_on_a_word(world: World) -> None:
    assert await stands(world) == "unused"
    world.upload(PATH, samples.eicar())
    await world.all_of()
    assert await stands(world) == "closed"
    opened = {"users": {"pnovak": "Viewer"}}
    world.act("set_permissions", actor="svc-scanner", path=QUARANTINE, **opened)
    assert await stands(world) == "open"


async def test_a_quarantine_that_was_renamed_is_seen(world: World) -> None:
    world.upload(PATH, samples.eicar())
    await world.all_of()
    world.act("move", actor="svc-scanner", path=QUARANTINE, destination="/Shared/Old stuff")
    assert await stands(world) == "missing"
    world.unread = "what was renamed is not read"


async def test_an_api_that_stays_away_is_left_to_the_next_turn(world: World) -> None:
    async with assembled(world.settings()) as parts:
        world.fault(route="/fs/Shared", method="GET", status=503)
        guard, waits = Guard(parts), 0
        try:
            await guard.turn()
        except RetryLater:
            waits += 1
    assert waits == 1
