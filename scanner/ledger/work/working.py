"""What a worker writes: claim, verdict, steps, end. Each write but the claim carries the run token; one that matches no
row raises Fenced, since another worker has taken the work over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select, update

from scanner.errors import Fenced
from scanner.ledger.dispatch import tickets as dispatch_tickets
from scanner.ledger.orders import suppressing
from scanner.ledger.proofs import audit
from scanner.ledger.reuse import caching
from scanner.ledger.rows import step_of, suppressed_by, verdict_of, verdict_values, version_of
from scanner.ledger.tables import steps, verdicts, work
from scanner.ledger.work import aliases, facts, made, repeating, tallies
from scanner.ledger.work.deletion import MISSING, settle_groups
from scanner.ledger.work.intake import came_back, queue_versions, reopen_plan
from scanner.ledger.work.reopening import noted_before
from scanner.model import (
    ORDERED_STEPS,
    WAITING_REASONS,
    EntryId,
    FileVersion,
    Gap,
    Lane,
    Outcome,
    Plan,
    Run,
    RunToken,
    StepRecord,
    StepResult,
    StepState,
    Unchecked,
    Verdict,
)

OPEN = ("queued", "running", "waiting")
_ROW = (work.c.domain == bindparam("d")) & (work.c.entry_id == bindparam("e"))
_TAKE = (
    update(work)
    .where(_ROW, work.c.state.in_(OPEN))
    .values(token=bindparam("t"), state="running", starts=work.c.starts + 1, attempts=work.c.attempts + 1)
    .returning(*work.c)
)
_HELD = _ROW & (work.c.token == bindparam("t"))
_SET_VERDICT = (
    update(work).where(_HELD).values(verdict_id=bindparam("v"), gap_reason=bindparam("gr"), gap_detail=bindparam("gd"))
)
_FINISH = (
    update(work)
    .where(_HELD)
    .values(
        state=bindparam("s"), outcome=bindparam("o"), done_at=bindparam("n"), token=None, attempts=work.c.attempts - 1
    )
)
_SETTLE = (
    update(work)
    .where(_HELD)
    .values(
        state="done",
        outcome=Outcome.JUDGED.value,
        done_at=bindparam("n"),
        verdict_id=bindparam("v"),
        token=None,
        attempts=work.c.attempts - 1,
        gap_reason=None,
        gap_detail=None,
    )
)
_DEFER = (
    update(work)
    .where(_HELD)
    .values(
        state=bindparam("s"),
        due=bindparam("n"),
        token=None,
        attempts=work.c.attempts - bindparam("b"),
        gap_reason=bindparam("gr"),
        gap_detail=bindparam("gd"),
    )
    .returning(work.c.attempts)
)
_TOUCH = select(work.c.entry_id).where(_HELD)
_STEPS = (
    select(steps)
    .where(
        steps.c.domain == bindparam("d"),
        steps.c.entry_id == bindparam("e"),
        steps.c.planned_at >= bindparam("n"),
        steps.c.kind.not_in([kind.value for kind in ORDERED_STEPS]),
    )
    .order_by(steps.c.position)
)
_INSERT_VERDICT = insert(verdicts)
_ACTED = (StepState.SUCCESS, StepState.ALREADY_DONE, StepState.FAILED)
"""How a step ends that may have changed something: a failed one, too."""
_NOT_LOOKED_AT = (Outcome.GONE, Outcome.SUPERSEDED, Outcome.FAILED)
"""What arrives again in the meantime is looked at again, though this worker could not."""


BEFORE_ANY = datetime(1970, 1, 1, tzinfo=UTC)


class Ended(NamedTuple):
    """What the end of a work led to."""

    queued: int
    """Versions: a newer one, or the same where it came back."""
    gone: int
    """Versions that count as gone after all, since their deletion was told."""


def take(connection: Connection, domain: str, entry_id: EntryId) -> Run | None:
    """Claim with a fresh token. None where the work has ended; its ticket is dropped then."""
    token = RunToken(uuid4().hex)
    row = connection.execute(_TAKE, {"d": domain, "e": entry_id, "t": token}).first()
    if row is None:
        dispatch_tickets.drop(connection, domain, entry_id)
        return None
    version = version_of(row)
    verdict: Verdict | None = None
    recorded: tuple[StepRecord, ...] = ()
    if row.verdict_id is not None:
        found = connection.execute(select(verdicts).where(verdicts.c.id == row.verdict_id)).one()
        verdict, recorded = verdict_of(found, version), steps_of(connection, domain, entry_id, found.judged_at)
    return Run(token, version, Lane(row.lane), row.starts, row.attempts, verdict, recorded)


def steps_of(
    connection: Connection, domain: str, entry_id: EntryId, since: datetime = BEFORE_ANY
) -> tuple[StepRecord, ...]:
    """Those of its plan. What persons order is none of a worker's business; nor, with the moment of the verdict that
    counts, what was planned on account of an earlier one: a plan half done is finished whatever the brakes say."""
    return tuple(step_of(row) for row in connection.execute(_STEPS, {"d": domain, "e": entry_id, "n": since}))


def record_verdict(
    connection: Connection, run: Run, verdict: Verdict, plan: Plan, now: datetime
) -> tuple[StepRecord, ...]:
    """The verdict that counts, and its plan with every step planned; without what people were told already."""
    plan = repeating.untold(connection, verdict, plan)
    verdict_id = _insert_verdict(connection, verdict, now)
    # A version that was not found is still waited for: its deletion may be told later.
    waits = (MISSING, "no deletion of it was told") if verdict.missing else (None, None)
    values = {"v": verdict_id, "gr": waits[0], "gd": waits[1]}
    _fenced(connection.execute(_SET_VERDICT, _key(run) | values).rowcount, run)
    if plan.steps:
        first = _next_position(connection, run.version)
        noted = noted_before(connection, run.version.domain, run.version.entry_id) if first else {}
        rows = [
            _step_values(run.version, position, step, plan, now) | {"detail": noted.get(step.kind.value, {})}
            for position, step in enumerate(plan.steps, first)
        ]
        connection.execute(insert(steps), rows)
    return steps_of(connection, run.version.domain, run.version.entry_id, now)


def settle(connection: Connection, run: Run, verdict: Verdict, now: datetime) -> None:
    """A verdict that asks for nothing, and with it the end of the work."""
    verdict_id = _insert_verdict(connection, verdict, now)
    _fenced(connection.execute(_SETTLE, _key(run) | {"v": verdict_id, "n": now}).rowcount, run)
    dispatch_tickets.drop(connection, run.version.domain, run.version.entry_id)


def begin_step(connection: Connection, run: Run, step_id: int, now: datetime) -> None:
    """Intent: from here on nobody knows whether the act happened, until its result is recorded."""
    check(connection, run)
    changed = connection.execute(
        update(steps)
        .where(_step_of(run, step_id))
        .values(state=StepState.INTENDED.value, intended_at=now, tries=steps.c.tries + 1)
    )
    _fenced(changed.rowcount, run)


def note_step(connection: Connection, run: Run, step_id: int, detail: Mapping[str, str]) -> None:
    """What is known just before the act, kept with its intent until the result takes its place."""
    check(connection, run)
    changed = connection.execute(update(steps).where(_step_of(run, step_id)).values(detail=dict(detail)))
    _fenced(changed.rowcount, run)


def record_step(connection: Connection, run: Run, step_id: int, result: StepResult, now: datetime) -> int:
    """How a step ended. Gives how many versions that queued: a newer one, or the same where it came back; the plan
    is then open again, and in nobody's hands."""
    check(connection, run)
    done_at = None if result.state is StepState.BRAKED else now
    changed = connection.execute(
        update(steps)
        .where(_step_of(run, step_id))
        .values(state=result.state.value, detail=dict(result.detail), done_at=done_at)
        .returning(steps.c.kind)
    )
    kind = changed.scalar_one_or_none()
    _fenced(0 if kind is None else 1, run)
    if result.state in _ACTED:
        said = {"kind": kind, "result": result.state.value, "file": run.version.path, "told": dict(result.detail)}
        audit.append(connection, audit.Action.STEP, _subject(run), said, at=now)
    aliases.record(connection, run.version.domain, run.version.entry_id, result, now)
    made.record(connection, run.version.domain, result, now)
    queued = _queue_newer(connection, run, result.superseded_by, now)
    if "gone" in result.detail and came_back(connection, run.version.domain, run.version.entry_id):
        queued += reopen_plan(connection, run.version.domain, run.version.entry_id, now)
    return queued


