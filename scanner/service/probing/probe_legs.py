"""The legs of a probe's way. Each does with a file of ours what is done with everybody's, by the very same functions.

A file is known as the probe by its content alone, which is random: no name, folder or account makes another file one.
So nothing can hide behind a probe, and a version that somebody puts upon it is scanned like any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import sha512

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import EngineUnavailable, NotFound, RetryLater, ScannerError
from scanner.judge.plan import plan
from scanner.judge.verdict import judge
from scanner.ledger.work.probing import Leg, Probe
from scanner.model import (
    EntryId,
    FileVersion,
    Finding,
    Inspection,
    Lane,
    Run,
    RunToken,
    StepKind,
    StepRecord,
    StepState,
    Verdict,
    VerdictKind,
)
from scanner.pipeline.look import Gone, look
from scanner.pipeline.stations import Domain, Stations
from scanner.remediation.perform import perform
from scanner.settings import PolicySettings

MARKER = "scanner-probe"
"""The name of the one finding: this content is the probe's."""
LOOK_EVERY = 0.25
"""Seconds; the ledger is asked, which costs no call."""
TICKET_WAIT = 5.0
_POLICY = PolicySettings(flagged=(StepKind.QUARANTINE, StepKind.COMMENT))
_TEXT = (
    "This file tests whether the virus scanner works. It is harmless, goes to quarantine and is deleted by the scanner "
    "itself within minutes. If it is still here tomorrow, please delete it.\n{token}\n"
)


class LegFailed(ScannerError):
    """A leg was answered, and the answer is wrong: trying again is of no use."""


@dataclass(slots=True)
class Way:
    """A probe under way."""

    domain: Domain
    stations: Stations
    path: str
    text: str
    probe: Probe | None = None
    version: FileVersion | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """A worker has taken the probe's ticket."""
    verdict: Verdict | None = None
    plan: dict[StepKind, StepRecord] = field(default_factory=dict)

    @property
    def sha512(self) -> str:
        return sha512(self.text.encode()).hexdigest()


def new_way(domain: Domain, stations: Stations, folder: str) -> Way:
    """To a file that cannot be there yet."""
    path = f"{folder}/scanner-probe-{secrets.token_hex(16)}.txt"
    return Way(domain, stations, path, _TEXT.format(token=secrets.token_hex(32)))


async def upload(way: Way) -> None:
    """Put the file into its folder, which is there."""
    assert way.probe is not None
    info = await way.domain.cloud.add_text(way.path, way.text)
    await way.stations.ledger.probes.uploaded(way.probe, info.group_id, info.entry_id)
    way.version = info.version_in(way.domain.settings.name)
    way.probe = replace(way.probe, group_id=info.group_id, entry_id=info.entry_id)


async def event(way: Way) -> None:
    """The feed must bring it. Raises RetryLater until it has."""
    version = _version(way)
    if not await way.stations.ledger.probes.event_came(version.domain, version.entry_id):
        raise RetryLater("its event was not read", LOOK_EVERY)


async def dispatch(way: Way) -> None:
    """A worker must take its ticket, in its turn. Raises RetryLater until one has."""
    version = _version(way)
    await way.stations.ledger.probes.call_worker(version.domain, version.entry_id)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(way.heard.wait(), TICKET_WAIT)
    # Another replica's worker is not heard here; but whoever took it has dropped it.
    if not way.heard.is_set() and await way.stations.ledger.probes.is_called(version.domain, version.entry_id):
        raise RetryLater("no worker took its ticket", LOOK_EVERY)


