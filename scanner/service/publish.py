"""Gauges that somebody has to read from somewhere: the ledger's backlog, clamd's state, the spool, the API budget."""

from __future__ import annotations

from scanner.judge.suppression import standings
from scanner.service.assembly import Parts
from scanner.service.clamds import publish_clamds

NOTHING_TO_DO = 60.0
"""Seconds for which an empty queue excuses a dispatcher that starts nothing."""


async def publish(parts: Parts) -> None:
    """Refresh all gauges once."""
    metrics, stations = parts.metrics, parts.stations
    backlog = await stations.ledger.backlog()
    metrics.backlog(backlog)
    uses = await stations.ledger.suppression_uses()
    found = standings(stations.suppressions.now.all, uses, parts.clock())
    metrics.suppressions_stand(one.state.value for one in found)
    await publish_clamds(parts.clamd, parts.settings.clamav, metrics, parts.clock())
    metrics.spool(stations.spool.used, stations.spool.limit)
    metrics.scan_slots.set(parts.settings.workers.concurrency)
    for name, domain in stations.domains.items():
        quota = domain.cloud.budget()
        if quota.qps_limit is not None:
            metrics.api_quota(name, "second", limit=quota.qps_limit, used=quota.qps_used or 0)
        if quota.day_limit is not None:
            metrics.api_quota(name, "day", limit=quota.day_limit, used=quota.day_used or 0)
    if backlog.pending == 0:
        parts.beat("dispatcher", NOTHING_TO_DO)
    parts.beat("exporter")
