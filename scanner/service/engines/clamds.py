"""The clamds of a running service: told when one is taken out or is back, and asked for their signatures' age."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from scanner.health import Check
from scanner.inspection.clamd_control import signature_time
from scanner.inspection.clamds import Clamds
from scanner.metrics import Metrics
from scanner.model import Gap
from scanner.settings import ClamavSettings

log = structlog.get_logger("scanner.clamd")


def told(address: str, gap: Gap | None) -> None:
    """Into the log, that a clamd is out of use or back."""
    if gap is None:
        log.info("clamd.back", endpoint=address)
    else:
        log.warning("clamd.out", endpoint=address, reason=gap.reason.value, detail=gap.detail)


def told_refusal(address: str, reason: str) -> None:
    """Into the log, that a clamd gets streams though it might have got descriptors."""
    log.warning("clamd.by_stream", endpoint=address, reason=reason)


async def publish_clamds(clamds: Clamds, settings: ClamavSettings, metrics: Metrics, now: datetime) -> None:
    """Gauges of each; one that is out of use is tried on the way."""
    standings = await asyncio.to_thread(clamds.standings)
    if metrics.clamds([one.address for one in standings]):
        log.info("clamd.endpoints", endpoints=[one.address for one in standings])
    for one in standings:
        status, address = one.status, one.address
        metrics.clamd(address, up=status.up, queue=status.queue or 0, signatures_at=status.signatures_at)
        if status.up:
            metrics.clamd_stale(address, stale=is_stale(status.signatures_at, settings, now))
        metrics.clamd_in_use.labels(address).set(one.out is None)
    metrics.clamd_versions.set(len(clamds.versions()))


def signatures_check(versions: Sequence[str], settings: ClamavSettings, now: datetime) -> Check:
    """Whether what looks now is fresh enough, by the versions of the clamds in use."""
    stale = [version for version in versions if is_stale(signature_time(version), settings, now)]
    hours = settings.oldest_signatures / 3600
    reason = f"older than {hours:g} h: {', '.join(stale)}; is freshclam at work?" if stale else ""
    return Check("signatures", not stale, reason)


def is_stale(built_at: datetime | None, settings: ClamavSettings, now: datetime) -> bool:
    """Signatures without a date are not: they are somebody's own files."""
    return built_at is not None and (now - built_at).total_seconds() > settings.oldest_signatures
