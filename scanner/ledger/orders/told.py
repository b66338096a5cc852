"""Of which versions other systems were told, so that they can be told as well that a person took back what was done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from scanner.ledger.orders import undoing
from scanner.ledger.work import working
from scanner.model import EntryId, StepKind, StepRecord, StepState, Verdict


@dataclass(frozen=True, slots=True)
class Told:
    """The verdict that counts, all of its plan, and the receivers that its step `notify` queued notices for."""

    verdict: Verdict
    plan: tuple[StepRecord, ...]
    receivers: tuple[str, ...]


def of(connection: Connection, domain: str, entry_id: str) -> Told | None:
    """None where nobody was told."""
    plan = working.steps_of(connection, domain, EntryId(entry_id))
    telling = [one for one in plan if one.step.kind is StepKind.NOTIFY and one.state is StepState.SUCCESS]
    verdict = undoing.verdict_that_counts(connection, domain, entry_id) if telling else None
    if verdict is None:
        return None
    receivers = tuple(name for name in telling[-1].detail.get("receivers", "").split(",") if name)
    return Told(verdict, plan, receivers)
