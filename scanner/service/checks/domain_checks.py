"""May the token do in a domain what a scan and a quarantine need?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta

from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, ConfigurationError, RetryLater
from scanner.model import Account, StepKind
from scanner.remediation.guard import FolderState, Parked, look
from scanner.remediation.step import LEVELS, ApiScope
from scanner.remediation.steps import STEPS
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.further_checks import check_further
from scanner.service.checks.probe_checks import check_probe_folder
from scanner.service.checks.webhook_checks import check_webhook
from scanner.settings import DomainSettings, WebhookSettings

READING_LEVELS = ("Viewer", "Editor", "Full", "Owner")
"""Others can at best preview (fact sheet 2.7)."""
CLOCK_SLACK = timedelta(seconds=60)
EVENT_SLACK = timedelta(minutes=2)
_SECURE = "Run `scanner quarantine secure`."
_QUARANTINES = {
    FolderState.CLOSED: (Level.OK, ""),
    FolderState.UNUSED: (Level.OK, ""),
    FolderState.OPEN: (Level.WARN, _SECURE),
    FolderState.MISSING: (Level.FAIL, f"{_SECURE} With --bring-back it also fetches the files."),
    FolderState.UNKNOWN: (Level.WARN, "Add the scope Egnyte.permission."),
}


async def check_domain(
    settings: DomainSettings,
    now: datetime,
    steps: Collection[StepKind],
    newest: Parked | None = None,
    webhooks: WebhookSettings = WebhookSettings(),  # noqa: B008 -- frozen
) -> AsyncIterator[Diagnosis]:
    """`steps`: what policy and rules ask for. `newest`: what was put into quarantine last, where the ledger knows of
    anything. Ends early where the API stays away or refuses to say who we are."""
    name = settings.name
    try:
        cloud = EgnyteClient(settings)
    except ConfigurationError as error:
        problem = error.problems[0]
        yield Diagnosis(Level.FAIL, f"{name}: API", f"{problem.where}: {problem.what}", problem.remedy)
        return
    try:
        account = await cloud.account()
        yield _token(account, name, steps)
        if cloud.ahead is not None:
            yield clock(cloud.ahead, name)
        yield await _events(cloud, name, now)
        for folder in settings.watch:
            yield await _watched(cloud, name, folder, steps)
        if any(ApiScope.LINK in STEPS[kind].needs.scopes for kind in steps):
            yield await _links(cloud, name, settings.watch[0])
        yield await _quarantine(cloud, settings, account, newest)
        async for line in check_further(settings, READING_LEVELS):
            yield line
        if settings.probe_folder is not None:
            yield await check_probe_folder(cloud, name, settings.probe_folder)
        if webhooks.url is not None:
            yield await check_webhook(cloud, webhooks, settings, now)
    except RetryLater as error:
        yield Diagnosis(
            Level.UNREACHABLE,
            f"{name}: API",
            str(error),
            f"Check that {settings.url} is reachable and the token valid.",
        )
    except CloudRefused as error:
        yield Diagnosis(
            Level.FAIL,
            f"{name}: API",
            str(error),
            "Check the token's scopes: Egnyte.filesystem, Egnyte.link, Egnyte.user.",
        )
    finally:
        await cloud.close()


def _token(account: Account, name: str, steps: Collection[StepKind]) -> Diagnosis:
    whose = f"belongs to {account.username} ({account.user_type or 'type not told'})"
    if account.user_type in (None, "admin"):
        return Diagnosis(Level.OK, f"{name}: token", whose)
    lacking = [kind for kind in _in_order(steps) if STEPS[kind].needs.admin]
    finding = f"{whose}; only an admin can do all of {', '.join(lacking)}" if lacking else whose
    remedy = "Only an admin sees every folder and every link; use an admin service account."
    return Diagnosis(Level.WARN, f"{name}: token", finding, remedy)


def _in_order(steps: Collection[StepKind]) -> list[StepKind]:
    return [kind for kind in STEPS if kind in steps]


def clock(ahead: timedelta, name: str) -> Diagnosis:
    """`ahead`: by how much the domain's is."""
    apart = f"{abs(round(ahead.total_seconds())):,} s {'behind' if ahead > timedelta() else 'ahead of'} the domain's"
    if abs(ahead) > CLOCK_SLACK:
        remedy = "Let NTP set this machine's clock: moments in ledger and statements are by it, and when tokens end."
        return Diagnosis(Level.WARN, f"{name}: clock", f"ours is {apart}", remedy)
    return Diagnosis(Level.OK, f"{name}: clock", f"ours is {apart}")


async def _events(cloud: Cloud, name: str, now: datetime) -> Diagnosis:
    feed = await cloud.feed_range()
    if feed.latest_at is not None and feed.latest_at - now > EVENT_SLACK:
        ahead = feed.latest_at - now
        return Diagnosis(
            Level.WARN, f"{name}: events", f"the newest event is {ahead} in our future", "Set this machine's clock."
        )
    return Diagnosis(Level.OK, f"{name}: events", f"ids {feed.oldest} to {feed.latest}")


async def _watched(cloud: Cloud, name: str, folder: str, steps: Collection[StepKind]) -> Diagnosis:
    subject = f"{name}: {folder}"
    try:
        if isinstance(await cloud.at_path(folder, priority=Priority.ENRICHMENT), FileInfo):
            return Diagnosis(Level.FAIL, subject, "is a file", "Watch folders.")
        level = await cloud.own_level(folder)
    except CloudRefused as error:
        return Diagnosis(
            Level.FAIL, subject, f"cannot be seen: {error}", "Check the folder's name and the account's rights."
        )
    if level not in READING_LEVELS:
        return Diagnosis(Level.FAIL, subject, f"rights: {level}: cannot be downloaded", "Give the account Full.")
    lacking = [kind for kind in _in_order(steps) if not STEPS[kind].needs.met_by(level)]
    if lacking:
        right = max((STEPS[kind].needs.right for kind in lacking), key=LEVELS.index)
        finding = f"rights: {level}: can be scanned; not enough for {', '.join(lacking)}"
        return Diagnosis(Level.WARN, subject, finding, f"Give the account {right}.")
    return Diagnosis(Level.OK, subject, f"rights: {level}")


async def _links(cloud: Cloud, name: str, folder: str) -> Diagnosis:
    subject = f"{name}: links"
    try:
        await cloud.links(folder)
    except CloudRefused as error:
        return Diagnosis(Level.FAIL, subject, f"cannot be listed: {error}", f"Add the scope {ApiScope.LINK}.")
    return Diagnosis(Level.OK, subject, "can be listed")


async def _quarantine(cloud: Cloud, settings: DomainSettings, account: Account, newest: Parked | None) -> Diagnosis:
    standing = await look(cloud, settings.quarantine_folder, account, newest)
    level, remedy = _QUARANTINES[standing.state]
    return Diagnosis(level, f"{settings.name}: {settings.quarantine_folder}", standing.finding, remedy)
