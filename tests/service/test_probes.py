"""What /livez and /readyz answer."""

from __future__ import annotations

from datetime import timedelta

from scanner.health import Check
from scanner.service.assembly import assembled, utc_now
from scanner.service.probes import Front, live, ready
from tests.clamd import StartClamd
from tests.journeys.world import World


async def test_ready_means_that_every_part_could_work_now(world: World) -> None:
    async with assembled(world.settings()) as parts:
        health = await ready(parts)
    assert health.checks == tuple(Check(name, True) for name in ("ledger", "rules", "engines", "signatures"))


async def test_without_clamd_it_is_not_ready_but_alive(world: World, new_clamd: StartClamd) -> None:
    world.clamd = new_clamd().address
    async with assembled(world.settings()) as parts:
        health, alive = await ready(parts), await live(parts)
    assert [check.name for check in health.checks if not check.ok] == ["engines"]
    assert health.checks[2].reason.startswith("engine-down: ")
    assert alive.ok


async def test_without_a_rule_it_is_not_ready(world: World) -> None:
    (world.folder / "rules").mkdir()
    world.sections["rules"] = {"paths": [str(world.folder / "rules")]}
    async with assembled(world.settings()) as parts:
        assert (await ready(parts)).checks[1] == Check("rules", False, "no rule is loaded")


async def test_a_loop_that_is_long_overdue_is_not_alive(world: World) -> None:
    async with assembled(world.settings()) as parts:
        parts.beat("dispatcher")
        parts.heartbeats.beat("poller:acme", utc_now() - timedelta(hours=1), resting=60)
        health = await live(parts)
    assert [check.name for check in health.checks if not check.ok] == ["poller:acme"]


async def test_before_anything_is_assembled_it_is_alive_and_says_what_it_waits_for() -> None:
    front = Front()
    front.waiting_for = "acme does not answer"
    assert (await front.live()).ok
    assert (await front.ready()).checks == (Check("start", False, "acme does not answer"),)


async def test_what_is_assembled_is_asked_itself(world: World) -> None:
    front = Front()
    async with assembled(world.settings()) as front.parts:
        assert (await front.ready()).ok
        front.parts.heartbeats.beat("exporter", utc_now() - timedelta(hours=1))
        assert not (await front.live()).ok
