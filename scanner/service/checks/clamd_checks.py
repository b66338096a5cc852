"""Is clamd there, are its signatures fresh, and does it say so where it did not look?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from scanner.inspection.clamd import Clamd
from scanner.inspection.clamd_probes import AlertProbe, alert_probes
from scanner.inspection.clamd_session import Answer
from scanner.inspection.clamds import Clamds
from scanner.model import Gap
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.settings import ClamavSettings


async def check_clamd(settings: ClamavSettings, now: datetime) -> AsyncIterator[Diagnosis]:
    """Of each clamd in turn; nothing after the first line of one that does not answer."""
    clamds = Clamds(settings)
    await asyncio.to_thread(clamds.look_up)
    for clamd in (one.clamd for one in clamds.endpoints):
        async for line in _check(clamd, settings, now):
            # Of several, each line says of which.
            yield line if len(clamds.endpoints) == 1 else replace(line, subject=f"{line.subject} ({clamd.address})")


async def _check(clamd: Clamd, settings: ClamavSettings, now: datetime) -> AsyncIterator[Diagnosis]:
    gap = await asyncio.to_thread(clamd.ready)
    if gap is not None:
        remedy = f"Start clamd, and check clamav.address ({clamd.address}) and the socket's rights."
        yield Diagnosis(Level.UNREACHABLE, "clamd", gap.detail, remedy)
        return
    status = await asyncio.to_thread(clamd.status)
    yield Diagnosis(Level.OK, "clamd", await asyncio.to_thread(clamd.version))
    yield signatures(status.signatures_at, now, timedelta(seconds=settings.oldest_signatures))
    for probe in alert_probes():
        yield alerts(probe, await asyncio.to_thread(clamd.answer, probe.content))


def signatures(built_at: datetime | None, now: datetime, oldest: timedelta) -> Diagnosis:
    """Of the signatures that clamd has loaded, which need not be those on disk."""
    if built_at is None:
        finding = "carry no date: only local signature files are loaded"
        return Diagnosis(Level.WARN, "signatures", finding, "Run freshclam, then reload clamd.")
    if now - built_at > oldest:
        finding = f"are {(now - built_at).days} days old"
        return Diagnosis(Level.WARN, "signatures", finding, "Check freshclam and its mirror.")
    return Diagnosis(Level.OK, "signatures", f"of {built_at:%Y-%m-%d %H:%M} UTC")


def alerts(probe: AlertProbe, answer: Answer) -> Diagnosis:
    """What clamd's answer to a probe says about the setting."""
    if probe.shows_it_is_on(answer):
        return Diagnosis(Level.OK, probe.setting, "is on")
    if answer is None:
        finding = "is off: clamd answers OK for what it did not look into"
        return Diagnosis(
            Level.WARN, probe.setting, finding, f"Set `{probe.setting} yes` in clamd.conf, then restart it."
        )
    got = answer.detail if isinstance(answer, Gap) else answer.name
    return Diagnosis(Level.WARN, probe.setting, f"could not be found out: {got}", "Ask again; see clamd's log.")
