"""What was learnt of contents is dropped when it is older than ledger.facts_for, some of it at a time."""

from __future__ import annotations

from datetime import timedelta

import structlog

from scanner.service.assembly import Parts

log = structlog.get_logger("scanner.ledger")

PRUNE_EVERY = 60.0
MOST_STEPS = 20
"""In one turn, each a transaction of its own: workers get at the ledger in between. Ten thousand versions a minute are
more than are judged."""


async def prune(parts: Parts) -> None:
    """One turn."""
    ledger = parts.stations.ledger
    before = parts.clock() - timedelta(seconds=parts.settings.ledger.facts_for)
    dropped = 0
    for _ in range(MOST_STEPS):
        some = await ledger.prune_facts(before)
        dropped += some
        if not some:
            break
    await ledger.prune_tallies()
    if dropped:
        log.info("facts.pruned", versions=dropped, before=before.isoformat(timespec="seconds"))
