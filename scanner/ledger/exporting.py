"""Every version on record, page by page: memory for one page, however long the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, tuple_

from scanner.ledger.queries import ITS_OWN, WITH_VERDICT, verdict_row
from scanner.ledger.rows import VerdictRow
from scanner.ledger.tables import verdicts, work

PAGE = 1_000
_ENDED_UNSEEN = ("gone", "superseded")
Place = tuple[str, str]
"""Domain and entry id."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One version as a list of verdicts has it, and what a list leaves out."""

    row: VerdictRow
    ended: str | None
    """How it ended where nobody looked, so that there is no verdict: gone, superseded."""
    first_seen_at: datetime

    @property
    def place(self) -> Place:
        return self.row.domain, self.row.entry_id


def page(connection: Connection, domain: str | None, after: Place | None, most: int = PAGE) -> list[Exported]:
    """The versions that follow one, in the order of domains and entry ids. A further entry id of a version is shown by
    the one it was judged under."""
    query = WITH_VERDICT.where(or_(verdicts.c.id.is_(None), ITS_OWN))
    if domain is not None:
        query = query.where(work.c.domain == domain)
    if after is not None:
        types = [work.c.domain.type, work.c.entry_id.type]
        query = query.where(tuple_(work.c.domain, work.c.entry_id) > tuple_(*after, types=types))
    rows = connection.execute(query.order_by(work.c.domain, work.c.entry_id).limit(most))
    return [_exported(row) for row in rows]


def _exported(row: Row[*tuple[Any, ...]]) -> Exported:
    unseen = row.kind is None and row.outcome in _ENDED_UNSEEN
    return Exported(verdict_row(row), row.outcome if unseen else None, row.first_seen_at)
