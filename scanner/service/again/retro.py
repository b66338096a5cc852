"""Looking back after new signatures: what was judged lately is looked at once more, first what public links lead to,
then all the rest, the newest first.

One content at a time and in the class `rescan` of the API's budget, behind all that is new. One download stands for all
versions with the same bytes, and none is made where clamd had these signatures already. Nothing is recorded of what is
as before; where malware is found, all versions with that content are judged anew.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import StrEnum

import structlog

from scanner.cloud.port import Priority
from scanner.errors import CloudRefused, EngineUnavailable, NotFound
from scanner.files.stream import open_version
from scanner.inspection.clamd import UNKNOWN
from scanner.ledger.work.retro import Content
from scanner.model import FileVersion, Gap, Inspection
from scanner.pipeline.inquiry import AskThePlatform
from scanner.service.again.exposure import reach_of
from scanner.service.assembly import Parts

log = structlog.get_logger("scanner.retro")

LOOK_EVERY = 60.0


class Looked(StrEnum):
    """What came of one content."""

    SAME = "same"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"
    """No version with it is to be had any more, or the engines had no answer."""
    FRESH = "fresh"
    """It was looked at with these signatures before."""


async def look_back(parts: Parts) -> None:
    """One turn, to the end. Cut off anywhere, the next turn repeats one content at most. Raises RetryLater where the
    API's budget is spent, or clamd is away."""
    window = parts.settings.clamav.rescan_window
    versions = await asyncio.to_thread(parts.clamd.versions)
    # While clamds differ, some have yet to load the new ones.
    if not window or len(versions) != 1 or versions[0] == UNKNOWN:
        return
    (generation,), ledger = versions, parts.stations.ledger.retro
    if not await ledger.begin(generation, timedelta(seconds=window)):
        return
    if await ledger.exposure_open(generation):
        domains = parts.stations.domains
        count = await ledger.expose(generation, {name: await reach_of(domains[name].cloud, name) for name in domains})
        log.info("retro.exposed", generation=generation, contents=count)
    while (content := await ledger.next(generation)) is not None:
        looked = await _looked(parts, content, generation)
        infected = content.sha256 if looked is Looked.INFECTED else None
        done = looked in (Looked.SAME, Looked.INFECTED)
        reopened = await ledger.passed(generation, content.verdict_id, looked=done, infected=infected)
        parts.metrics.retro_looks.labels(looked.value).inc()
        if reopened:
            log.warning("retro.found", sha256=content.sha256, versions=reopened)
    await ledger.end(generation)
    log.info("retro.finished", generation=generation)


async def _looked(parts: Parts, content: Content, generation: str) -> Looked:
    if generation in content.looked_by:
        return Looked.FRESH
    for version in content.holders:
        if version.domain not in parts.stations.domains:
            continue
        try:
            inspections = await _inspected(parts, version)
        except (NotFound, CloudRefused):
            continue
        return _said(inspections, content)
    return Looked.UNAVAILABLE


async def _inspected(parts: Parts, version: FileVersion) -> tuple[Inspection, ...]:
    loop = asyncio.get_running_loop()
    inquiry = AskThePlatform(parts.stations.domains[version.domain].cloud, version, loop)
    return await loop.run_in_executor(parts.stations.pool, _inspect, parts, version, inquiry)


def _inspect(parts: Parts, version: FileVersion, inquiry: AskThePlatform) -> tuple[Inspection, ...]:
    stations = parts.stations
    gap = stations.panel.ready()
    if gap is not None:
        raise EngineUnavailable(f"{gap.reason.value}: {gap.detail}")
    cloud, most = stations.domains[version.domain].cloud, stations.settings.spool.max_file
    with open_version(cloud, version, stations.spool, max_file=most, priority=Priority.RESCAN) as content:
        if isinstance(content, Gap):
            return (Inspection("fetch", "", gap=content),)
        return stations.panel.inspect(version, inquiry, content)


def _said(inspections: tuple[Inspection, ...], content: Content) -> Looked:
    """What counts is decided when the versions are judged; a name that was known of it is no news."""
    if any(one.malware and one.name not in content.known for look in inspections for one in look.findings):
        return Looked.INFECTED
    if any(look.gap is not None and look.gap.transient for look in inspections):
        return Looked.UNAVAILABLE
    return Looked.SAME
