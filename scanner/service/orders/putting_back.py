"""Takes back, step by step, what was done about one version, but for its move into quarantine: each with its intent in
the journal first, the last one first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scanner.cloud.port import Cloud
from scanner.ledger.ledger import Ledger
from scanner.ledger.notices.noticing import Telling
from scanner.ledger.orders.undoing import Undoable
from scanner.model import Account, EntryId, FileVersion, GroupId, StepKind, StepRecord, StepResult, StepState
from scanner.remediation.step import UndoOrder
from scanner.remediation.steps import STEPS, undo
from scanner.settings import DomainSettings

Back = tuple[StepKind, StepResult]
_DONE = (StepState.SUCCESS, StepState.ALREADY_DONE)


def undoable(one: Undoable) -> tuple[StepRecord, ...]:
    """Steps that can be taken back, in the order of that."""
    return tuple(record for record in reversed(one.steps) if STEPS[record.step.kind].undo is not None)


def lost(one: Undoable) -> tuple[tuple[StepKind, str], ...]:
    """What cannot be taken back, and why."""
    return tuple(
        (record.step.kind, STEPS[record.step.kind].undoing)
        for record in one.steps
        if STEPS[record.step.kind].undo is None and not _was_nothing(record)
    )


def _was_nothing(record: StepRecord) -> bool:
    """There was no link to delete."""
    return record.step.kind is StepKind.REVOKE_LINKS and not record.detail.get("links")


async def put_back(
    one: Undoable,
    domain: DomainSettings,
    cloud: Cloud,
    account: Account,
    ledger: Ledger,
    *,
    reason: str,
    by: str,
    until: date | None = None,
    close: Telling | None = None,
) -> list[Back]:
    """`until`: the last day on which what was found in the content does not count; None where that is given elsewhere.
    `close`: whom to tell once all is taken back, and what; None where that is told elsewhere. A step that cannot be
    taken back is FAILED, and the others are done all the same. Raises RetryLater: a repeat goes on there."""
    version = FileVersion(one.domain, GroupId(one.group_id), EntryId(one.current_entry_id), one.path)
    results: list[Back] = []
    records = [record for record in undoable(one) if record.step.kind is not StepKind.QUARANTINE]
    for record in records:
        allowed = until if not results else None
        order = await ledger.undos.begin(one, record, by=by, because=reason, until=allowed)
        given = UndoOrder(domain.quarantine_folder, account, reason, by, one.content, order.id)
        result = await undo(cloud, version, record, given)
        results.append((record.step.kind, result))
        complete = len(results) == len(records) and not failures(results)
        await ledger.undos.record(order.id, result, close if complete else None)
    return results


def failures(back: Sequence[Back]) -> list[str]:
    """What could not be taken back, as sentences."""
    return [f"{kind}: {result.detail.get('error', '')}" for kind, result in back if result.state not in _DONE]
