"""Gauges that somebody has to read from somewhere: the ledger's backlog, clamd's state, the spool, the API budget."""

from __future__ import annotations

import asyncio

from scanner.service.assembly import Parts


async def publish(parts: Parts) -> None:
    """Refresh all gauges once."""
    metrics, stations = parts.metrics, parts.stations
    metrics.backlog(await stations.ledger.backlog())
    metrics.clamd(await asyncio.to_thread(parts.clamd.status))
    metrics.spool(stations.spool.used, stations.spool.limit)
    for domain in stations.domains.values():
        metrics.api_budget(domain.cloud.budget())
    parts.heartbeats.beat("exporter", parts.clock())
