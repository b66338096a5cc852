"""Plans that a brake holds: counted and begun in one transaction, listed, and decided on by a person.

A decision is one row. The worker that takes the plan up next carries it out, so that only the holder of the run token
ever writes steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from scanner.ledger.dispatch import lanes
from scanner.ledger.proofs import audit
from scanner.ledger.tables import holds, steps, verdicts, work
from scanner.ledger.work import tallies, working
from scanner.model import PLANNED_STEPS, TELLING_STEPS, Brake, FileVersion, Hold, Run, StepResult, StepState

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
_DONE = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_BEGUN = StepState.INTENDED.value
_FAILED = StepState.FAILED.value
_ACTING = [kind.value for kind in PLANNED_STEPS if kind not in TELLING_STEPS]
_SAME = (holds.c.domain == steps.c.domain) & (holds.c.entry_id == steps.c.entry_id)
_BRAKED = StepState.BRAKED.value
_VERSION = work.alias()
"""Its own name, since a question about holds may have the work itself beside it."""
_OF_PLAN = and_(
    *(_SAME, _VERSION.c.domain == holds.c.domain, _VERSION.c.entry_id == holds.c.entry_id),
    *(verdicts.c.id == _VERSION.c.verdict_id, steps.c.planned_at >= verdicts.c.judged_at, steps.c.kind.in_(_ACTING)),
)
"""Acts of the plan that is held: not those of an earlier verdict, nor what a person ordered. What tells people is begun
while they wait, since they are told that a plan is held."""
_WAITS = exists().where(_OF_PLAN, steps.c.state == _BRAKED).correlate(holds)
"""A plan that ended otherwise meanwhile (a dry run, given up) is held no more."""
_TAKEN_UP = exists().where(_OF_PLAN, steps.c.state != _BRAKED).correlate(holds)


class Decision(StrEnum):
    """What a person says about a plan that is held."""

    APPROVED = "approved"
    DROPPED = "dropped"


_ORDERS = {
    Decision.APPROVED: audit.Action.HELD_APPROVED,
    Decision.DROPPED: audit.Action.HELD_DROPPED,
}


@dataclass(frozen=True, slots=True)
class BrakeCounts:
    """What one domain did within the last hour, and in the week before."""

    total: int = 0
    by_name: Mapping[str, int] = field(default_factory=Counter)
    judged: int = 0
    found: Mapping[str, int] = field(default_factory=Counter)
    usually_judged: int = 0
    usually_found: Mapping[str, int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """A plan that waits for a person."""

    id: int
    domain: str
    entry_id: str
    path: str
    rules: tuple[str, ...]
    signatures: tuple[str, ...]
    brake: Brake
    reason: str
    held_at: datetime


def counts(connection: Connection, domain: str, now: datetime) -> BrakeCounts:
    """Plans begun within the hour but for those approved, and verdicts, by reason."""
    begun = _begun(connection, domain, now - HOUR)
    recent = tallies.tally(connection, domain, now - HOUR + tallies.SPAN, now + tallies.SPAN)
    before = tallies.tally(connection, domain, now - HOUR - WEEK, now - HOUR + tallies.SPAN)
    by_name = Counter(name for names in begun for name in names)
    return BrakeCounts(len(begun), by_name, recent.judged, recent.found, before.judged, before.found)


def _begun(connection: Connection, domain: str, since: datetime) -> list[list[str]]:
    """On whose account, one list for each version."""
    approved = exists().where(_SAME, holds.c.decision == Decision.APPROVED.value)
    # Not by an index over domains, which finds nearly all acts ever where there is one domain.
    here = steps.c.domain.concat("") == domain
    acts = select(steps.c.entry_id, steps.c.because, steps.c.detail).where(here, steps.c.kind.in_(_ACTING), ~approved)
    # Already done: mostly an act of ours whose result was lost with the process.
    # Failed: what it did before that stays done, such as links of which one could not be deleted.
    in_part = and_(steps.c.state == _FAILED, steps.c.intended_at >= since)
    done = acts.where(or_(steps.c.state.in_(_DONE), in_part), steps.c.done_at >= since)
    # Asked apart, so that each has an index of its own: together they pass over all acts ever.
    begun = acts.where(steps.c.state == _BEGUN, steps.c.intended_at >= since)
    found = [*connection.execute(done), *connection.execute(begun)]
    return list({row.entry_id: row.because for row in found if "gone" not in row.detail}.values())


def begin_or_hold(
    connection: Connection,
    run: Run,
    step_id: int,
    names: tuple[Sequence[str], Sequence[str]],
    *,
    held: Callable[[BrakeCounts], Hold | None],
    now: datetime,
) -> StepResult | None:
    """Begin a step of a plan on account of these rules and signatures; None where that was done. Otherwise what is to
    be recorded of the plan: braked, with the reason, or dropped, with who said so and why. Raises Fenced."""
    working.check(connection, run)
    version = run.version
    mine = (holds.c.domain == version.domain) & (holds.c.entry_id == version.entry_id)
    known = connection.execute(select(holds).where(mine)).first()
    if known is not None and known.decision == Decision.DROPPED:
        detail = {"by": known.decided_by, "reason": known.decided_because}
        return StepResult(StepState.DROPPED, detail)
    if known is not None and known.decision is None:
        return StepResult(StepState.BRAKED, {"reason": known.reason})
    hold = held(counts(connection, version.domain, now)) if known is None else None
    if hold is None:
        working.begin_step(connection, run, step_id, now)
        return None
    connection.execute(insert(holds), _values(run, names, hold, now))
    said = {"brake": hold.brake.value, "subject": hold.subject, "reason": hold.reason}
    audit.append(connection, audit.Action.HELD, audit.version(version.domain, version.entry_id), said, at=now)
    return StepResult(StepState.BRAKED, {"reason": hold.reason})


def _values(run: Run, names: tuple[Sequence[str], Sequence[str]], hold: Hold, now: datetime) -> dict[str, Any]:
    return {
        "domain": run.version.domain,
        "entry_id": run.version.entry_id,
        "rules": list(names[0]),
        "signatures": list(names[1]),
        "brake": hold.brake.value,
        "subject": hold.subject,
        "reason": hold.reason,
        "held_at": now,
    }


def held_plans(connection: Connection, domain: str | None = None) -> list[HeldPlan]:
    """Those on which nobody has decided yet, oldest first."""
    query = (
        select(holds, work.c.path)
        .join(work, and_(work.c.domain == holds.c.domain, work.c.entry_id == holds.c.entry_id))
        .where(holds.c.decision.is_(None), _WAITS)
        .order_by(holds.c.id)
    )
    if domain is not None:
        query = query.where(holds.c.domain == domain)
    return [
        HeldPlan(
            id=row.id,
            domain=row.domain,
            entry_id=row.entry_id,
            path=row.path,
            rules=tuple(row.rules),
            signatures=tuple(row.signatures),
            brake=Brake(row.brake),
            reason=row.reason,
            held_at=row.held_at,
        )
        for row in connection.execute(query)
    ]


def held_by_brake(connection: Connection) -> tuple[dict[str, int], datetime | None]:
    """How many plans wait for a person, by brake, and since when the oldest does."""
    query = select(holds.c.brake, func.count(), func.min(holds.c.held_at, type_=holds.c.held_at.type))
    rows = connection.execute(query.where(holds.c.decision.is_(None), _WAITS).group_by(holds.c.brake)).all()
    return {row[0]: row[1] for row in rows}, min((row[2] for row in rows), default=None)


def decide(
    connection: Connection, plans: Sequence[int], decision: Decision, *, by: str, because: str, now: datetime
) -> int:
    """Record a decision on these. Gives on how many: those on which somebody decided meanwhile keep that."""
    values = {"decision": decision.value, "decided_at": now, "decided_by": by, "decided_because": because}
    undecided = update(holds).where(holds.c.id.in_(plans), holds.c.decision.is_(None))
    decided = connection.execute(undecided.values(**values).returning(holds.c.domain, holds.c.entry_id)).all()
    for row in decided:
        subject = audit.version(row.domain, row.entry_id)
        audit.append(connection, _ORDERS[decision], subject, {"reason": because}, at=now, actor=by)
    return len(decided)


def wake(connection: Connection, now: datetime, version: FileVersion | None = None) -> int:
    """Plans that were decided on are due; or that of one version, where it was. Gives how many."""
    decided = select(holds.c.domain.concat("\n").concat(holds.c.entry_id)).where(
        holds.c.decision.is_not(None),
        _WAITS,
        # One that was taken up already may wait for something else by now.
        ~_TAKEN_UP,
    )
    if version is not None:
        decided = decided.where(holds.c.domain == version.domain, holds.c.entry_id == version.entry_id)
    return lanes.hasten(connection, now, lambda key: key.in_(decided))


def wake_if_decided(connection: Connection, version: FileVersion, now: datetime) -> bool:
    """For a plan that was just put back: whoever decided on it meanwhile found it in a worker's hands."""
    mine = (holds.c.domain == version.domain) & (holds.c.entry_id == version.entry_id)
    decided = connection.execute(select(holds.c.id).where(mine, holds.c.decision.is_not(None))).first() is not None
    return decided and wake(connection, now, version) > 0
