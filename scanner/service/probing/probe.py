"""A probe in each domain that has a folder for it: every so often, and cleaned up whatever becomes of it.

Where the service ended under way, the next start deletes what is left, and a new probe goes when its time has come.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from scanner.cloud.port import Priority
from scanner.errors import CloudRefused, NotFound, RetryLater, ScannerError, Throttled
from scanner.ledger.work.probing import INTERRUPTED, Leg, Probe
from scanner.model import EntryId
from scanner.remediation.place import make_folders
from scanner.service.assembly import Parts
from scanner.service.probing.probe_legs import IN_DRY_RUN, WAYS, LegFailed, Way, clean_up, new_way

log = structlog.get_logger("scanner.probe")

LOOK_EVERY = 5.0
_REST = 2.0
"""Seconds from one try of a leg to the next, where nothing else is asked for."""


class Prober:
    """Of one domain. One turn at a time."""

    def __init__(self, parts: Parts, domain: str) -> None:
        self._parts = parts
        self._domain = parts.stations.domains[domain]
        self._probes = parts.stations.ledger.probes
        self._due: datetime | None = None
        self._way: Way | None = None

    def heard(self, entry_id: EntryId) -> None:
        """A worker has taken a ticket of the domain."""
        if self._way is not None and self._way.version is not None and self._way.version.entry_id == entry_id:
            self._way.heard.set()

    async def turn(self) -> None:
        """Do what is due. Cut off anywhere, the first turn after a start clears it away."""
        if self._due is None:
            self._due = await self._begin()
        now = self._parts.clock()
        if now < self._due:
            return
        # None upon another: a domain in which nothing can be deleted is not filled with files.
        self._due = now + timedelta(seconds=self._parts.settings.probe.every)
        if await self._clear():
            await self._go()

    async def _begin(self) -> datetime:
        """Gives when the next one is due."""
        begun, well = await self._probes.last(self._domain.settings.name)
        self._parts.metrics.probes_stand(self._domain.settings.name, well)
        for probe in await self._probes.left(self._domain.settings.name):
            await self._probes.failed(probe, INTERRUPTED, "the service ended under way")
        await self._clear()
        every = timedelta(seconds=self._parts.settings.probe.every)
        return self._parts.clock() if begun is None else begun + every

    async def _clear(self) -> bool:
        """What earlier ones left; False where some of it is still there."""
        left = await self._probes.left(self._domain.settings.name)
        return all([await self._clean(probe) for probe in left])

    async def _go(self) -> None:
        way = await self._set_out()
        if way is None:
            return
        self._way, begun = way, time.monotonic()
        dry = self._parts.stations.settings.remediation.mode == "dry-run"
        try:
            trouble = await self._all_of(way, IN_DRY_RUN if dry else tuple(WAYS))
        finally:
            self._way = None
        assert way.probe is not None
        if way.version is None and isinstance(trouble, RetryLater):
            return  # The upload may come through yet: the next turn looks for it.
        if await self._clean(way.probe) and trouble is None:
            seconds = time.monotonic() - begun
            self._parts.metrics.probe_duration.observe(seconds)
            self._parts.metrics.probes_stand(way.probe.domain, self._parts.clock())
            log.info("probe.came_through", domain=way.probe.domain, seconds=round(seconds, 3))

    async def _set_out(self) -> Way | None:
        """None where the API's budget has no call to spare for it, or the folder cannot be had."""
        folder = self._domain.settings.probe_folder
        assert folder is not None
        way = new_way(self._domain, self._parts.stations, folder)
        try:
            await self._find(folder)
        except Throttled as error:
            log.warning("probe.put_off", domain=self._domain.settings.name, reason=str(error))
            return None
        except (RetryLater, CloudRefused) as error:
            self._told(Leg.UPLOAD, str(error))
            return None
        way.probe = await self._probes.begin(self._domain.settings.name, way.path, way.sha512)
        return way

    async def _find(self, folder: str) -> None:
        try:
            await self._domain.cloud.at_path(folder, priority=Priority.BACKFILL)
        except NotFound:
            await make_folders(self._domain.cloud, folder)

    async def _all_of(self, way: Way, legs: tuple[Leg, ...]) -> ScannerError | None:
        for leg in legs:
            assert way.probe is not None
            await self._probes.reached(way.probe, leg)
            trouble = await self._leg(leg, way.probe, partial(WAYS[leg], way))
            if trouble is not None:
                return trouble
        return None

    async def _clean(self, probe: Probe) -> bool:
        """The end of a probe, unless its file is still there as ours. False where that failed."""
        await self._probes.reached(probe, Leg.CLEANUP)
        trouble = await self._leg(Leg.CLEANUP, probe, partial(clean_up, self._domain.cloud, probe))
        if trouble is None or isinstance(trouble, LegFailed):
            await self._probes.end(probe)
        return trouble is None

    async def _leg(self, leg: Leg, probe: Probe, go: Callable[[], Awaitable[None]]) -> ScannerError | None:
        """Gives why it failed."""
        begun = time.monotonic()
        trouble = await _patiently(go, self._parts.settings.probe.patience)
        if trouble is None:
            self._parts.metrics.probe_legs.labels(leg.value).observe(time.monotonic() - begun)
            return None
        self._told(leg, str(trouble))
        await self._probes.failed(probe, leg.value, str(trouble))
        return trouble

    def _told(self, leg: Leg, trouble: str) -> None:
        self._parts.metrics.probe_failures.labels(leg.value).inc()
        log.error("probe.failed", domain=self._domain.settings.name, leg=leg.value, reason=trouble)


def probers_of(parts: Parts) -> dict[str, Prober]:
    """By domain; of those that have a folder for it."""
    domains = parts.stations.domains
    wanted = [name for name, one in domains.items() if one.settings.probe_folder is not None]
    return {name: Prober(parts, name) for name in wanted}


async def _patiently(go: Callable[[], Awaitable[None]], patience: float) -> ScannerError | None:
    """Try until it works or so many seconds are over. Gives what hindered it."""
    trouble = RetryLater("nothing came of it")
    try:
        async with asyncio.timeout(patience):
            while True:
                try:
                    await go()
                except RetryLater as error:
                    trouble = error
                    await asyncio.sleep(error.after or _REST)
                else:
                    return None
    except TimeoutError:
        return RetryLater(f"{trouble}, for {patience:g} s")
    except (CloudRefused, LegFailed) as error:
        return error