def finish(connection: Connection, run: Run, outcome: Outcome, newer: FileVersion | None, now: datetime) -> Ended:
    """The work has ended."""
    state = "parked" if outcome is Outcome.FAILED else "done"
    _fenced(connection.execute(_FINISH, _key(run) | {"s": state, "o": outcome.value, "n": now}).rowcount, run)
    dispatch_tickets.drop(connection, run.version.domain, run.version.entry_id)
    queued = _queue_newer(connection, run, newer, now)
    gone = 0
    if outcome is Outcome.FAILED:
        gone = settle_groups(connection, run.version.domain, [run.version.group_id], now)
    if outcome in _NOT_LOOKED_AT and came_back(connection, run.version.domain, run.version.entry_id):
        queued += queue_versions(connection, [run.version], run.lane, now, given_up=True)
    return Ended(queued, gone)


def defer(connection: Connection, run: Run, gap: Gap | None, due: datetime, counts: bool) -> None:
    """Open again, to be asked at `due`. Without a gap the verdict stands and acts remain."""
    missing = gap is not None and gap.reason is Unchecked.NOT_FOUND
    waiting = gap is None or gap.reason in WAITING_REASONS or missing
    values = {
        "s": "waiting" if waiting else "queued",
        "n": due,
        "b": 0 if counts else 1,
        "gr": gap.reason.value if gap else None,
        "gd": gap.detail[:500] if gap else None,
    }
    attempts = connection.execute(_DEFER, _key(run) | values).scalar_one_or_none()
    _fenced(0 if attempts is None else 1, run)
    suspect = attempts is not None and attempts >= dispatch_tickets.SUSPICIOUS and not missing
    dispatch_tickets.put_back(connection, run.version.domain, run.version.entry_id, due, suspect=suspect)


