"""Walks that the ledger asks for: folders that arrived as a whole are listed, and what nobody knows is queued.

A walk begins anew after trouble, at a call per folder. So one that fails again and again is put off longer and longer,
and none waits for another: a single folder that the platform cannot list must not use up the day's calls, nor keep the
rest of the domain from being scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from scanner.errors import CloudRefused, RetryLater, Throttled
from scanner.events.intake import wants_path
from scanner.events.walk import versions_below
from scanner.ledger.rows import Walk
from scanner.model import Lane
from scanner.service.assembly import Parts

log = structlog.get_logger("scanner.service")

FIRST_REST = 60.0
LONGEST_REST = 3_600.0
"""Seconds until a walk that failed is begun anew; each further failure doubles it."""
REFUSED_REST = 21_600.0
"""Seconds until a folder that may not be listed is asked for again: rights may come back, but each try burns quota
(fact sheet 8.3)."""
MOST_REFUSED = 10
"""Such folders asked for in one turn, when many become due at once: after a long stop, say."""


@dataclass(frozen=True, slots=True)
class _Rest:
    seconds: float
    until: datetime


class Walker:
    """For all domains of a service. What failed and is put off is forgotten with the process; the walks themselves, and
    when one was refused, are not."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rests: dict[int, _Rest] = {}

    async def turn(self) -> None:
        """Every walk that is open and not put off. Raises the first RetryLater, when all have had their turn."""
        troubles = [await self._walk_domain(name) for name in self._parts.stations.domains]
        for trouble in filter(None, troubles):
            raise trouble

    async def _walk_domain(self, domain: str) -> RetryLater | None:
        first: RetryLater | None = None
        for walk in self._due(await self._parts.stations.ledger.open_walks(domain)):
            try:
                await self._walk(domain, walk)
            except RetryLater as error:
                self._put_off(domain, walk, error)
                first = first or error
                if isinstance(error, Throttled):
                    break
        return first

    def _due(self, walks: Sequence[Walk]) -> list[Walk]:
        now = self._parts.clock()
        refused = now - timedelta(seconds=REFUSED_REST)
        ready = [walk for walk in walks if walk.id not in self._rests or self._rests[walk.id].until <= now]
        again = [walk for walk in ready if walk.refused_at is not None and walk.refused_at <= refused]
        return [walk for walk in ready if walk.refused_at is None] + again[:MOST_REFUSED]

    async def _walk(self, domain: str, walk: Walk) -> None:
        ledger, cloud = self._parts.stations.ledger, self._parts.stations.domains[domain].cloud
        wants = partial(wants_path, self._parts.scopes[domain])
        queued = 0
        unread: list[str] = []

        def not_listed(path: str, error: CloudRefused) -> None:
            log.warning("walk.unread", domain=domain, path=path, reason=str(error))
            unread.append(path)

        async for page in versions_below(cloud, domain, walk.path, wants, not_listed):
            queued += await ledger.queue_versions(domain, page, Lane.RECONCILE)
        left = await ledger.finish_walk(walk.id, unread)
        self._rests.pop(walk.id, None)
        log.info("walk.finished", domain=domain, path=walk.path, queued=queued, unread=len(left))

    def _put_off(self, domain: str, walk: Walk, error: RetryLater) -> None:
        before = self._rests.get(walk.id)
        seconds = min(FIRST_REST if before is None else before.seconds * 2, LONGEST_REST)
        seconds = max(seconds, error.after or 0.0)
        self._rests[walk.id] = _Rest(seconds, self._parts.clock() + timedelta(seconds=seconds))
        log.warning("walk.waiting", domain=domain, path=walk.path, reason=str(error), after=seconds)
