"""Gauges that somebody has to read from somewhere: the ledger's backlog, clamd's state, the spool, the API budget."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from scanner.judge.suppression import standings
from scanner.service.assembly import Parts
from scanner.service.engines.clamds import publish_clamds
from scanner.settings import Settings

DAY = timedelta(days=1)
NOTHING_TO_DO = 60.0
"""Seconds for which an empty queue excuses a dispatcher that starts nothing."""
LONGEST_WORK = 600.0
"""Seconds after which slots that are all busy mean that dispatch hangs, where no version begins and no content comes in
either: a large one over a slow line takes hours."""


async def publish(parts: Parts, *, scans: bool = True) -> None:
    """Refresh all gauges once."""
    metrics, stations = parts.metrics, parts.stations
    backlog = await stations.ledger.backlog()
    metrics.backlog(backlog)
    uses = await stations.ledger.suppression_uses()
    found = standings(stations.suppressions.now.all, uses, parts.clock())
    metrics.suppressions_stand(one.state.value for one in found)
    await publish_clamds(parts.clamd, parts.settings.clamav, metrics, parts.clock())
    metrics.spool(stations.spool.used, stations.spool.limit)
    metrics.scan_slots.set(parts.settings.workers.concurrency if scans else 0)
    metrics.caching.doubts.set(await stations.ledger.cache.open_doubts())
    await _publish_figures(parts)
    for name, quota in parts.quotas.now():
        if quota.qps_limit is not None:
            metrics.api_quota(name, "second", limit=quota.qps_limit, used=quota.qps_used or 0)
        if quota.day_limit is not None:
            metrics.api_quota(name, "day", limit=quota.day_limit, used=quota.day_used or 0)
    if backlog.pending == 0:
        parts.beat("dispatcher", NOTHING_TO_DO)
    elif parts.heartbeats.has_moved("dispatcher", stations.spool.written):
        parts.beat("dispatcher", LONGEST_WORK)
    parts.beat("exporter")


async def _publish_figures(parts: Parts) -> None:
    """What is asked for, and what the ledger holds of it; what was found most within a day."""
    ledger, metrics = parts.stations.ledger, parts.metrics
    await ledger.polls.record(metrics.last_polls.own())
    polled = await ledger.polls.last()
    metrics.last_polls.told({one.name: polled.get(one.name) for one in parts.settings.domains})
    metrics.intended.asked(len(parts.stations.domains), **_asked(parts.settings))
    walked = {name: await ledger.walks.last_completed(name) for name in parts.stations.domains}
    metrics.intended.walked(walked.values())
    metrics.intended.awaited([ended or await ledger.walks.first_asked(name) for name, ended in walked.items()])
    found = await ledger.found(parts.clock() - DAY)
    metrics.detections.ranked(found, {rule.id for rule in parts.rules.rulebook.rules})


def _asked(settings: Settings) -> dict[str, Any]:
    probed = any(one.probe_folder is not None for one in settings.domains)
    return {
        "walks": settings.reconcile.every or 0.0,
        "probes": settings.probe.every if probed else 0.0,
        "statements": settings.statements.folder is not None,
        "webhooks": len(settings.domains) if settings.webhooks.url is not None else 0,
    }
