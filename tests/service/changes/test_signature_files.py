"""New files of signatures reach the clamds of a running service without a hand."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from scanner.service.assembly import assembled
from scanner.service.changes.signature_files import follow_signatures
from tests.clamd import StartClamd
from tests.inspection.test_clamd_reload import NEW, learn
from tests.journeys.world import World


async def test_when_files_of_signatures_change_clamd_loads_them(world: World, new_clamd: StartClamd) -> None:
    own = new_clamd().start()
    world.clamd = own.address
    world.sections["clamav"] = {"signature_folders": [str(own.database)]}
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        clamd = parts.clamd.endpoints[0].clamd
        with capture_logs() as logs:
            following = asyncio.create_task(follow_signatures(parts, stop))
            while not any(line["event"] == "clamd.watching" for line in logs):
                await asyncio.sleep(0.05)
        assert await asyncio.to_thread(clamd.answer, NEW) is None
        learn(own)
        while await asyncio.to_thread(clamd.answer, NEW) is None:
            await asyncio.sleep(0.1)
        stop.set()
        await following
        assert parts.clamd.endpoints[0].out is None
