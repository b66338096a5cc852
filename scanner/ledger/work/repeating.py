"""What a plan would only do once more, of a version that could not be looked at again for the same reasons."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, select

from scanner.ledger.tables import steps
from scanner.model import ORDERED_STEPS, TELLING_STEPS, FileVersion, Plan, StepKind, StepState, Verdict, VerdictKind

_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)
_ONCE = frozenset({StepKind.COMMENT, StepKind.NOTIFY, StepKind.TOMBSTONE})
"""Each of these is one thing more for people to read."""


def untold(connection: Connection, verdict: Verdict, plan: Plan) -> Plan:
    """The plan without what people were told already: each second chance would tell it again. All of it stays where
    something is to be done that was not done then, or where a person took back what was."""
    if verdict.kind is not VerdictKind.UNCHECKED or not plan.steps:
        return plan
    done = _done_for(connection, verdict.version, list(plan.rules))
    if any(step.kind not in TELLING_STEPS | done for step in plan.steps):
        return plan
    return replace(plan, steps=tuple(step for step in plan.steps if step.kind not in _ONCE & done))


def _done_for(connection: Connection, version: FileVersion, reasons: list[str]) -> frozenset[StepKind]:
    """Since it last was otherwise: judged for other reasons, or changed by a person's order."""
    mine = (steps.c.domain == version.domain) & (steps.c.entry_id == version.entry_id)
    done = set[StepKind]()
    for row in connection.execute(select(steps).where(mine).order_by(steps.c.position)):
        if row.kind in ORDERED_STEPS or row.because != reasons:
            done.clear()
        elif row.state in _DONE:
            done.add(StepKind(row.kind))
    return frozenset(done)
