"""What `scanner doctor` asks: each part once, with what to do where the answer is no. Nothing is changed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime

from scanner.errors import ConfigurationError, LedgerUnavailable
from scanner.inspection.selftest.samples import SAMPLES, Sample
from scanner.ledger.ledger import Ledger
from scanner.ledger.opening import unwritable
from scanner.model import StepKind
from scanner.remediation.guard import Parked
from scanner.rulebook.load import load_rulebook
from scanner.service.changes.rules import ended_exceptions
from scanner.service.changes.suppressions import check_suppressions
from scanner.service.changes.yara import check_yara
from scanner.service.checks.clamd_checks import check_clamd
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.domain_checks import check_domain
from scanner.service.checks.sandbox_checks import check_sandbox
from scanner.service.checks.selftest_checks import check_self_test
from scanner.service.guarding import newest_of
from scanner.settings import Settings

LOW_DISK = 1024**3


async def diagnose(
    settings: Settings, clock: Callable[[], datetime], samples: Sequence[Sample] = SAMPLES
) -> AsyncIterator[Diagnosis]:
    """All checks in order; one that fails does not stop the others. `samples`: of the self-test."""
    yield _rules(settings, clock().date())
    yield await asyncio.to_thread(check_yara, settings)
    yield await check_suppressions(settings, clock)
    yield await check_sandbox(settings)
    clamd = [line async for line in check_clamd(settings.clamav, clock())]
    for line in clamd:
        yield line
    if any(line.level is not Level.UNREACHABLE for line in clamd):
        yield await check_self_test(settings, samples)
    yield await _ledger(settings, clock)
    yield _spool(settings)
    for domain in settings.domains:
        newest = await _newest(settings, domain.name, clock)
        async for line in check_domain(domain, clock(), wanted_steps(settings), newest, settings.webhooks):
            yield line


async def _newest(settings: Settings, domain: str, clock: Callable[[], datetime]) -> Parked | None:
    """A ledger that cannot be read has a line of its own."""
    try:
        async with Ledger.reading(settings.ledger, clock) as ledger:
            return await newest_of(ledger, domain)
    except LedgerUnavailable:
        return None


def wanted_steps(settings: Settings) -> frozenset[StepKind]:
    """What policy or a rule that counts may ask for; rules that cannot be loaded have a line of their own."""
    try:
        rules = load_rulebook(settings.rules.paths).rules
    except ConfigurationError:
        rules = ()
    return settings.policy.steps.union(*(rule.actions or () for rule in rules if rule.counts))


def _rules(settings: Settings, today: date) -> Diagnosis:
    try:
        rulebook = load_rulebook(settings.rules.paths)
    except ConfigurationError as error:
        return Diagnosis(
            Level.FAIL,
            "rules",
            f"{len(error.problems)} problems; the first: {error.problems[0]}",
            "Run `scanner rules check`.",
        )
    if not rulebook.rules:
        return Diagnosis(Level.WARN, "rules", "no rule is loaded", "Check rules.paths.")
    over = ended_exceptions(rulebook, today)
    if over:
        finding = f"{len(over)} exceptions have ended; the first: {over[0]}"
        return Diagnosis(Level.WARN, "rules", finding, "Remove them, or decide until when they hold.")
    return Diagnosis(Level.OK, "rules", f"{len(rulebook.rules)} rules loaded")


NOT_OURS = "Give it to the user that the service runs as, or mount it to be written; or change ledger.url."


async def _ledger(settings: Settings, clock: Callable[[], datetime]) -> Diagnosis:
    if settings.ledger.file is None:
        return await _ledger_on_server(settings, clock)
    folder = settings.ledger.path.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Diagnosis(
            Level.FAIL, "ledger", f"{folder} is not a folder we may write to", "Create it, or change ledger.url."
        )
    stuck = unwritable(settings.ledger.file)
    if stuck is not None:
        # It can be read all the same: only the service would find out.
        return Diagnosis(Level.FAIL, "ledger", f"{stuck} is not ours to write", NOT_OURS)
    if settings.ledger.path.exists():
        try:
            async with Ledger.reading(settings.ledger, clock) as ledger:
                await ledger.open_work()
        except LedgerUnavailable as error:
            return Diagnosis(Level.FAIL, "ledger", str(error))
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK:
        return Diagnosis(Level.WARN, "ledger", f"only {free // 1024**2} MiB are free in {folder}", "Make room.")
    return Diagnosis(Level.OK, "ledger", str(settings.ledger.path))


async def _ledger_on_server(settings: Settings, clock: Callable[[], datetime]) -> Diagnosis:
    try:
        ledger = await Ledger.open(settings.ledger, clock, owner=True)
        try:
            await ledger.open_work()
        finally:
            await ledger.close()
    except LedgerUnavailable as error:
        return Diagnosis(Level.FAIL, "ledger", str(error))
    return Diagnosis(Level.OK, "ledger", settings.ledger.url)


def _spool(settings: Settings) -> Diagnosis:
    folder = settings.spool.dir
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Diagnosis(
            Level.FAIL, "spool", f"{folder} is not a folder we may write to", "Create it, or change spool.dir."
        )
    free = shutil.disk_usage(folder).free
    if free < settings.spool.max_total:
        finding = f"{folder} has {free // 1024**2} MiB free, less than spool.max_total"
        return Diagnosis(Level.WARN, "spool", finding, "Make room, or lower spool.max_total.")
    return Diagnosis(Level.OK, "spool", str(folder))
