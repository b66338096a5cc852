"""What was learnt of contents is dropped when it is older than ledger.facts_for, looks that stand for others when they
are older than cache.max_age, events and walks when they are older than ledger.keep_events; versions whose verdict rests
on what is doubted are put back. Some of it at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from scanner.service.assembly import Parts
from scanner.service.statements import stated_until

log = structlog.get_logger("scanner.ledger")

PRUNE_EVERY = 60.0
MOST_STEPS = 20
"""In one turn, each a transaction of its own: workers get at the ledger in between. Ten thousand versions a minute are
more than are judged."""
MOST_EVENT_STEPS = 250
"""These are smaller, and a version has some five events: fifty thousand a minute."""


async def prune(parts: Parts) -> None:
    """One turn."""
    ledger = parts.stations.ledger
    before = parts.clock() - timedelta(seconds=parts.settings.ledger.facts_for)
    dropped = await _in_steps(partial(ledger.prune_facts, before))
    await ledger.prune_tallies()
    await _in_steps(ledger.dispatch.prune)
    if dropped:
        log.info("facts.pruned", versions=dropped, before=before.isoformat(timespec="seconds"))
    await _in_steps(partial(ledger.cache.prune, parts.clock() - timedelta(seconds=parts.settings.cache.max_age)))
    await _prune_history(parts)
    doubted = await _in_steps(ledger.cache.put_back)
    if doubted:
        log.warning("cache.put_back", versions=doubted)


async def _prune_history(parts: Parts) -> None:
    """Events whose day has still to be stated stay, however old."""
    ledger = parts.stations.ledger
    before = parts.clock() - timedelta(seconds=parts.settings.ledger.keep_events)
    unstated = await stated_until(parts.settings, ledger)
    for domain in await ledger.retention.domains():
        await _prune_events(parts, domain, before if unstated is None else min(before, unstated))
        walks = await _in_steps(partial(ledger.retention.prune_walks, domain, before))
        if walks:
            log.info("walks.pruned", domain=domain, walks=walks, before=before.isoformat(timespec="seconds"))


async def _prune_events(parts: Parts, domain: str, wanted: datetime) -> None:
    retention = parts.stations.ledger.retention
    before = await retention.events_may_go(domain, wanted)
    if before is None:
        return
    dropped = await _in_steps(partial(retention.prune_events, domain, before), MOST_EVENT_STEPS)
    if dropped:
        log.info("events.pruned", domain=domain, events=dropped, before=before.isoformat(timespec="seconds"))


async def _in_steps(step: Callable[[], Awaitable[int]], most: int = MOST_STEPS) -> int:
    """Until there is nothing left to do, or for this turn; gives how much was done."""
    done = 0
    for _ in range(most):
        some = await step()
        done += some
        if not some:
            break
    return done