def _queue_newer(connection: Connection, run: Run, newer: FileVersion | None, now: datetime) -> int:
    return 0 if newer is None else queue_versions(connection, [newer], run.lane, now)


def _insert_verdict(connection: Connection, verdict: Verdict, now: datetime) -> int:
    key = connection.execute(_INSERT_VERDICT, verdict_values(verdict, now)).inserted_primary_key
    assert key is not None
    facts.record(connection, int(key[0]), verdict, now)
    caching.keep(connection, int(key[0]), verdict, now)
    tallies.record(connection, verdict, now)
    used = suppressed_by(verdict)
    if used:
        suppressing.record_use(connection, used, now)
    return int(key[0])


def _next_position(connection: Connection, version: FileVersion) -> int:
    """Behind the steps of a verdict by which the version was given up."""
    mine = (steps.c.domain == version.domain) & (steps.c.entry_id == version.entry_id)
    position: int = connection.execute(
        select(func.coalesce(func.max(steps.c.position) + 1, 0)).where(mine)
    ).scalar_one()
    return position


def _step_values(version: FileVersion, position: int, step: Any, plan: Plan, now: datetime) -> dict[str, Any]:
    return {
        "domain": version.domain,
        "entry_id": version.entry_id,
        "group_id": version.group_id,
        "position": position,
        "kind": step.kind.value,
        "params": dict(step.params),
        "because": list(plan.rules),
        "state": StepState.PLANNED.value,
        "detail": {},
        "tries": 0,
        "planned_at": now,
    }


def _step_of(run: Run, step_id: int) -> ColumnElement[bool]:
    """A token vouches for its own version's steps only."""
    return and_(steps.c.id == step_id, steps.c.domain == run.version.domain, steps.c.entry_id == run.version.entry_id)


def _subject(run: Run) -> str:
    return audit.version(run.version.domain, run.version.entry_id)


def _key(run: Run) -> dict[str, Any]:
    return {"d": run.version.domain, "e": run.version.entry_id, "t": run.token}


def check(connection: Connection, run: Run) -> None:
    """Raises Fenced where another worker has the work by now."""
    _fenced(1 if connection.execute(_TOUCH, _key(run)).first() is not None else 0, run)


def _fenced(matched: int, run: Run) -> None:
    if matched != 1:
        raise Fenced(f"{run.version.entry_id} was taken over by another worker")
