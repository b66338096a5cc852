"""The journal of persons' orders about what lies in quarantine: outside any run, so guarded by the steps that are there
already."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, update

from scanner.errors import LedgerUnavailable
from scanner.ledger.notices import noticing
from scanner.ledger.notices.noticing import Telling
from scanner.ledger.orders import allowing
from scanner.ledger.proofs import audit
from scanner.ledger.rows import QuarantineRow, step_of
from scanner.ledger.tables import steps
from scanner.ledger.work import aliases
from scanner.ledger.work.intake import queue_versions
from scanner.model import Lane, Step, StepKind, StepRecord, StepResult, StepState

_DONE = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_ORDER = (steps.c.domain, steps.c.entry_id, steps.c.params, steps.c.kind)
_ACTIONS = {
    StepKind.RELEASE.value: audit.Action.RELEASE,
    StepKind.PURGE.value: audit.Action.PURGE,
    StepKind.UNDO.value: audit.Action.UNDO,
}
_ENDING = (StepKind.RELEASE.value, StepKind.PURGE.value)
"""What takes a file out of quarantine."""


def begin(
    connection: Connection, row: QuarantineRow, step: Step, now: datetime, allowed_until: date | None = None
) -> StepRecord:
    """A new intent, or the one that an interrupted release left; its content is allowed from now on."""
    order = ordered(connection, row, step, now)
    if allowed_until is not None:
        allowing.give(connection, row, order, allowed_until, now)
    return order


def ordered(connection: Connection, row: QuarantineRow, step: Step, now: datetime) -> StepRecord:
    """The intent of a person's order about a file in quarantine: a new one, or the one that was cut off. Raises
    LedgerUnavailable where one was carried out, or another is under way: nobody knows then how far."""
    mine = (steps.c.domain == row.domain) & (steps.c.entry_id == row.entry_id)
    orders = connection.execute(select(steps).where(mine, steps.c.kind.in_(_ENDING), steps.c.id > row.id)).all()
    for one in orders:
        if one.state in _DONE:
            raise LedgerUnavailable(f"{row.path} was {one.kind}d already.")
    open_one = next((one for one in orders if one.state == StepState.INTENDED), None)
    if open_one is not None and open_one.kind != step.kind:
        raise LedgerUnavailable(f"{row.path} is about to be {open_one.kind}d. Order that again, to see how it ends.")
    if open_one is not None:
        return again(connection, open_one.id)
    return intent(connection, row.domain, row.entry_id, row.group_id, step=step, now=now)


def again(connection: Connection, step_id: int) -> StepRecord:
    """An order that was cut off, and is tried once more."""
    tried = update(steps).where(steps.c.id == step_id).values(tries=steps.c.tries + 1)
    return step_of(connection.execute(tried.returning(*steps.c)).one())


def intent(
    connection: Connection, domain: str, entry_id: str, group_id: str, *, step: Step, now: datetime
) -> StepRecord:
    """A person's order as the next step of a version, before the act."""
    mine = (steps.c.domain == domain) & (steps.c.entry_id == entry_id)
    position = connection.execute(select(func.max(steps.c.position)).where(mine)).scalar_one() + 1
    values = {
        "domain": domain,
        "entry_id": entry_id,
        "group_id": group_id,
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
    return step_of(connection.execute(insert(steps).values(**values).returning(*steps.c)).one())


def record(
    connection: Connection, step_id: int, result: StepResult, now: datetime, closing: Telling | None = None
) -> None:
    """How an order ended, and the newer version that it met. Two people may carry out the same order at once: the
    success of one stands, whatever the other found. `closing`: what to tell, and whom, where it was carried out."""
    changed = update(steps).where(steps.c.id == step_id, steps.c.state.not_in(_DONE))
    values = {"state": result.state.value, "detail": dict(result.detail), "done_at": now}
    done = connection.execute(changed.values(**values).returning(*_ORDER)).first()
    if done is not None:
        given = done.params
        said = {"result": result.state.value, "reason": given.get("reason", ""), "told": dict(result.detail)}
        subject, actor = audit.version(done.domain, done.entry_id), given.get("by") or audit.SERVICE
        audit.append(connection, _ACTIONS[done.kind], subject, said, at=now, actor=actor)
        aliases.record(connection, done.domain, done.entry_id, result, now)
        if result.state not in _DONE:
            allowing.withdraw_failed(connection, step_id, now)
        elif closing is not None:
            noticing.queue(connection, (done.domain, done.entry_id), step_id, closing, now)
    if result.superseded_by is not None:
        queue_versions(connection, [result.superseded_by], Lane.LIVE, now)


def links_deleted(connection: Connection, row: QuarantineRow) -> tuple[str, ...]:
    """Ids of links to the file that the plan of its quarantine took back. None of them can be made again: a new link
    has another address."""
    mine = (steps.c.domain == row.domain) & (steps.c.entry_id == row.entry_id)
    query = select(steps.c.detail).where(mine, steps.c.kind == StepKind.REVOKE_LINKS.value)
    found = [detail.get("links", "") for detail in connection.scalars(query)]
    return tuple(one for links in found for one in links.split(",") if one)
