"""Everything that is on record about a version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from scanner.ledger.queries import ITS_OWN, WITH_VERDICT, kind_of, reasons_of, verdict_row
from scanner.ledger.retention import old_events
from scanner.ledger.reuse import caching
from scanner.ledger.rows import Explanation, VerdictRow
from scanner.ledger.tables import events, steps, verdicts, work


def explain(connection: Connection, entry: str) -> list[Explanation]:
    """By entry id, or by a path: one it had when it was judged, or where a listing last showed it. By the id it is
    quick however many versions there are; by a path it passes over all of them."""
    return [_explanation(connection, row) for row in _rows(connection, entry)]


def shown(connection: Connection, entry: str) -> list[VerdictRow]:
    """The same versions, as a list has them."""
    return [verdict_row(row) for row in _rows(connection, entry)]


def _rows(connection: Connection, entry: str) -> list[Row[*tuple[Any, ...]]]:
    named = _named(connection, entry)
    groups = sorted({(row.domain, row.group_id) for row in named})
    ids = {row.entry_id for row in named}
    judged = {row.verdict_id for row in named if row.verdict_id is not None}
    found = [row for domain, group in groups for row in _of_group(connection, domain, group, ids, judged)]
    return sorted(found, key=lambda row: row.first_seen_at)


def _named(connection: Connection, entry: str) -> Sequence[Row[*tuple[Any, ...]]]:
    query = select(work.c.domain, work.c.group_id, work.c.entry_id, work.c.verdict_id)
    if entry.startswith("/"):
        return connection.execute(query.where(or_(work.c.path == entry, work.c.seen_path == entry))).all()
    # The key begins with the domain.
    return connection.execute(query.where(work.c.domain.in_(_domains(connection)), work.c.entry_id == entry)).all()


def _domains(connection: Connection) -> list[str]:
    """From one to the next by the key, not by passing over all versions."""
    found: list[str] = []
    query = select(func.min(work.c.domain))
    domain = connection.execute(query).scalar_one()
    while domain is not None:
        found.append(domain)
        domain = connection.execute(query.where(work.c.domain > domain)).scalar_one()
    return found


def _of_group(
    connection: Connection, domain: str, group: str, ids: Collection[str], judged: Collection[int]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those that were named, and those that share a verdict with one: its further entry ids."""
    mine = (work.c.domain == domain, work.c.group_id == group)
    wanted = or_(work.c.entry_id.in_(ids), work.c.verdict_id.in_(judged))
    own = or_(verdicts.c.id.is_(None), ITS_OWN)
    return connection.execute(WITH_VERDICT.where(*mine, wanted, own)).all()


def _explanation(connection: Connection, row: Row[*tuple[Any, ...]]) -> Explanation:
    def all_of(table: Any, *order: Any) -> tuple[dict[str, Any], ...]:
        mine = and_(table.c.domain == row.domain, table.c.entry_id == row.entry_id)
        return tuple(dict(one._mapping) for one in connection.execute(select(table).where(mine).order_by(*order)))

    pruned = old_events.pruned_to(connection, row.domain)
    return Explanation(
        domain=row.domain,
        path=row.path,
        group_id=row.group_id,
        entry_id=row.entry_id,
        kind=kind_of(row),
        reasons=reasons_of(row),
        state=row.state,
        outcome=row.outcome,
        starts=row.starts,
        first_seen_at=row.first_seen_at,
        done_at=row.done_at,
        waits_for=f"{row.gap_reason}: {row.gap_detail}" if row.gap_reason else None,
        events=all_of(events, events.c.epoch, events.c.event_id),
        verdicts=_with_sources(connection, all_of(verdicts, verdicts.c.id)),
        steps=all_of(steps, steps.c.position),
        listed_at=row.seen_at,
        listed_path=None if row.seen_at is None else row.seen_path or row.path,
        missed_at=row.missed_at,
        unheld_until=pruned if pruned is not None and row.first_seen_at <= pruned else None,
    )


def _with_sources(connection: Connection, judged: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Verdicts that rest on another version's look say on whose."""
    found = caching.sources(connection, [one["reused"] for one in judged if one["reused"] is not None])
    return tuple(one | {"reused": found.get(one["reused"])} for one in judged)
