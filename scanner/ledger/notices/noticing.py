"""The queue of notices: filled in the transaction of the step that tells, emptied by whoever hands them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.notices.notice_tables import notices
from scanner.ledger.work import working
from scanner.model import Run, StepResult, StepState

OPEN, TAKEN, GIVEN_UP = "open", "taken", "given_up"
LONGEST_TROUBLE = 200
Telling = tuple[Sequence[str], Mapping[str, Any]]
"""Names of receivers, and the event for them."""


@dataclass(frozen=True, slots=True)
class DueNotice:
    """One that may be handed over now."""

    id: int
    receiver: str
    event: dict[str, Any]
    tries: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeState:
    """One as a command shows it."""

    id: int
    receiver: str
    domain: str
    entry_id: str
    state: str
    tries: int
    queued_at: datetime
    due_at: datetime
    trouble: str


def put(
    connection: Connection,
    run: Run,
    step_id: int,
    receivers: Sequence[str],
    event: Mapping[str, Any],
    *,
    now: datetime,
    waiting: str = "",
) -> StepResult:
    """One notice for each receiver, and the step's result, which is given. `waiting`: what the event says of that, so
    that it is known to be owed an update."""
    owed = {"waiting": waiting} if waiting else {}
    told = StepResult(StepState.SUCCESS, {"receivers": ",".join(receivers), **owed})
    if not receivers:
        told = StepResult(StepState.FAILED, {"error": "no receiver is configured under notify"})
    working.begin_step(connection, run, step_id, now)
    queue(connection, (run.version.domain, run.version.entry_id), step_id, (receivers, event), now)
    working.record_step(connection, run, step_id, told, now)
    return told


def queue(connection: Connection, version: tuple[str, str], step_id: int, telling: Telling, now: datetime) -> None:
    """One notice for each of the receivers, on account of a step of a version, which is its domain and entry id. Of one
    step each is told once."""
    receivers, event = telling
    domain, entry_id = version
    row = {"domain": domain, "entry_id": entry_id, "step_id": step_id, "event": dict(event)}
    row |= {"state": OPEN, "tries": 0, "queued_at": now, "due_at": now}
    for name in receivers:
        # A plan that is done anew, in a domain restored from a backup, tells nobody twice.
        connection.execute(upsert(notices).values({**row, "receiver": name}).on_conflict_do_nothing())


def due(connection: Connection, receiver: str, now: datetime, most: int) -> list[DueNotice]:
    """Oldest first."""
    mine = select(notices).where(notices.c.receiver == receiver, notices.c.state == OPEN, notices.c.due_at <= now)
    rows = connection.execute(mine.order_by(notices.c.due_at, notices.c.id).limit(most))
    return [DueNotice(row.id, row.receiver, row.event, row.tries, row.queued_at) for row in rows]


def end(connection: Connection, notice_id: int, state: str, trouble: str, now: datetime) -> None:
    """Taken, or given up."""
    values = {"state": state, "ended_at": now, "tries": notices.c.tries + 1, "trouble": trouble[:LONGEST_TROUBLE]}
    connection.execute(update(notices).where(notices.c.id == notice_id, notices.c.state == OPEN).values(**values))


def retry_at(connection: Connection, notice_id: int, due_at: datetime, trouble: str) -> None:
    values = {"due_at": due_at, "tries": notices.c.tries + 1, "trouble": trouble[:LONGEST_TROUBLE]}
    connection.execute(update(notices).where(notices.c.id == notice_id, notices.c.state == OPEN).values(**values))


def reopen(connection: Connection, now: datetime) -> int:
    """What was given up is tried again, and what waits is tried now, on a person's word. Gives how many."""
    again = update(notices).where(notices.c.state.in_((OPEN, GIVEN_UP)))
    values = {"state": OPEN, "due_at": now, "queued_at": now, "ended_at": None}
    return connection.execute(again.values(**values)).rowcount


def backlog(connection: Connection) -> tuple[int, datetime | None]:
    """How many are open, and since when the oldest is."""
    query = select(func.count(), func.min(notices.c.queued_at, type_=notices.c.queued_at.type))
    count, oldest = connection.execute(query.where(notices.c.state == OPEN)).one()
    return count, oldest


def listed(connection: Connection, most: int) -> list[NoticeState]:
    """All that were not taken, oldest first."""
    query = select(notices).where(notices.c.state != TAKEN).order_by(notices.c.id).limit(most)
    return [
        NoticeState(
            row.id, row.receiver, row.domain, row.entry_id, row.state, row.tries, row.queued_at, row.due_at,
            row.trouble or "",
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def prune(connection: Connection, before: datetime, most: int = 1_000) -> int:
    """Drop some of those that ended before a moment; gives how many."""
    old = select(notices.c.id).where(notices.c.state != OPEN, notices.c.ended_at < before).limit(most)
    return connection.execute(delete(notices).where(notices.c.id.in_(old.scalar_subquery()))).rowcount
