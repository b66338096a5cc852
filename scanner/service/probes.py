"""The answers behind /livez and /readyz."""

from __future__ import annotations

import asyncio

from scanner.errors import LedgerUnavailable
from scanner.health import Check, Health, liveness
from scanner.service.assembly import Parts
from scanner.service.engines.clamds import signatures_check


class Front:
    """The probes of a service that may not have got everything together yet: the API can be away when it starts."""

    def __init__(self) -> None:
        self.parts: Parts | None = None
        self.waiting_for = "the service is starting"

    async def live(self) -> Health:
        """While waiting there is no loop to be stuck in."""
        return Health(()) if self.parts is None else await live(self.parts)

    async def ready(self) -> Health:
        if self.parts is None:
            return Health((Check("start", False, self.waiting_for),))
        return await ready(self.parts)


async def live(parts: Parts) -> Health:
    """Do our own loops turn? Asks nothing of clamd, the ledger or the platform."""
    return liveness(parts.heartbeats.due, parts.clock())


async def ready(parts: Parts) -> Health:
    """Could work be done now: ledger reachable, rules loaded, every engine able to look, signatures fresh."""
    return Health((await _ledger(parts), _rules(parts), await _engines(parts), await _signatures(parts)))


async def _ledger(parts: Parts) -> Check:
    try:
        await parts.stations.ledger.open_work()
    except LedgerUnavailable as error:
        return Check("ledger", False, str(error))
    return Check("ledger", True)


def _rules(parts: Parts) -> Check:
    loaded = len(parts.rules.rulebook.rules)
    return Check("rules", loaded > 0, "" if loaded else "no rule is loaded")


async def _engines(parts: Parts) -> Check:
    gap = await asyncio.to_thread(parts.stations.panel.ready)
    return Check("engines", gap is None, f"{gap.reason}: {gap.detail}" if gap else "")


async def _signatures(parts: Parts) -> Check:
    versions = await asyncio.to_thread(parts.clamd.versions)
    return signatures_check(versions, parts.settings.clamav, parts.clock())
