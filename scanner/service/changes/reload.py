"""Rules and suppressions change under a running service: a good change is swapped in between files, a broken one is
refused as a whole."""

from __future__ import annotations

import asyncio

import structlog

from scanner.errors import ConfigurationError
from scanner.ledger.proofs.audit import Action
from scanner.rulebook.load import load_rules
from scanner.rulebook.rule import rulebook_of
from scanner.service.assembly import Parts
from scanner.service.audit import record_change
from scanner.service.changes.rules import announce_rules, refuse_untrue
from scanner.service.changes.suppressions import reload_suppressions
from scanner.service.changes.watching import changes
from scanner.service.changes.yara import announce, load_yara

log = structlog.get_logger("scanner.rules")


async def follow_rules(parts: Parts, stop: asyncio.Event) -> None:
    """Until `stop`. Once at the beginning too, for what has changed since they were loaded."""
    refused = asyncio.Event()
    async for _ in changes(parts.settings.rules.paths, stop, lambda: not refused.is_set()):
        if await reload_rules(parts):
            refused.clear()
        else:
            refused.set()


async def follow_suppressions(parts: Parts, stop: asyncio.Event) -> None:
    """Until `stop`, in the same way."""
    stations = parts.stations
    async for _ in changes(parts.settings.suppressions.paths, stop):
        await reload_suppressions(parts.settings, stations.suppressions, stations.ledger, parts.metrics, parts.clock())


async def reload_rules(parts: Parts) -> bool:
    """Load, try the examples of what is new, then swap. False where the new rulebook has a problem: the old one stays
    in force."""
    try:
        rules = await asyncio.to_thread(load_rules, parts.settings.rules.paths)
        yara = await asyncio.to_thread(load_yara, parts.settings, parts.yara.rules)
        before = parts.rules.rulebook if yara is parts.yara.rules else None
        await asyncio.to_thread(refuse_untrue, rules, before, yara, parts.settings)
    except ConfigurationError as error:
        parts.metrics.rules_refused()
        log.warning("rules.refused", problems=[str(problem) for problem in error.problems])
        return False
    if yara is not parts.yara.rules:
        parts.yara.swap(yara)
        announce(yara, parts.metrics)
    rulebook = rulebook_of(rules.values())
    changed = rulebook.digest != parts.rules.rulebook.digest
    parts.rules.swap(rulebook)  # with the YARA rules: no content sees one of the two old and the other new
    if changed:
        log.info("rules.loaded", rules=len(rulebook.rules), digest=rulebook.digest)
        await record_change(Action.RULES, rulebook.digest, len(rulebook.rules), parts.stations.ledger)
    announce_rules(rulebook, parts.metrics, parts.clock())
    return True
