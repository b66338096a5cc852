"""A service with two clamds loses one under way, and gets it back, without a version that pays for it."""

from __future__ import annotations

import asyncio

from demo.clamd import PrivateClamd
from demo.samples import eicar
from scanner.service import loops
from scanner.service.assembly import Parts, assembled
from scanner.settings.sections import ADDRESS
from tests.clamd import StartClamd
from tests.journeys.world import World

FOLDER = "/Shared/Projects"


async def settled(parts: Parts, versions: int) -> None:
    async with asyncio.timeout(60):
        while (await parts.stations.ledger.work_counts()).done < versions:
            await asyncio.sleep(0.05)


async def in_use(parts: Parts, *wanted: bool) -> None:
    async with asyncio.timeout(60):
        while tuple(one.out is None for one in await asyncio.to_thread(parts.clamd.standings)) != wanted:
            await asyncio.sleep(0.05)


def killed(clamd: PrivateClamd) -> None:
    assert clamd.process is not None
    clamd.process.kill()
    clamd.process.wait()


async def test_one_of_two_clamds_dies_and_comes_back(world: World, new_clamd: StartClamd) -> None:
    one, other = new_clamd().start(), new_clamd().start()
    world.clamd = ADDRESS
    world.sections["clamav"] = {"addresses": [one.address, other.address]}
    stop, versions = asyncio.Event(), 0
    async with assembled(world.settings()) as parts:
        serving = asyncio.create_task(loops.serve(parts, stop))
        for act, standing in ((None, (True, True)), (killed, (False, True)), (PrivateClamd.start, (True, True))):
            if act is not None:
                await asyncio.to_thread(act, one)
            for number in range(4):
                versions += 1
                world.upload(f"{FOLDER}/{versions}.txt", eicar() if number == 0 else b"good %d" % versions)
            await settled(parts, versions)
            await in_use(parts, *standing)
        stop.set()
        await asyncio.wait_for(serving, 20)
    kinds = sorted((await world.kinds()).values())
    assert kinds == ["clean"] * 9 + ["infected"] * 3
