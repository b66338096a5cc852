"""What a rule or a signature brought about, version by version, and the journal of taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from scanner.ledger import queries
from scanner.ledger.orders import allowing, releasing
from scanner.ledger.rows import QuarantineRow, step_of, verdict_of, version_of
from scanner.ledger.tables import steps, verdicts, work
from scanner.model import PLANNED_STEPS, ContentFacts, Step, StepKind, StepRecord, StepState, Verdict

_DONE = (StepState.SUCCESS.value, StepState.ALREADY_DONE.value)
_PLANNED = [kind.value for kind in PLANNED_STEPS]


@dataclass(frozen=True, slots=True)
class Undoable:
    """A version that something was done about."""

    domain: str
    entry_id: str
    group_id: str
    path: str
    """Where it was when it was judged."""
    reasons: tuple[str, ...]
    content: ContentFacts | None
    steps: tuple[StepRecord, ...]
    """Of its plan, those that were done, in their order; without those that were taken back since."""
    row: QuarantineRow | None = None
    """Where it lies in quarantine."""

    @property
    def current_entry_id(self) -> str:
        """What the platform calls the version now, as far as our own acts tell."""
        known = [one.detail["entry_id"] for one in self.steps if "entry_id" in one.detail]
        return known[-1] if known else self.entry_id


def on_account_of(
    connection: Connection, name: str, *, signature: bool, since: datetime, domain: str | None
) -> list[Undoable]:
    """Versions about which something was done since a moment and for this rule or signature, and is not taken back yet;
    oldest first."""
    query = select(steps.c.domain, steps.c.entry_id, steps.c.because).where(
        steps.c.kind.in_(_PLANNED), steps.c.state.in_(_DONE), steps.c.done_at >= since
    )
    if domain is not None:
        query = query.where(steps.c.domain == domain)
    rows = connection.execute(query.order_by(steps.c.id))
    versions = dict.fromkeys((row.domain, row.entry_id) for row in rows if name in row.because)
    there = {(row.domain, row.entry_id): row for row in queries.quarantined(connection, domain)}
    found = []
    for key in versions:
        verdict = verdict_that_counts(connection, *key)
        if verdict is not None and name in _names(verdict, signatures=signature):
            found.append(_undoable(connection, verdict, there.get(key)))
    return [one for one in found if one.steps]


def of_row(connection: Connection, row: QuarantineRow) -> Undoable:
    """What was done about a version that lies in quarantine."""
    verdict = verdict_that_counts(connection, row.domain, row.entry_id)
    if verdict is None:
        done = _done(connection, row.domain, row.entry_id, row)
        return Undoable(row.domain, row.entry_id, row.group_id, row.origin, row.reasons, row.content, done, row)
    return _undoable(connection, verdict, row)


def verdict_that_counts(connection: Connection, domain: str, entry_id: str) -> Verdict | None:
    """Of a version; None where nobody has judged it."""
    mine = and_(work.c.domain == domain, work.c.entry_id == entry_id)
    version = connection.execute(select(work).where(mine)).first()
    if version is None or version.verdict_id is None:
        return None
    found = connection.execute(select(verdicts).where(verdicts.c.id == version.verdict_id)).one()
    return verdict_of(found, version_of(version))


def _names(verdict: Verdict, *, signatures: bool) -> set[str]:
    """A rule may be called like a signature: the findings tell which it was. Reasons that are no finding (why nobody
    could look) go with the rules."""
    malware = {one.name for one in verdict.findings if one.malware and one.counts}
    return malware if signatures else set(verdict.reasons) - malware


def _undoable(connection: Connection, verdict: Verdict, row: QuarantineRow | None) -> Undoable:
    version = verdict.version
    done = _done(connection, version.domain, version.entry_id, row)
    return Undoable(
        version.domain,
        version.entry_id,
        version.group_id,
        version.path,
        verdict.reasons,
        verdict.content,
        done,
        row,
    )


def _done(connection: Connection, domain: str, entry_id: str, row: QuarantineRow | None) -> tuple[StepRecord, ...]:
    mine = and_(steps.c.domain == domain, steps.c.entry_id == entry_id, steps.c.state.in_(_DONE))
    known = connection.execute(select(steps).where(mine).order_by(steps.c.position)).all()
    back = {one.params.get("step") for one in known if one.kind == StepKind.UNDO}
    return tuple(step_of(one) for one in known if one.kind in _PLANNED and _stands(one, back, row))


def _stands(step: Any, back: set[str | None], row: QuarantineRow | None) -> bool:
    if "gone" in step.detail or str(step.id) in back:
        return False
    return step.kind != StepKind.QUARANTINE or row is not None


def begin(
    connection: Connection,
    one: Undoable,
    record: StepRecord,
    *,
    by: str,
    because: str,
    until: date | None,
    now: datetime,
) -> StepRecord:
    """The intent to take a step back, or the one that was cut off; the content is allowed from then on."""
    params = {"step": str(record.id), "kind": record.step.kind.value, "reason": because, "by": by}
    mine = and_(
        steps.c.domain == one.domain,
        steps.c.entry_id == one.entry_id,
        steps.c.kind == StepKind.UNDO.value,
        steps.c.state == StepState.INTENDED.value,
    )
    open_ones = connection.execute(select(steps).where(mine)).all()
    cut_off = next((row.id for row in open_ones if row.params.get("step") == params["step"]), None)
    if cut_off is not None:
        return releasing.again(connection, cut_off)
    step = Step(StepKind.UNDO, params)
    order = releasing.intent(connection, one.domain, one.entry_id, one.group_id, step=step, now=now)
    if until is not None:
        allowing.give(connection, one, order, until, now)
    return order
