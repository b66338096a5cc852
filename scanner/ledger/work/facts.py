"""What was learnt of each version judged: kept with its verdict for a while, read page by page, dropped in small steps.

Of a version judged several times, what belongs to the verdict that counts is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Select, Text, and_, cast, delete, func, insert, select

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import facts, verdicts, work
from scanner.model import ContentFacts, EntryId, FileVersion, GroupId, Inspection, Learnt, Verdict, VerdictKind

PAGE = 500
"""Versions read, or rows dropped, in one transaction."""
_INSERT = insert(facts)
_VERSION = [work.c[name] for name in ("domain", "entry_id", "group_id", "path", "action", "action_source", "actor")]
_VERSION += [work.c.uploaded_at, work.c.size]
_INSPECTIONS = TypeAdapter(tuple[Inspection, ...])


@dataclass(frozen=True, slots=True)
class Judged:
    """One version, the verdict that counts, and what was learnt for it."""

    verdict_id: int
    version: FileVersion
    judged_at: datetime
    kind: VerdictKind
    content: ContentFacts | None
    """None where there was no content to look at."""
    written: str
    """The inspections as they are stored: read only where they matter, since that takes longer than all the rest."""
    learnt: Learnt | None

    @property
    def inspections(self) -> tuple[Inspection, ...]:
        return _INSPECTIONS.validate_python(json.loads(self.written))

    def may_name(self, finding: str) -> bool:
        """Whether it is worth looking for a finding of this name; names of rules have no characters to be escaped."""
        return f'"{finding}"' in self.written


def record(connection: Connection, verdict_id: int, verdict: Verdict, now: datetime) -> None:
    """In the transaction of the verdict."""
    for inspection in verdict.inspections:
        if inspection.learnt is not None:
            connection.execute(_INSERT, _values(verdict_id, inspection.learnt, now))


def renew(connection: Connection, verdict_id: int, learnt: Learnt, now: datetime) -> None:
    """In place of what was learnt before, if anything was."""
    values = _values(verdict_id, learnt, now)
    statement = upsert(facts).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=[facts.c.verdict_id], set_=values))


def _values(verdict_id: int, learnt: Learnt, now: datetime) -> dict[str, Any]:
    return {"verdict_id": verdict_id, "form": learnt.form, "packed": learnt.packed, "learnt_at": now}


def prune(connection: Connection, before: datetime) -> int:
    """Drop a page of what was learnt before a moment, the oldest first; gives how much that was."""
    old = select(facts.c.verdict_id).where(facts.c.learnt_at < before).order_by(facts.c.learnt_at).limit(PAGE)
    return connection.execute(delete(facts).where(facts.c.verdict_id.in_(old))).rowcount


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first verdict since a moment to the newest at the time of asking: later ones do not come into it."""

    domain: str | None
    first: int
    last: int
    versions: int


def stretch(connection: Connection, since: datetime, domain: str | None) -> Stretch:
    ids = select(func.min(verdicts.c.id), func.max(verdicts.c.id)).where(verdicts.c.judged_at >= since)
    first, last = connection.execute(ids).one()
    found = Stretch(domain, first or 0, last or 0, 0)
    count = connection.execute(_within(select(func.count()), found, found.first - 1)).scalar_one()
    return Stretch(domain, found.first, found.last, count)


def page(connection: Connection, of: Stretch, after: int) -> list[Judged]:
    """The versions that follow a verdict, in the order of their verdicts; none at the end."""
    return [_judged(row) for row in connection.execute(page_query(of, after))]


def page_query(of: Stretch, after: int) -> Select[Any]:
    query = select(
        *_VERSION,
        verdicts.c.id,
        verdicts.c.judged_at,
        verdicts.c.kind,
        verdicts.c.size,
        verdicts.c.sha256,
        verdicts.c.sha512,
        verdicts.c.mime,
        cast(verdicts.c.inspections, Text),
        facts.c.form,
        facts.c.packed,
    )
    return _within(query, of, after).order_by(verdicts.c.id).limit(PAGE)


def _within(query: Select[Any], of: Stretch, after: int) -> Select[Any]:
    counts = and_(
        work.c.domain == verdicts.c.domain, work.c.entry_id == verdicts.c.entry_id, work.c.verdict_id == verdicts.c.id
    )
    whole = verdicts.join(work, counts).outerjoin(facts, facts.c.verdict_id == verdicts.c.id)
    query = query.select_from(whole).where(verdicts.c.id > after, verdicts.c.id <= of.last)
    # Not the column itself: SQLite would begin with all work of the domain, and sort it anew for each page.
    return query if of.domain is None else query.where(verdicts.c.domain + "" == of.domain)


def _judged(row: Sequence[Any]) -> Judged:
    """By position, in the order of the query: by name it would take twice as long, for each version."""
    domain, entry_id, group_id, path, action, source, actor, uploaded_at, known_size, *of_verdict = row
    verdict_id, judged_at, kind, size, sha256, sha512, mime, written, form, packed = of_verdict
    group, entry = GroupId(group_id), EntryId(entry_id)
    version = FileVersion(domain, group, entry, path, action, source, actor, uploaded_at, known_size)
    content = None if sha256 is None else ContentFacts(size, sha256, sha512, mime)
    learnt = None if packed is None else Learnt(form, packed)
    return Judged(verdict_id, version, judged_at, VerdictKind(kind), content, written, learnt)
