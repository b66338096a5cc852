"""Blind spots from the start on: what the last self-test of the same engines has shown stands in the ledger.

Without it a service would believe, until its own test ends, an OK for what it is blind for; `run --once` would always.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from scanner.inspection.clamd import UNKNOWN
from scanner.inspection.clamds import Clamds
from scanner.inspection.generation import digest, fixed_by
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.selftest.blind_spots import BlindSpots
from scanner.inspection.selftest.formats import Format
from scanner.ledger.ledger import Ledger
from scanner.ledger.work.self_tests import Shown
from scanner.settings import Settings

log = structlog.get_logger("scanner.selftest")

PATIENCE = 2.0
"""Seconds in which clamd has to say which it is: a start waits for no clamd."""


def engines_of(settings: Settings, clamd: Clamds, rules: RuleEngine) -> str:
    """A digest of all that a self-test depends on; empty where clamd does not say which it is. Blocks."""
    versions = clamd.versions()
    if UNKNOWN in versions:
        return ""
    return digest([fixed_by(settings), sorted(settings.clamav.endpoints), versions, rules.version()])


async def remembered(settings: Settings, clamd: Clamds, rules: RuleEngine, ledger: Ledger) -> BlindSpots:
    """What is known of these engines; nothing is blind where nothing is."""
    try:
        engines = await asyncio.wait_for(asyncio.to_thread(engines_of, settings, clamd, rules), PATIENCE)
    except TimeoutError:
        return BlindSpots()
    shown = await ledger.self_tests.last(engines) if engines else None
    if shown is None:
        return BlindSpots()
    spots = BlindSpots(_formats(shown.unseen), _formats(shown.hopeless), shown.largest)
    log.info("selftest.remembered", unseen=sorted(spots.unseen), largest=spots.largest)
    return spots


async def remember(ledger: Ledger, engines: str, spots: BlindSpots, now: datetime) -> None:
    if engines:
        shown = Shown(tuple(sorted(spots.unseen)), tuple(sorted(spots.hopeless)), spots.largest)
        await ledger.self_tests.record(engines, shown, now)


def _formats(names: tuple[str, ...]) -> frozenset[Format]:
    """A kind that this program knows no more has no files."""
    return frozenset(Format(name) for name in names if name in set(Format))