async def scan(way: Way) -> None:
    """Every engine must have looked at the very bytes that were put there, and found nothing that hinders."""
    version = _version(way)
    looked = await look(Run(RunToken(""), version, Lane.BACKFILL, 1, 1), way.stations)
    if isinstance(looked, Gone):
        raise LegFailed(f"its file is {looked.outcome}")
    gap = next((one.gap for one in looked.inspections if one.gap is not None), None)
    if gap is not None and gap.transient:
        raise EngineUnavailable(f"{gap.reason}: {gap.detail}")
    same = looked.content is not None and looked.content.sha512 == way.sha512
    marker = Inspection("probe", "", (Finding("probe", MARKER),) if same else ())
    verdict = judge(version, (*looked.inspections, marker), looked.content, way.stations.panel.names)
    if verdict.kind is not VerdictKind.FLAGGED or MARKER not in verdict.reasons:
        told = " ".join([verdict.kind, *verdict.reasons])
        raise LegFailed(f"its verdict is {told}" if same else f"what was read is not what was put there: {told}")
    way.verdict = verdict


async def quarantine(way: Way) -> None:
    """Move it, and see that it is there."""
    assert way.verdict is not None
    domain = way.domain
    folder, contact = domain.settings.quarantine_folder, domain.account.username
    if not way.plan:
        planned = plan(way.verdict, _POLICY, folder, way.stations.clock(), contact)
        kinds = _POLICY.flagged
        way.plan = {one.kind: StepRecord(0, one, StepState.PLANNED) for one in planned.steps if one.kind in kinds}
    await _step(way, StepKind.QUARANTINE)


async def comment(way: Way) -> None:
    """Say on it what is said on others."""
    await _step(way, StepKind.COMMENT)


async def clean_up(cloud: Cloud, probe: Probe) -> None:
    """Delete a probe's file wherever it lies by now; that there is none is as well. Can be repeated. What somebody made
    of it since is left: raises LegFailed. Raises RetryLater, CloudRefused."""
    info = await _file(cloud, probe)
    if info is None:
        return
    if info.num_versions > 1 or (info.entry_id != probe.entry_id and info.checksum != probe.sha512):
        raise LegFailed(f"{info.path} has another version by now, and is left there")
    await cloud.delete(info.group_id)


async def _file(cloud: Cloud, probe: Probe) -> FileInfo | None:
    """Without ids, since the service ended before the answer to the upload, it is known by path and content."""
    try:
        if probe.group_id is not None:
            return await cloud.file(probe.group_id, priority=Priority.REMEDIATION)
        found = await cloud.at_path(probe.path, priority=Priority.REMEDIATION)
    except NotFound:
        return None
    return found if isinstance(found, FileInfo) else None


async def _step(way: Way, kind: StepKind) -> None:
    """Begun before, it may have been done: then its state is read first, as after a crash."""
    version, record = _version(way), way.plan[kind]
    way.plan[kind] = replace(record, state=StepState.INTENDED)
    result = await perform(
        way.domain.cloud,
        version,
        record,
        way.domain.settings.quarantine_folder,
        way.domain.account,
        content=way.verdict.content if way.verdict else None,
        plan=tuple(way.plan.values()),
    )
    way.plan[kind] = replace(record, state=result.state, detail=result.detail)
    if result.state not in (StepState.SUCCESS, StepState.ALREADY_DONE) or "path" not in result.detail:
        raise LegFailed(result.detail.get("error") or result.detail.get("gone") or f"it is {result.state}")
    if "entry_id" in result.detail:
        way.version = replace(version, entry_id=EntryId(result.detail["entry_id"]))


def _version(way: Way) -> FileVersion:
    assert way.version is not None
    return way.version


WAYS: dict[Leg, Callable[[Way], Awaitable[None]]] = {
    Leg.UPLOAD: upload,
    Leg.EVENT: event,
    Leg.DISPATCH: dispatch,
    Leg.SCAN: scan,
    Leg.QUARANTINE: quarantine,
    Leg.COMMENT: comment,
}
"""In their order; the clean-up follows whatever becomes of them."""
IN_DRY_RUN = (Leg.UPLOAD, Leg.EVENT, Leg.DISPATCH, Leg.SCAN)
