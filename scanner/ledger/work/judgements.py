"""What was decided about other versions, for steps that depend on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from scanner.ledger.tables import verdicts, work
from scanner.model import EntryId, Judgement, VerdictKind


def judgements(connection: Connection, domain: str, entry_ids: Sequence[EntryId]) -> Mapping[EntryId, Judgement]:
    """By entry id, by the verdict that counts; versions without one are missing."""
    query = (
        select(work.c.entry_id, verdicts.c.kind, verdicts.c.sha512, verdicts.c.size)
        .join(verdicts, verdicts.c.id == work.c.verdict_id)
        .where(work.c.domain == domain, work.c.entry_id.in_(entry_ids))
    )
    return {
        EntryId(row.entry_id): Judgement(VerdictKind(row.kind), row.sha512, row.size)
        for row in connection.execute(query)
    }
