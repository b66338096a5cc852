"""The journal of releases: a person's order, outside any run, so guarded by the steps that are there already."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, update

from scanner.errors import LedgerUnavailable
from scanner.ledger import aliases, allowing, audit
from scanner.ledger.intake import queue_versions
from scanner.ledger.rows import QuarantineRow, step_of
from scanner.ledger.tables import steps
from scanner.model import Lane, Step, StepKind, StepRecord, StepResult, StepState

_DONE = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_RELEASE = (steps.c.domain, steps.c.entry_id, steps.c.params)


def begin(
    connection: Connection, row: QuarantineRow, step: Step, now: datetime, allowed_until: date | None = None
) -> StepRecord:
    """A new intent, or the one that an interrupted release left; its content is allowed from now on."""
    order = _order(connection, row, step, now)
    if allowed_until is not None:
        allowing.give(connection, row, order, allowed_until, now)
    return order


def _order(connection: Connection, row: QuarantineRow, step: Step, now: datetime) -> StepRecord:
    mine = (steps.c.domain == row.domain) & (steps.c.entry_id == row.entry_id)
    releases = connection.execute(
        select(steps).where(mine, steps.c.kind == StepKind.RELEASE.value, steps.c.id > row.id)
    ).all()
    if any(one.state in _DONE for one in releases):
        raise LedgerUnavailable(f"{row.path} was released already.")
    open_one = next((one for one in releases if one.state == StepState.INTENDED), None)
    if open_one is not None:
        return step_of(open_one)
    position = connection.execute(select(func.max(steps.c.position)).where(mine)).scalar_one() + 1
    values = {
        "domain": row.domain,
        "entry_id": row.entry_id,
        "group_id": row.group_id,
        "position": position,
        "kind": step.kind.value,
        "params": dict(step.params),
        "because": [],
        "state": StepState.INTENDED.value,
        "detail": {},
        "tries": 1,
        "planned_at": now,
        "intended_at": now,
    }
    key = connection.execute(insert(steps), values).inserted_primary_key
    assert key is not None
    return step_of(connection.execute(select(steps).where(steps.c.id == key[0])).one())


def record(connection: Connection, step_id: int, result: StepResult, now: datetime) -> None:
    """How a release ended, and the newer version that it met. Two people may carry out the same order at once: the
    success of one stands, whatever the other found."""
    changed = update(steps).where(steps.c.id == step_id, steps.c.state.not_in(_DONE))
    values = {"state": result.state.value, "detail": dict(result.detail), "done_at": now}
    released = connection.execute(changed.values(**values).returning(*_RELEASE)).first()
    if released is not None:
        ordered = released.params
        said = {"result": result.state.value, "reason": ordered.get("reason", ""), "told": dict(result.detail)}
        subject, actor = audit.version(released.domain, released.entry_id), ordered.get("by") or audit.SERVICE
        audit.append(connection, audit.Action.RELEASE, subject, said, at=now, actor=actor)
        aliases.record(connection, released.domain, released.entry_id, result, now)
        if result.state not in _DONE:
            allowing.withdraw_failed(connection, step_id, now)
    if result.superseded_by is not None:
        queue_versions(connection, [result.superseded_by], Lane.LIVE, now)


def links_deleted(connection: Connection, row: QuarantineRow) -> tuple[str, ...]:
    """Ids of links to the file that the plan of its quarantine took back. None of them can be made again: a new link
    has another address."""
    mine = (steps.c.domain == row.domain) & (steps.c.entry_id == row.entry_id)
    query = select(steps.c.detail).where(mine, steps.c.kind == StepKind.REVOKE_LINKS.value)
    found = [detail.get("links", "") for detail in connection.scalars(query)]
    return tuple(one for links in found for one in links.split(",") if one)
