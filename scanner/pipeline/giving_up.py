"""Close what is open of a plan that is not to be carried out: in a dry run, or after too many starts.

A step that was begun may have been done, and its answer lost: a journal that says nothing was done, with the file in
quarantine, could not be undone. So that is looked for first, by reading alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from scanner.cloud.reading import only_reading
from scanner.model import OPEN_STEPS, ContentFacts, Run, StepKind, StepRecord, StepResult, StepState
from scanner.pipeline.stations import Stations
from scanner.remediation.perform import GONE, perform
from scanner.remediation.step import DONE_STEPS

MOST_LOOKS = 3
"""Starts beyond the last attempt at which is still looked: what ended the process before may be the look itself."""


async def give_up(
    run: Run, plan: Mapping[int, StepRecord], rest: StepResult, content: ContentFacts | None, stations: Stations
) -> dict[int, StepRecord]:
    """Gives the plan as it stands then, by id. `rest`: how a step ends that was not done. Raises RetryLater where one
    was begun and nothing can be read now."""
    standing = dict(plan)
    for record in plan.values():
        if record.state not in OPEN_STEPS:
            continue
        done = (
            await _done_before(run, record, standing, content, stations)
            if _may_be_done(run, record, stations)
            else None
        )
        standing[record.id] = await stations.end_step(run, record, rest if done is None else done)
    return standing


def _may_be_done(run: Run, record: StepRecord, stations: Stations) -> bool:
    if record.state is not StepState.INTENDED or record.step.kind is StepKind.NOTIFY:
        return False
    return run.attempts <= stations.settings.workers.max_attempts + MOST_LOOKS


async def _done_before(
    run: Run, record: StepRecord, plan: Mapping[int, StepRecord], content: ContentFacts | None, stations: Stations
) -> StepResult | None:
    """What a repeat of the step would find done already."""
    domain = stations.domains[run.version.domain]
    found = await perform(
        only_reading(domain.cloud),
        run.version,
        record,
        domain.settings.quarantine_folder,
        domain.account,
        content=content,
        plan=tuple(plan.values()),
        judged=partial(stations.ledger.judgements, run.version.domain),
    )
    if found == GONE and not await stations.ledger.was_deleted(run.version.domain, run.version.entry_id):
        return None
    return found if found.state in DONE_STEPS else None
