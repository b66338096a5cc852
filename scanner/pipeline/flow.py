"""One version, from its ticket to the last step: the flow on one screen.

Every line that changes something outside is preceded by one in the ledger, and every write carries the run token:
stopping between any two lines repeats work and loses none. What an engine could not look at is never clean: it waits,
is tried again, or is given up as unchecked, each with its reason.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from scanner import tracing
from scanner.errors import CloudRefused, Fenced, RetryLater
from scanner.judge.allowance import as_suppressions, is_allowed
from scanner.judge.plan import plan
from scanner.judge.verdict import judge
from scanner.model import (
    WAITING_REASONS,
    Allowance,
    ContentFacts,
    EntryId,
    Gap,
    Inspection,
    Lane,
    Outcome,
    Plan,
    Run,
    StepRecord,
    Unchecked,
    Verdict,
    VerdictKind,
)
from scanner.pipeline.act import act
from scanner.pipeline.look import FETCH, Gone, Looked, look
from scanner.pipeline.patience import gap_of, is_last_attempt, wait_for
from scanner.pipeline.stations import Stations
from scanner.tracing import span


async def settle(domain: str, entry_id: EntryId, stations: Stations) -> datetime | None:
    """Take one version as far as it goes. Gives the moment to ask again; None when it is done or not ours."""
    run = await stations.ledger.take(domain, entry_id)
    if run is None:
        return None
    names = {"domain": domain, "entry_id": entry_id, "group_id": run.version.group_id}
    traced = stations.tracer.settling(**names, lane=run.lane.value, starts=run.starts)
    with structlog.contextvars.bound_contextvars(**names), traced:
        try:
            await _link(run, stations)
            return await _settle(run, stations)
        except Fenced:
            stations.signals.fenced()
            return None
        except asyncio.CancelledError:
            # The grace after the order to stop is over: the work goes back as if it had not begun.
            await _defer(run, Gap(Unchecked.SHUTDOWN), 0.0, stations)
            raise
        except RetryLater as error:
            return await _defer(run, gap_of(error), error.after, stations)
        except CloudRefused as error:
            return await _defer(run, Gap(Unchecked.ACCESS_REFUSED, str(error)), None, stations)
        except Exception as error:  # noqa: BLE001 -- the one broad handler: an unforeseen error becomes an outcome
            stations.signals.unforeseen(error)
            return await _defer(run, Gap(Unchecked.POISON, type(error).__name__), None, stations)


async def _link(run: Run, stations: Stations) -> None:
    """From the trace to that of the poll. What is looked at on other accounts no poll of these days has brought."""
    if not stations.tracer.on or run.lane is not Lane.LIVE:
        return
    recorded_at = await stations.ledger.brought_at(run.version.domain, run.version.entry_id)
    if recorded_at is not None:
        tracing.brought(run.version.domain, recorded_at)


async def _settle(run: Run, stations: Stations) -> datetime | None:
    verdict, steps = run.verdict, run.steps
    if verdict is None:
        looked = await _reach_verdict(run, stations)
        if isinstance(looked, Gone):
            await stations.ledger.finish(run, looked.outcome, looked.newer)
            stations.signals.ended(run, looked.outcome)
            return None
        if isinstance(looked, Gap):
            return await _defer(run, looked, None, stations)
        with span("record"):
            verdict, steps = looked, await _record(run, looked, stations)
        if not steps and verdict.kind is not VerdictKind.UNCHECKED:
            return None
    due = await act(run, verdict, steps, stations)
    if due is not None:
        await stations.ledger.defer(run, None, due, counts=False)
        return due
    outcome = Outcome.FAILED if verdict.kind is VerdictKind.UNCHECKED else Outcome.JUDGED
    await stations.ledger.finish(run, outcome)
    stations.signals.ended(run, outcome)
    return None


async def _reach_verdict(run: Run, stations: Stations) -> Verdict | Gap | Gone:
    """A verdict; or the gap for which it must be tried again; or the news that the version is not there any more."""
    if run.attempts > stations.settings.workers.max_attempts:
        starts = Gap(Unchecked.POISON, f"{run.starts} starts without a result")
        return judge(run.version, (Inspection(FETCH, "", gap=starts),), None, frozenset())
    looked = await look(run, stations)
    if isinstance(looked, Gone):
        return looked
    with span("judge"):
        verdict = await _judge(run, looked, stations)
    if verdict.kind is VerdictKind.UNCHECKED:
        gap = next(one.gap for one in verdict.inspections if one.gap is not None and one.gap.transient)
        if not is_last_attempt(run, gap, stations.settings.workers.max_attempts):
            return gap
    return verdict


async def _judge(run: Run, looked: Looked, stations: Stations) -> Verdict:
    # Asked only where it matters: nearly all versions are clean.
    found = any(one.findings or one.gap for one in looked.inspections)
    allowed = await _allowances(run, looked.content, stations) if found else ()
    verdict = judge(
        run.version,
        looked.inspections,
        looked.content,
        stations.panel.names,
        suppressions=(*stations.suppressions.now.all, *as_suppressions(allowed)),
        today=stations.clock().astimezone(UTC).date(),
    )
    return replace(verdict, reused=looked.reused, generation=looked.generation)


async def _record(run: Run, verdict: Verdict, stations: Stations) -> tuple[StepRecord, ...]:
    """The verdict and its plan in one transaction. Where nothing is to be done, that also ends the work."""
    domain = stations.domains[run.version.domain]
    decided = Plan()
    if not verdict.missing and not await _is_allowed(run, verdict, stations):
        folder, contact = domain.settings.quarantine_folder, domain.account.username
        decided = plan(verdict, stations.settings.policy, folder, stations.clock(), contact)
    if decided.steps or verdict.kind is VerdictKind.UNCHECKED:
        steps = await stations.ledger.record_verdict(run, verdict, decided)
        stations.signals.judged(run, verdict, stations.clock())
        return steps
    await stations.ledger.settle(run, verdict)
    stations.signals.judged(run, verdict, stations.clock())
    stations.signals.ended(run, Outcome.JUDGED)
    return ()


async def _defer(run: Run, gap: Gap, after: float | None, stations: Stations) -> datetime:
    wait = after if after is not None else wait_for(run, gap, stations.settings.events.max_interval)
    due = stations.clock() + timedelta(seconds=wait)
    await stations.ledger.defer(run, gap, due, counts=gap.reason not in WAITING_REASONS)
    stations.signals.deferred(run, gap, due)
    return due


async def _is_allowed(run: Run, verdict: Verdict, stations: Stations) -> bool:
    if verdict.kind is VerdictKind.CLEAN:
        return False
    return is_allowed(verdict, await _allowances(run, verdict.content, stations))


async def _allowances(run: Run, content: ContentFacts | None, stations: Stations) -> tuple[Allowance, ...]:
    """What a person allowed of this very content, by a release."""
    return () if content is None else await stations.ledger.allowances(run.version.domain, content.sha256)
