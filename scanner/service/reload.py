"""Rules change under a running service: a good change is swapped in between files, a broken one refused as a whole."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from watchfiles import awatch

from scanner.errors import ConfigurationError
from scanner.rulebook.load import load_rulebook
from scanner.service.assembly import Parts
from scanner.service.yara import announce, load_yara

log = structlog.get_logger("scanner.rules")


async def follow_rules(parts: Parts, stop: asyncio.Event) -> None:
    """Until `stop`. A folder mounted from a ConfigMap is swapped as a link: that shows as a change around it."""
    paths = [path for path in parts.settings.rules.paths if path.exists()]
    async for _ in awatch(*paths, stop_event=stop, recursive=True):
        await reload_rules(parts)


async def reload_rules(parts: Parts) -> None:
    """Load, then swap; the old rulebook stays in force where the new one has a problem."""
    paths: list[Path] = list(parts.settings.rules.paths)
    try:
        rulebook = await asyncio.to_thread(load_rulebook, paths)
        yara = await asyncio.to_thread(load_yara, parts.settings, parts.yara.rules)
    except ConfigurationError as error:
        parts.metrics.rules_refused()
        log.warning("rules.refused", problems=[str(problem) for problem in error.problems])
        return
    if yara is not parts.yara.rules:
        parts.yara.swap(yara)
        announce(yara, parts.metrics)
    if rulebook.digest == parts.rules.rulebook.digest:
        parts.metrics.rules_loaded_ok(rulebook.rules)
        return
    parts.rules.swap(rulebook)
    parts.metrics.rules_loaded_ok(rulebook.rules)
    log.info("rules.loaded", rules=len(rulebook.rules), digest=rulebook.digest)
