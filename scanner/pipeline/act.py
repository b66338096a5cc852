"""Perform a recorded plan: brake, then each step as intent, act, result.

A half-done plan is finished even when the brake would hold it: it is worse than one file too many. A step that must
wait (API away, file locked) leaves the rest open; the work comes back with what is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from scanner.errors import RetryLater
from scanner.model import (
    OPEN_STEPS,
    TELLING_STEPS,
    ContentFacts,
    EntryId,
    FileVersion,
    Hold,
    Run,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
    Verdict,
)
from scanner.notify.ocsf import Activity, detection
from scanner.pipeline.giving_up import give_up
from scanner.pipeline.patience import wait_before_next
from scanner.pipeline.stations import Domain, Stations
from scanner.remediation.brake import Counts, held
from scanner.remediation.order import ends_plan
from scanner.remediation.perform import GONE, perform

_NOT_BEGUN = (StepState.PLANNED, StepState.BRAKED, StepState.DROPPED)
"""Dropped as well: cut off while a plan is dropped, the rest must not be taken for one to be finished."""
HELD_WAIT = timedelta(days=1)
"""How often a held plan is looked at although nobody has decided about it; a decision wakes it at once."""


async def act(run: Run, verdict: Verdict, steps: Sequence[StepRecord], stations: Stations) -> datetime | None:
    """Do what is open of the plan, in order. Gives the moment to go on where something must wait. Raises
    RetryLater where a dry run cannot look at what was begun before it."""
    if stations.settings.remediation.mode == "dry-run":
        every = {record.id: record for record in steps}
        await give_up(run, every, StepResult(StepState.DRY_RUN), verdict.content, stations)
        return None
    plan = {record.id: record for record in steps if record.step.kind is not StepKind.NOTIFY}
    waiting, due = "", None
    try:
        waiting, due = await _settle(run, verdict, plan, stations)
    except RetryLater as error:
        stations.signals.waiting(run, error)
        wait = error.after if error.after is not None else wait_before_next(run)
        waiting, due = str(error), stations.clock() + timedelta(seconds=wait)
    for record in steps:
        if record.step.kind is not StepKind.NOTIFY:
            continue
        if record.state in OPEN_STEPS:
            await _tell(run, verdict, record, (tuple(plan.values()), waiting), stations)
        elif "waiting" in record.detail and not waiting:
            await _tell_the_rest(run, verdict, record, tuple(plan.values()), stations)
    return due


async def _settle(
    run: Run, verdict: Verdict, plan: dict[int, StepRecord], stations: Stations
) -> tuple[str, datetime | None]:
    """What is open of a plan, which is changed to how it stands then. Gives why and until when something waits. Raises
    RetryLater."""
    todo = [record for record in plan.values() if record.state in OPEN_STEPS]
    if not todo:
        return "", None
    if run.attempts > stations.settings.workers.max_attempts:
        given_up = StepResult(StepState.FAILED, {"error": f"given up after {run.starts} starts"})
        plan |= await give_up(run, plan, given_up, verdict.content, stations)
        return "", None
    held = await _held(run, verdict, tuple(plan.values()), stations)
    if held is not None:
        others = [record for record in todo if record.state is not held.state]
        plan |= await _close(run, others, held, stations)
        dropped = held.state is StepState.DROPPED
        return "" if dropped else "held by the brake", None if dropped else stations.clock() + HELD_WAIT
    await _perform_in_order(run, plan, stations.domains[run.version.domain], stations, verdict.content)
    return "", None


async def _tell(
    run: Run, verdict: Verdict, record: StepRecord, standing: tuple[Sequence[StepRecord], str], stations: Stations
) -> None:
    """Queued with the step's result in one transaction: the receivers are another's care, and hold up nothing here."""
    plan, waiting = standing
    event = detection(verdict, plan, now=stations.clock(), waiting=waiting)
    receivers = [receiver.name for receiver in stations.settings.notify]
    result = await stations.ledger.notices.put(run, record.id, receivers, event, waiting)
    stations.signals.stepped(run, record, result)


async def _tell_the_rest(
    run: Run, verdict: Verdict, record: StepRecord, plan: Sequence[StepRecord], stations: Stations
) -> None:
    """What had to wait when it was told has ended. On account of the last step, of which nothing was told: so a second
    worker, or a second start, tells it no second time."""
    event = detection(verdict, plan, now=stations.clock(), activity=Activity.UPDATE)
    receivers = [name for name in record.detail.get("receivers", "").split(",") if name]
    await stations.ledger.notices.update(run, plan[-1].id, receivers, event)


async def _perform_in_order(
    run: Run, plan: dict[int, StepRecord], domain: Domain, stations: Stations, content: ContentFacts | None
) -> None:
    todo = [record for record in plan.values() if record.state in OPEN_STEPS]
    version, folder = run.version, domain.settings.quarantine_folder
    for record in plan.values():
        version = _as_it_is_known(version, record.state, record.detail)
    judged = partial(stations.ledger.judgements, run.version.domain)
    for index, record in enumerate(todo):
        await stations.ledger.begin_step(run, record.id)
        standing = tuple(plan.values())
        note = partial(stations.ledger.note_step, run, record.id)
        result = await perform(
            domain.cloud,
            version,
            record,
            folder,
            domain.account,
            content=content,
            plan=standing,
            judged=judged,
            note=note,
        )
        version = _as_it_is_known(version, result.state, result.detail)
        if result == GONE:
            result = await _proved(run, record, stations)
        plan[record.id] = await stations.end_step(run, record, result)
        rest = ends_plan(result)
        if rest is not None:
            plan |= await _close(run, todo[index + 1 :], rest, stations)
            return


def _as_it_is_known(version: FileVersion, state: StepState, detail: Mapping[str, str]) -> FileVersion:
    """A move of ours may have given it a new entry id."""
    if state not in (StepState.SUCCESS, StepState.ALREADY_DONE) or "entry_id" not in detail:
        return version
    return replace(version, entry_id=EntryId(detail["entry_id"]))


async def _proved(run: Run, record: StepRecord, stations: Stations) -> StepResult:
    """A bad file that is only hidden from us still lies where it was: without word of its deletion the step is tried
    again, and then failed. Raises RetryLater."""
    if await stations.ledger.was_deleted(run.version.domain, run.version.entry_id):
        return GONE
    reason = "the file is not found, though no deletion of it was told"
    if record.tries + 1 < stations.settings.workers.max_attempts:
        raise RetryLater(reason, max(wait_before_next(run), stations.settings.events.max_interval))
    return StepResult(StepState.FAILED, {**GONE.detail, "error": reason})


async def _close(
    run: Run, records: Sequence[StepRecord], result: StepResult, stations: Stations
) -> dict[int, StepRecord]:
    """Gives the records as they stand then, by id."""
    return {record.id: await stations.end_step(run, record, result) for record in records}


async def _held(run: Run, verdict: Verdict, steps: Sequence[StepRecord], stations: Stations) -> StepResult | None:
    """What becomes of a plan that may not begin; None where it may. Then an act of it is begun at once, long before its
    turn, so that plans that ask at the same time do not all take the last place."""
    acts = [record for record in steps if record.step.kind not in TELLING_STEPS]
    if not acts or any(record.state not in _NOT_BEGUN for record in steps):
        return None
    first = next((record for record in acts if record.step.kind is StepKind.QUARANTINE), acts[0])
    limits = stations.settings.remediation
    signatures = [one.name for one in verdict.findings if one.malware and one.counts]
    names = [name for name in verdict.reasons if name not in signatures], list(dict.fromkeys(signatures))

    def too_many(counts: Counts) -> Hold | None:
        return held(counts, *names, limits)

    return await stations.ledger.holds.begin_or_hold(run, first.id, names, too_many)
