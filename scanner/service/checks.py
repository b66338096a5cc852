"""What `scanner doctor` asks: each part once, with what to do where the answer is no. Nothing is changed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, ConfigurationError, LedgerUnavailable, NotFound, RetryLater
from scanner.inspection.clamd import Clamd
from scanner.ledger.ledger import Ledger
from scanner.rulebook.load import load_rulebook
from scanner.settings import DomainSettings, Settings

READING_LEVELS = ("Viewer", "Editor", "Full", "Owner")
MOVING_LEVELS = ("Full", "Owner")
"""Moving needs Full or Owner (fact sheet 2.7)."""
STALE_SIGNATURES = timedelta(days=2)
CLOCK_SLACK = timedelta(minutes=2)
LOW_DISK = 1024**3


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNREACHABLE = "unreachable"
    """Could not be asked; says nothing about the rest."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the doctor's."""

    level: Level
    subject: str
    finding: str
    remedy: str = ""


async def diagnose(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Diagnosis]:
    """All checks in order; one that fails does not stop the others."""
    yield _rules(settings)
    async for line in _clamd(settings, clock()):
        yield line
    yield await _ledger(settings, clock)
    yield _spool(settings)
    for domain in settings.domains:
        async for line in _domain(domain, clock()):
            yield line


def _rules(settings: Settings) -> Diagnosis:
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
    return Diagnosis(Level.OK, "rules", f"{len(rulebook.rules)} rules loaded")


async def _clamd(settings: Settings, now: datetime) -> AsyncIterator[Diagnosis]:
    clamd = Clamd(settings.clamav)
    gap = await asyncio.to_thread(clamd.ready)
    if gap is not None:
        remedy = f"Start clamd, and check clamav.address ({settings.clamav.address}) and the socket's rights."
        yield Diagnosis(Level.UNREACHABLE, "clamd", f"does not answer: {gap.detail}", remedy)
        return
    status = await asyncio.to_thread(clamd.status)
    yield Diagnosis(Level.OK, "clamd", await asyncio.to_thread(clamd.version))
    if status.signatures_at is None:
        yield Diagnosis(
            Level.WARN,
            "signatures",
            "carry no date: only local signature files are loaded",
            "Run freshclam, then reload clamd.",
        )
    elif now - status.signatures_at > STALE_SIGNATURES:
        age = (now - status.signatures_at).days
        yield Diagnosis(Level.WARN, "signatures", f"are {age} days old", "Check freshclam and its mirror.")
    else:
        yield Diagnosis(Level.OK, "signatures", f"of {status.signatures_at:%Y-%m-%d %H:%M} UTC")


async def _ledger(settings: Settings, clock: Callable[[], datetime]) -> Diagnosis:
    folder = settings.ledger.path.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Diagnosis(
            Level.FAIL, "ledger", f"{folder} is not a folder we may write to", "Create it, or change ledger.url."
        )
    if settings.ledger.path.exists():
        try:
            async with Ledger.reading(settings.ledger, clock) as ledger:
                await ledger.work_counts()
        except LedgerUnavailable as error:
            return Diagnosis(Level.FAIL, "ledger", str(error))
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK:
        return Diagnosis(Level.WARN, "ledger", f"only {free // 1024**2} MiB are free in {folder}", "Make room.")
    return Diagnosis(Level.OK, "ledger", str(settings.ledger.path))


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


async def _domain(settings: DomainSettings, now: datetime) -> AsyncIterator[Diagnosis]:
    cloud = EgnyteClient(settings)
    name = settings.name
    try:
        account = await cloud.account()
        admin = account.user_type in (None, "admin")
        yield Diagnosis(
            Level.OK if admin else Level.WARN,
            f"{name}: token",
            f"belongs to {account.username} ({account.user_type or 'type not told'})",
            "" if admin else "Only an admin sees every folder and every link; use an admin service account.",
        )
        yield await _clock(cloud, name, now)
        for folder in settings.watch:
            yield await _watched(cloud, name, folder)
        yield await _quarantine(cloud, settings)
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


async def _clock(cloud: Cloud, name: str, now: datetime) -> Diagnosis:
    feed = await cloud.feed_range()
    if feed.latest_at is not None and feed.latest_at - now > CLOCK_SLACK:
        ahead = feed.latest_at - now
        return Diagnosis(
            Level.WARN, f"{name}: clock", f"the newest event is {ahead} in our future", "Set this machine's clock."
        )
    return Diagnosis(Level.OK, f"{name}: events", f"ids {feed.oldest} to {feed.latest}")


async def _watched(cloud: Cloud, name: str, folder: str) -> Diagnosis:
    subject = f"{name}: {folder}"
    try:
        if isinstance(await cloud.at_path(folder, priority=Priority.ENRICHMENT), FileInfo):
            return Diagnosis(Level.FAIL, subject, "is a file", "Watch folders.")
        level = await cloud.own_level(folder)
    except CloudRefused as error:
        return Diagnosis(
            Level.FAIL, subject, f"cannot be seen: {error}", "Check the folder's name and the account's rights."
        )
    if level in MOVING_LEVELS:
        return Diagnosis(Level.OK, subject, f"rights: {level}")
    if level in READING_LEVELS:
        return Diagnosis(
            Level.WARN, subject, f"rights: {level}: can be scanned, not quarantined", "Give the account Full."
        )
    return Diagnosis(Level.FAIL, subject, f"rights: {level}: cannot be downloaded", "Give the account Full.")


async def _quarantine(cloud: Cloud, settings: DomainSettings) -> Diagnosis:
    folder, subject = settings.quarantine_folder, f"{settings.name}: {settings.quarantine_folder}"
    try:
        await cloud.at_path(folder, priority=Priority.ENRICHMENT)
        permissions = await cloud.permissions(folder)
    except NotFound:
        return Diagnosis(Level.OK, subject, "does not exist yet; it is created closed with the first quarantine")
    except CloudRefused as error:
        return Diagnosis(
            Level.WARN, subject, f"its permissions cannot be read: {error}", "Add the scope Egnyte.permission."
        )
    others = sorted(who for who, level in {**permissions.users, **permissions.groups}.items() if level != "Owner")
    if permissions.inherits or others:
        who = "it inherits permissions" if permissions.inherits else f"open to {', '.join(others)}"
        return Diagnosis(
            Level.WARN,
            subject,
            f"is not closed: {who}",
            "Take it out of inheritance; leave only the account and admins.",
        )
    return Diagnosis(Level.OK, subject, "closed")
