"""SIGHUP: settings are read again, and what can safely change under running work is in force at once.

That is what verdicts lead to, and the limits and the mode of acting: each version asks for them anew. All else was
handed to parts that are at work with it; a change there is told, and waits for a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from scanner.errors import ConfigurationError
from scanner.ledger.proofs.audit import SERVICE, Action
from scanner.model import StepKind
from scanner.service.assembly import Parts
from scanner.service.audit import settings_digest
from scanner.service.changes.reload import reload_rules
from scanner.service.changes.suppressions import reload_suppressions
from scanner.settings import PolicySettings, Settings

log = structlog.get_logger("scanner.settings")

AT_ONCE = ("policy", "remediation")
"""Sections that each version asks for anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a file read again brings."""

    settings: Settings
    """In force from now on."""
    taken: tuple[str, ...]
    waiting: tuple[str, ...]
    """Sections that differ, and need a restart."""


def change(now: Settings, new: Settings) -> Change:
    """What of `new` can be in force beside what stays as it is."""
    differ = [name for name in Settings.model_fields if getattr(now, name) != getattr(new, name)]
    taken = tuple(name for name in differ if name in AT_ONCE and not _tells_nobody(now, name, new.policy))
    settings = now.model_copy(update={name: getattr(new, name) for name in taken})
    return Change(settings, taken, tuple(name for name in differ if name not in taken))


def _tells_nobody(now: Settings, name: str, policy: PolicySettings) -> bool:
    """A policy that asks for `notify` where the running service has no receivers: those come with a restart."""
    if name != "policy" or now.notify:
        return False
    return StepKind.NOTIFY in policy.steps


async def follow_settings(
    parts: Parts, reread: Callable[[], Settings], asked: asyncio.Event, stop: asyncio.Event
) -> None:
    """Until `stop`. Whenever `asked` is set, by a signal, all that can change is read again: settings, rules and
    suppressions."""
    stopping = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            asking = asyncio.ensure_future(asked.wait())
            await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
            asking.cancel()
            if asked.is_set() and not stop.is_set():
                asked.clear()
                await _all_again(parts, reread)
    finally:
        stopping.cancel()


async def _all_again(parts: Parts, reread: Callable[[], Settings]) -> None:
    await reload_settings(parts, reread)
    await reload_rules(parts)
    stations = parts.stations
    await reload_suppressions(parts.settings, stations.suppressions, stations.ledger, parts.metrics, parts.clock())


async def reload_settings(parts: Parts, reread: Callable[[], Settings]) -> None:
    """A file with a problem is refused as a whole, and told; what was in force stays."""
    try:
        new = await asyncio.to_thread(reread)
    except ConfigurationError as error:
        log.warning("settings.refused", problems=[str(problem) for problem in error.problems])
        return
    found = change(parts.stations.settings, new)
    if found.taken:
        said: dict[str, object] = {"digest": settings_digest(found.settings), "sections": list(found.taken)}
        await parts.stations.ledger.proofs.act(Action.SETTINGS, Action.SETTINGS.value, said, by=SERVICE)
        parts.stations.settings = found.settings
        log.info("settings.loaded", sections=list(found.taken), mode=found.settings.remediation.mode)
    if found.waiting:
        log.warning("settings.restart_needed", sections=list(found.waiting))
    if not found.taken and not found.waiting:
        log.info("settings.unchanged")
