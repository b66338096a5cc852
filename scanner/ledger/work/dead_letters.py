"""Versions given up after all attempts: which there are and why, and the way back into the queue.

What was recorded of them stays: the new look adds a verdict of its own, and it is that one which counts then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from scanner.ledger.databases.database import Database
from scanner.ledger.proofs import audit
from scanner.ledger.tables import steps, verdicts, work
from scanner.ledger.work.reopening import reopen
from scanner.model import EntryId, Lane, StepKind, StepState, Unchecked

AT_ONCE = 500
"""Versions put back in one transaction."""
_REASON = verdicts.c.reasons[0].as_string()
"""The one that outweighs the others."""
_PARKED = work.join(verdicts, and_(verdicts.c.id == work.c.verdict_id, work.c.state == "parked"))

_RELEASED = (
    exists()
    .where(
        *(steps.c.domain == verdicts.c.domain, steps.c.entry_id == verdicts.c.entry_id),
        *(steps.c.kind.in_((StepKind.RELEASE.value, StepKind.UNDO.value)), steps.c.planned_at >= verdicts.c.judged_at),
        steps.c.state.in_((StepState.INTENDED.value, StepState.SUCCESS.value, StepState.ALREADY_DONE.value)),
    )
    .correlate(verdicts)
)


@dataclass(frozen=True, slots=True)
class Group:
    """Versions of one domain that were given up for one reason."""

    domain: str
    reason: str
    versions: int
    since: datetime
    """When the first of them was given up."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which ones are meant; all that is given must hold."""

    domain: str | None = None
    reason: str | None = None
    entries: tuple[EntryId, ...] = ()
    before: datetime | None = None
    """Given up before that."""
    but_released: bool = False
    """Not those that a person let out of quarantine, or undid something of, since they were given up: looked at again
    to no avail, they would be quarantined again."""

    def holds(self) -> ColumnElement[bool]:
        wanted = [work.c.state == "parked"]
        if self.domain is not None:
            wanted.append(work.c.domain == self.domain)
        if self.reason is not None:
            wanted.append(self.reason == _REASON)
        if self.entries:
            wanted.append(work.c.entry_id.in_(self.entries))
        if self.before is not None:
            wanted.append(work.c.done_at < self.before)
        if self.but_released:
            wanted.append(~_RELEASED)
        return and_(*wanted)


class DeadLetters:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._db = database
        self._clock = clock
        self._wake = wake

    async def groups(self) -> list[Group]:
        """All that are given up now, by domain and reason."""
        return await self._db.read(groups)

    async def put_back(self, choice: Choice, most: int | None = None) -> list[EntryId]:
        """To be looked at again, those given up longest ago first; gives which. Each transaction takes some of them:
        workers get at the ledger in between, and cut off, it may be repeated for the rest."""
        begun, back = self._clock(), list[EntryId]()
        while most is None or len(back) < most:
            room = AT_ONCE if most is None else min(AT_ONCE, most - len(back))
            some = await self._db.run(partial(put_back, choice=choice, most=room, begun=begun, now=self._clock()))
            back += some
            if not some:
                break
            self._wake()
        return back

    async def ended_well(self, domain: str, entries: Sequence[EntryId]) -> bool | None:
        """Whether one of these has an outcome by now that is not giving up; None where that is still open."""
        return await self._db.read(partial(ended_well, domain=domain, entries=entries))


def groups(connection: Connection) -> list[Group]:
    query = select(work.c.domain, _REASON, func.count(), func.min(work.c.done_at)).select_from(_PARKED)
    query = query.group_by(work.c.domain, _REASON).order_by(work.c.domain, _REASON)
    return [Group(*row) for row in connection.execute(query)]


def put_back(connection: Connection, choice: Choice, most: int, begun: datetime, now: datetime) -> list[EntryId]:
    """Up to `most`, given up before it was `begun`: what is given up anew meanwhile is not taken a second time."""
    query = select(work.c.domain, work.c.entry_id, work.c.lane, _REASON.label("reason")).select_from(_PARKED)
    query = query.where(choice.holds(), work.c.done_at <= begun)
    rows = connection.execute(query.order_by(work.c.done_at, work.c.entry_id).limit(most)).all()
    for row in rows:
        # What took the process down, or led to an error nobody foresaw, may do so again: nothing runs beside it.
        suspect = row.reason == Unchecked.POISON.value
        reopen(connection, row.domain, EntryId(row.entry_id), Lane(row.lane), now, suspect=suspect)
        subject = audit.version(row.domain, row.entry_id)
        audit.append(connection, audit.Action.REQUEUE, subject, {"reason": row.reason}, at=now)
    return [EntryId(row.entry_id) for row in rows]


def ended_well(connection: Connection, domain: str, entries: Sequence[EntryId]) -> bool | None:
    mine = (work.c.domain == domain) & work.c.entry_id.in_(entries)
    states = set(connection.scalars(select(work.c.state).where(mine)))
    if "done" in states:
        return True
    return False if states <= {"parked"} else None
