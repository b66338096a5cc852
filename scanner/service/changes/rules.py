"""The rules of a service: what is said of those in force, and whether changed ones do what their examples say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from functools import partial
from pathlib import Path

import structlog

from scanner.errors import ConfigurationError, Problem
from scanner.files.kind import mime_of
from scanner.inspection.apart import Once
from scanner.inspection.rehearsal import rehearse
from scanner.inspection.rule_engine import RuleEngine
from scanner.inspection.yara.scanning import YaraScanner
from scanner.metrics import Metrics
from scanner.rulebook.rule import Rule, Rulebook
from scanner.rulebook.until import ended
from scanner.rulebook.yara_rules import YaraRules
from scanner.service.engines.engines import unpacker_of
from scanner.settings import LocalSettings, Settings

log = structlog.get_logger("scanner.rules")

SEE = "`scanner rules test` shows what each condition said."


def announce_rules(rulebook: Rulebook, metrics: Metrics, now: datetime) -> None:
    """These are in force from now on: the numbers, and a warning for each exception that has ended."""
    metrics.rules_loaded_ok(rulebook.rules, rulebook.digest, now)
    for which in ended_exceptions(rulebook, now.date()):
        log.warning("rules.exception_ended", exception=which)


def refuse_untrue(
    rules: Mapping[Path, Rule], before: Rulebook | None, yara: YaraRules, settings: Settings | LocalSettings
) -> None:
    """Raises ConfigurationError with every example that does not do what it says, of the rules that were not in force
    `before`; None: of all. What is in force is not judged anew: it must not stand in the way of others."""
    known = {rule.id: rule for rule in before.rules} if before is not None else {}
    new = {path: rule for path, rule in rules.items() if known.get(rule.id) != rule}
    if not new:
        return
    with (
        closing(unpacker_of(settings)) as unpacker,
        closing(YaraScanner(yara, settings.yara, folder=settings.spool.dir)) as scanner,
    ):
        engine_of = partial(RuleEngine, yara=scanner, unpacker=Once(unpacker))
        failed = [
            Problem(
                str(path), f"examples.{one.expected}[{one.number - 1}]: is not what it should be, but: {one.got}", SEE
            )
            for path, rule in new.items()
            for one in rehearse(rule, mime_of, engine_of)
        ]
    if failed:
        raise ConfigurationError(failed)


def ended_exceptions(rulebook: Rulebook, today: date) -> Sequence[str]:
    """Each with its rule, its number in it, its end and its author."""
    return [
        f"{rule.id}, exception {number}, until {one.until} by {one.author}"
        for rule in rulebook.rules
        for number, one in enumerate(rule.exceptions or (), start=1)
        if ended(one.until, today)
    ]
