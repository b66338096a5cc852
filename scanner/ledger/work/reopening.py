"""A version that has its verdict is looked at once more. What was recorded stays; the new verdict counts then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, delete, select, update

from scanner.ledger.dispatch import tickets
from scanner.ledger.tables import holds, steps, work
from scanner.model import OPEN_STEPS, ORDERED_STEPS, EntryId, Lane, StepState

_OPEN = [state.value for state in OPEN_STEPS]
_ORDERED = [kind.value for kind in ORDERED_STEPS]
_LEFT = case(
    (steps.c.state == StepState.INTENDED.value, StepState.FAILED.value),
    else_=StepState.SUPERSEDED.value,
)
"""An act under way may have changed something, whatever became of it."""
ANEW = "the version is judged anew"


def reopen(
    connection: Connection, domain: str, entry_id: EntryId, lane: Lane, now: datetime, *, suspect: bool = False
) -> None:
    """Work begins anew with all its attempts. Where a worker has it, or a plan of it is open, that ends here: its token
    counts no more, and what was not done of the plan is left to the new one. `suspect`: it runs alone."""
    mine = (work.c.domain == domain) & (work.c.entry_id == entry_id)
    before = connection.execute(select(work.c.state).where(mine)).scalar_one()
    opened = {"state": "queued", "lane": lane.value, "attempts": 0, "due": now, "token": None}
    unsaid = dict.fromkeys(("outcome", "done_at", "verdict_id", "gap_reason", "gap_detail"))
    connection.execute(update(work).where(mine).values(**opened, **unsaid))
    _end_plan(connection, domain, entry_id, now)
    # What a person said of the former plan says nothing of a new one; who said it stands in the audit.
    connection.execute(delete(holds).where((holds.c.domain == domain) & (holds.c.entry_id == entry_id)))
    tickets.put(connection, domain, entry_id, lane, now, suspect=suspect)
    if before in tickets.OPEN:
        # Its ticket is there already, and may rest: a plan is held for a day at a time.
        tickets.put_back(connection, domain, entry_id, now, suspect=suspect)


def noted_before(connection: Connection, domain: str, entry_id: EntryId) -> dict[str, dict[str, str]]:
    """By kind of step: what was known just before the last act of that kind, where it ended with its plan and nobody
    knows whether it was done. The new plan may find that it was."""
    mine = (steps.c.domain == domain) & (steps.c.entry_id == entry_id) & steps.c.kind.not_in(_ORDERED)
    each = connection.execute(select(steps.c.kind, steps.c.detail).where(mine).order_by(steps.c.position)).all()
    last: dict[str, dict[str, str]] = {row.kind: row.detail for row in each}
    ended = {kind: detail for kind, detail in last.items() if detail.get("why") == ANEW}
    return {kind: {key: detail[key] for key in detail if key != "why"} for kind, detail in ended.items()}


def _end_plan(connection: Connection, domain: str, entry_id: EntryId, now: datetime) -> None:
    mine = (steps.c.domain == domain) & (steps.c.entry_id == entry_id)
    left = mine & steps.c.state.in_(_OPEN) & steps.c.kind.not_in(_ORDERED)
    for step_id, noted in connection.execute(select(steps.c.id, steps.c.detail).where(left)).all():
        ended = {"state": _LEFT, "done_at": now, "detail": {**noted, "why": ANEW}}
        connection.execute(update(steps).where(steps.c.id == step_id).values(**ended))
