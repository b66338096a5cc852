"""The suppressions of a service: loaded at start and on each change, and those that have ended said aloud."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from scanner.errors import ConfigurationError, LedgerUnavailable
from scanner.judge.suppression import Standing, State, of_no_rule, standings
from scanner.ledger.ledger import Clock, Ledger
from scanner.ledger.proofs.audit import Action
from scanner.ledger.rows import SuppressionUse
from scanner.metrics import Metrics
from scanner.rulebook.load import load_rulebook
from scanner.rulebook.suppressions import Suppressions, SuppressionsInForce, load_suppressions
from scanner.rulebook.until import ended
from scanner.service.audit import record_change
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import Settings

log = structlog.get_logger("scanner.suppressions")
SUBJECT = "suppressions"


async def put_in_force(
    found: Suppressions, in_force: SuppressionsInForce, ledger: Ledger, metrics: Metrics, now: datetime
) -> None:
    """These hold for every verdict from now on; those that have ended are told, since somebody believes in them."""
    await ledger.note_suppressions([one.name for one in found.all])
    in_force.now = found
    metrics.suppressions_loaded(ok=True)
    for one in found.all:
        if ended(one.until, now.date()):
            log.warning("suppression.ended", name=one.name, until=one.until.isoformat(), author=one.author)
    if found.all:
        log.info("suppressions.loaded", suppressions=len(found.all), digest=found.digest)


async def reload_suppressions(
    settings: Settings, in_force: SuppressionsInForce, ledger: Ledger, metrics: Metrics, now: datetime
) -> None:
    """All of them, or none: with one that cannot be understood the old ones stay in force."""
    try:
        found = await asyncio.to_thread(load_suppressions, settings.suppressions.paths)
    except ConfigurationError as error:
        metrics.suppressions_loaded(ok=False)
        log.warning("suppressions.refused", problems=[str(problem) for problem in error.problems])
        return
    if found == in_force.now:
        metrics.suppressions_loaded(ok=True)
        return
    await put_in_force(found, in_force, ledger, metrics, now)
    await record_change(Action.SUPPRESSIONS, found.digest, len(found.all), ledger)


async def standings_of(settings: Settings, clock: Clock) -> tuple[Standing, ...]:
    """All suppressions on file, with what the ledger knows of them. Raises ConfigurationError and LedgerUnavailable; a
    ledger that is not there yet knows nothing."""
    found = await asyncio.to_thread(load_suppressions, settings.suppressions.paths)
    return standings(found.all, await _uses(settings, clock), clock())


async def _uses(settings: Settings, clock: Clock) -> dict[str, SuppressionUse]:
    if settings.ledger.is_to_be_made:
        return {}
    async with Ledger.reading(settings.ledger, clock) as ledger:
        return await ledger.suppression_uses()


async def check_suppressions(settings: Settings, clock: Clock) -> Diagnosis:
    """Whether each still has an effect."""
    try:
        found = await standings_of(settings, clock)
    except ConfigurationError as error:
        finding = f"{len(error.problems)} problems; the first: {error.problems[0]}"
        return Diagnosis(Level.FAIL, SUBJECT, finding, "Run `scanner suppressions list`.")
    except LedgerUnavailable as error:
        return Diagnosis(Level.WARN, SUBJECT, f"which are used is not known: {error}")
    worries = [*_worries(found), *_strays(settings, found)]
    if worries:
        return Diagnosis(Level.WARN, SUBJECT, "; ".join(worries), "Remove them, or have another look at what they say.")
    return Diagnosis(Level.OK, SUBJECT, f"{len(found)} on file" if found else "none")


def _worries(found: Sequence[Standing]) -> list[str]:
    words = {State.EXPIRED: "have ended", State.UNUSED: "have had no effect for 30 days or more"}
    names = {state: [one.suppression.name for one in found if one.state is state] for state in words}
    return [f"{len(those)} {words[state]}: {_few(those)}" for state, those in names.items() if those]


def _strays(settings: Settings, found: Sequence[Standing]) -> list[str]:
    try:
        rules = load_rulebook(settings.rules.paths).rules
    except ConfigurationError:
        return []  # said of the rules themselves
    strays = of_no_rule([one.suppression for one in found], [rule.id for rule in rules])
    return [
        f"{len(strays)} name a rule that there is not: {_few([f'{name} ({rule})' for name, rule in strays])}"
    ] * bool(strays)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
