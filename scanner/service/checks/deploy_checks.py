"""What `scanner doctor --deploy` asks beside: would this installation do in earnest what it does on a desk? Whatever it
finds can be meant so, but for a ledger that would be lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from scanner.cloud.client import EgnyteClient
from scanner.errors import CloudRefused, ConfigurationError, LedgerUnavailable, RetryLater
from scanner.ledger.ledger import Ledger
from scanner.model import StepKind
from scanner.service.calls.forecast import DOCUMENTED_DAY
from scanner.service.checks.checks import wanted_steps
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.mounts import IN_MEMORY, OF_THE_CONTAINER, OVER_A_NETWORK, kind_of, mounted
from scanner.service.checks.receiver_checks import check_receivers
from scanner.settings import DomainSettings, Settings

CALLS_A_FILE = 1.1
"""A download, and what else comes with a hundred files; 1.02 was measured (docs/performance.md)."""
DAY = 86_400
OTHERS = 0o007


async def deploy_checks(
    settings: Settings, clock: Callable[[], datetime], files_a_day: int | None
) -> AsyncIterator[Diagnosis]:
    """`files_a_day`: new versions that are expected in each domain; without it the API budget is not looked at."""
    table = await asyncio.to_thread(mounted)
    yield ledger_storage(settings, table)
    yield spool_storage(settings, table)
    for domain in settings.domains:
        yield token_rights(domain)
    yield await _mode(settings, clock)
    yield old_content(settings)
    yield hearing(settings, asked=StepKind.NOTIFY in wanted_steps(settings))
    async for line in check_receivers(settings.notify):
        yield line
    yield proof(settings)
    yield scraping(settings)
    if files_a_day is not None:
        for domain in settings.domains:
            yield await _budget(settings, domain, files_a_day)


def ledger_storage(settings: Settings, table: str) -> Diagnosis:
    """`table`: of what is mounted where."""
    subject = "deploy: ledger"
    if settings.ledger.file is None:
        return Diagnosis(Level.OK, subject, "on PostgreSQL; that it is backed up is not seen from here")
    folder = settings.ledger.file.absolute().parent
    kind = kind_of(folder, table)
    if kind in IN_MEMORY:
        return Diagnosis(Level.FAIL, subject, f"{folder} is in memory ({kind})", "Put it on a volume that stays.")
    if kind in OF_THE_CONTAINER:
        finding = f"{folder} is the container's own, and is gone with it"
        return Diagnosis(Level.FAIL, subject, finding, "Mount a volume there.")
    if OVER_A_NETWORK.fullmatch(kind):
        finding = f"{folder} is on {kind}: SQLite's locks and its WAL do not hold there"
        return Diagnosis(Level.FAIL, subject, finding, "Use a local disk, or PostgreSQL (docs/postgresql.md).")
    return Diagnosis(Level.OK, subject, f"{folder} is on {kind or 'a file system of a kind that is not told'}")


def spool_storage(settings: Settings, table: str) -> Diagnosis:
    subject, folder = "deploy: spool", settings.spool.dir.absolute()
    kind = kind_of(folder, table)
    if kind in IN_MEMORY:
        finding = f"{folder} is in memory: up to spool.max_total ({settings.spool.max_total // 1024**2} MiB) of it"
        return Diagnosis(Level.WARN, subject, finding, "Have that much memory to spare, or use a disk.")
    return Diagnosis(Level.OK, subject, f"{folder} is on {kind or 'a file system of a kind that is not told'}")


def token_rights(settings: DomainSettings) -> Diagnosis:
    subject = f"deploy: {settings.name}: token"
    path = settings.token_file or (settings.oauth.token_store if settings.oauth else None)
    if path is None or not path.exists():
        return Diagnosis(Level.OK, subject, "is in no file")
    if path.stat().st_mode & OTHERS:
        return Diagnosis(Level.WARN, subject, f"{path} can be read by every user of this machine", f"chmod o= {path}")
    return Diagnosis(Level.OK, subject, f"{path} is closed to other users")


async def _mode(settings: Settings, clock: Callable[[], datetime]) -> Diagnosis:
    try:
        async with Ledger.reading(settings.ledger, clock) as ledger:
            return mode(settings, judged=bool(await ledger.verdicts(limit=1)))
    except LedgerUnavailable:
        return mode(settings, judged=False)


def mode(settings: Settings, *, judged: bool) -> Diagnosis:
    """`judged`: the ledger holds a verdict."""
    subject = "deploy: remediation"
    if settings.remediation.mode == "dry-run":
        remedy = "Read `scanner remediation list` for some days, then set remediation.mode: enforce."
        return Diagnosis(Level.OK, subject, "dry-run: nothing is moved or deleted", remedy if judged else "")
    if not judged:
        finding = "enforce, and nothing was ever judged here: it acts from the first file on"
        return Diagnosis(Level.WARN, subject, finding, "Begin with remediation.mode: dry-run.")
    return Diagnosis(Level.OK, subject, "enforce, after verdicts that could be read")


def old_content(settings: Settings) -> Diagnosis:
    subject = "deploy: old content"
    if settings.reconcile.every is not None:
        return Diagnosis(Level.OK, subject, "is walked through on a schedule (reconcile.every)")
    finding = "what is in the domain already, and is not touched, is not scanned"
    return Diagnosis(Level.WARN, subject, finding, "Plan a `scanner backfill`, or set reconcile.every.")


def hearing(settings: Settings, *, asked: bool) -> Diagnosis:
    """`asked`: policy or a rule asks for the step `notify`."""
    subject = "deploy: notices"
    if not settings.notify:
        remedy = "Name receivers in notify (docs/notify.md), or alert on metrics (docs/monitoring.md)."
        return Diagnosis(Level.WARN, subject, "nobody is told of a find", remedy)
    names = ", ".join(one.name for one in settings.notify)
    if not asked:
        finding = f"no verdict leads to the step notify, so {names} never hears of one"
        return Diagnosis(Level.WARN, subject, finding, "Put notify into policy.infected.")
    return Diagnosis(Level.OK, subject, f"go to {names}")


def proof(settings: Settings) -> Diagnosis:
    subject = "deploy: proof"
    missing = [one.name for one in settings.domains if one.probe_folder is None]
    if missing:
        finding = f"no file of our own goes the whole way in {', '.join(missing)}"
        return Diagnosis(Level.WARN, subject, finding, "Set probe_folder (docs/probe.md).")
    if settings.statements.folder is None:
        return Diagnosis(Level.WARN, subject, "no day's coverage is signed", "Set statements (docs/coverage.md).")
    return Diagnosis(Level.OK, subject, "probes in each domain, and signed statements")


def scraping(settings: Settings) -> Diagnosis:
    subject, host = "deploy: metrics", settings.http.listen.rpartition(":")[0].strip("[]")
    if host in ("127.0.0.1", "::1", "localhost"):
        finding = f"http.listen is {settings.http.listen}: reached from this machine, or this container, alone"
        return Diagnosis(Level.WARN, subject, finding, "Where Prometheus is elsewhere: 0.0.0.0:9464, and a firewall.")
    return Diagnosis(Level.OK, subject, f"on {settings.http.listen}")


async def _budget(settings: Settings, domain: DomainSettings, files_a_day: int) -> Diagnosis:
    try:
        cloud = EgnyteClient(domain)
    except ConfigurationError as error:
        return Diagnosis(Level.UNREACHABLE, f"deploy: {domain.name}: API budget", str(error.problems[0]))
    try:
        await cloud.account()
    except (RetryLater, CloudRefused) as error:
        return Diagnosis(Level.UNREACHABLE, f"deploy: {domain.name}: API budget", str(error))
    finally:
        await cloud.close()
    limits = [one.quota().day_limit for one in cloud.budgets]
    return budget(settings, domain.name, files_a_day, sum(one or DOCUMENTED_DAY for one in limits))


def budget(settings: Settings, domain: str, files_a_day: int, calls_a_day: int) -> Diagnosis:
    """`calls_a_day`: of all tokens of the domain."""
    subject = f"deploy: {domain}: API budget"
    needed = round(files_a_day * CALLS_A_FILE + DAY / settings.events.max_interval)
    finding = f"{files_a_day} new versions a day take some {needed} calls, and {calls_a_day} are allowed"
    if needed > calls_a_day:
        remedy = "Ask Egnyte for more, or add tokens of further users (docs/budget.md); else it falls behind each day."
        return Diagnosis(Level.FAIL, subject, finding, remedy)
    if needed > 0.8 * calls_a_day:
        return Diagnosis(Level.WARN, subject, finding, "A busy day will not be done on the same day (docs/budget.md).")
    return Diagnosis(Level.OK, subject, finding)
