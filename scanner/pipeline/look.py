"""Download a version once and let every engine look at it; where it is not there, find out what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from scanner.cloud.port import Priority
from scanner.errors import CloudRefused, Forbidden, NotFound
from scanner.files.stream import Spared, open_unless
from scanner.ledger.ledger import Ledger
from scanner.model import ContentFacts, FileVersion, Gap, Inspection, Lane, Outcome, Run, Unchecked
from scanner.pipeline.inquiry import AskThePlatform
from scanner.pipeline.stations import Domain, Stations
from scanner.pipeline.verdict_cache import Attempt

FETCH = "fetch"
"""The name under which a failed fetch stands among the inspections."""

PRIORITIES = {
    Lane.LIVE: Priority.LIVE,
    Lane.RECONCILE: Priority.RECONCILE,
    Lane.RESCAN: Priority.RESCAN,
    Lane.BACKFILL: Priority.BACKFILL,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at a content gave."""

    inspections: tuple[Inspection, ...]
    content: ContentFacts | None = None
    reused: int | None = None
    """The verdict whose look at the same content this is; None where engines looked now."""
    generation: str = ""
    """Under which it may stand for others."""


@dataclass(frozen=True, slots=True)
class Gone:
    """There is nothing to look at any more: superseded (then `newer` is current) or gone."""

    outcome: Outcome
    newer: FileVersion | None = None


async def look(run: Run, stations: Stations) -> Looked | Gone:
    """Raises RetryLater when the API cannot be asked now."""
    domain = stations.domains[run.version.domain]
    loop = asyncio.get_running_loop()
    inquiry = AskThePlatform(domain.cloud, run.version, loop)
    attempt = None
    if stations.cache is not None:
        told = partial(stations.cache.listing.told, run.version, domain.cloud, PRIORITIES[run.lane])
        attempt = partial(stations.cache.attempt, run.version, inquiry, told, loop)
    try:
        # With the context, in which trace and log lines know what they belong to.
        call = partial(copy_context().run, _inspect, run, inquiry, stations, attempt)
        return await loop.run_in_executor(stations.pool, call)
    except NotFound:
        return await _what_became_of(run.version, domain, stations.ledger)
    except CloudRefused as error:
        return _unfetched(_refusal(error))


def _inspect(run: Run, inquiry: AskThePlatform, stations: Stations, attempted: Callable[[], Attempt] | None) -> Looked:
    """The content path of a scan, whole, in a worker thread. Engines are asked first: a download costs quota."""
    gap = stations.panel.ready()
    if gap is not None:
        return _unfetched(gap)
    attempt = None if attempted is None else attempted()
    if attempt is not None and attempt.by_listing() is not None:
        return _known(attempt)
    cloud, max_file = stations.domains[run.version.domain].cloud, stations.settings.spool.max_file
    spares = None if attempt is None else attempt.spares
    with open_unless(
        cloud, run.version, stations.spool, max_file=max_file, priority=PRIORITIES[run.lane], spare=spares
    ) as content:
        if isinstance(content, Gap):
            if attempt is not None:
                attempt.failed(content)
            return _unfetched(content)
        if isinstance(content, Spared):
            assert attempt is not None
            return _known(attempt)
        inspections = stations.panel.inspect(run.version, inquiry, content)
        stations.signals.inspected(inspections, content.facts.size)
        generation = "" if attempt is None else attempt.learnt(inspections, content.facts)
        return Looked(inspections, content.facts, generation=generation)


def _known(attempt: Attempt) -> Looked:
    assert attempt.hit is not None
    return Looked(attempt.hit.inspections, attempt.hit.content, attempt.hit.reused)


async def _what_became_of(version: FileVersion, domain: Domain, ledger: Ledger) -> Looked | Gone:
    """A 404 on the entry: the file lives on with another version, or is gone itself (fact sheet 12.3). Gone only where
    the feed told so: what we may not see is answered by 404 as well (fact sheet 10, row 25)."""
    try:
        info = await domain.cloud.file(version.group_id, priority=Priority.LIVE)
    except NotFound:
        if await ledger.was_deleted(version.domain, version.entry_id):
            return Gone(Outcome.GONE)
        return _unfetched(Gap(Unchecked.NOT_FOUND, "no such file, though no deletion of it was told"))
    except CloudRefused as error:
        return _unfetched(_refusal(error))
    if info.entry_id == version.entry_id:
        return _unfetched(Gap(Unchecked.DOWNLOAD_BROKEN, "the content is not found although it is the current version"))
    return Gone(Outcome.SUPERSEDED, info.version_in(version.domain))


def _refusal(error: CloudRefused) -> Gap:
    """A missing right is not asked about again; an answer that makes no sense is."""
    reason = Unchecked.ACCESS_REFUSED if isinstance(error, Forbidden) else Unchecked.DOWNLOAD_BROKEN
    return Gap(reason, str(error))


def _unfetched(gap: Gap) -> Looked:
    return Looked((Inspection(FETCH, "", gap=gap),))
