"""Looks at contents on which later versions with the same content may rest, and what speaks against such looks.

A look is found only by all of: the platform's checksum letter by letter, the size, and the generation of the engines.
Only a worker that read and hashed the bytes itself keeps one; a verdict that rests on another's look never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlmodel import Field

from scanner.ledger.proofs import audit
from scanner.ledger.rows import verdict_of, version_of
from scanner.ledger.tables import Base, BigKey, UtcDateTime, facts, verdicts, work
from scanner.ledger.work.reopening import reopen
from scanner.model import EntryId, FileVersion, Lane, Learnt, Verdict, VerdictKind

PAGE = 500
"""Rows dropped, or versions put back, in one transaction."""
LOOKED_INTO_AGAIN = (VerdictKind.CLEAN.value, VerdictKind.FLAGGED.value, VerdictKind.UNSCANNABLE.value)
"""Verdicts in doubt: infected is the worst already, and what is unchecked rests on nobody's look."""


class CacheRow(Base, table=True):
    """One look that may stand for others. Dropped when it is old."""

    __tablename__ = "cache"
    __table_args__ = (Index("ix_cache_key", "checksum", "size", "generation"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    checksum: str
    size: int = Field(sa_type=BigInteger)
    generation: str
    verdict_id: int = Field(sa_type=BigInteger, index=True)
    """Which tells what was seen."""
    kept_at: datetime = Field(sa_type=UtcDateTime, index=True)


class DoubtRow(Base, table=True):
    """Something that speaks against looks that were kept. Holds until a person settles it; never dropped."""

    __tablename__ = "cache_doubts"
    __table_args__ = (Index("ix_cache_doubts_settled_at", "settled_at"),)
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    kind: str
    domain: str
    generation: str
    entry_id: str
    """The version that was looked at all the same."""
    verdict_id: int = Field(sa_type=BigInteger)
    """On whose look it would have rested; 0 where on none."""
    detail: str
    raised_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = None
    settled_because: str | None = None


cache = CacheRow.__table__  # type: ignore[attr-defined]
doubts = DoubtRow.__table__  # type: ignore[attr-defined]
_CURRENT = and_(
    work.c.domain == verdicts.c.domain, work.c.entry_id == verdicts.c.entry_id, work.c.verdict_id == verdicts.c.id
)
# Made once: each version asks, and to put a statement together takes longer than to carry it out.
_KEEP = insert(cache)
_NEWEST = (
    select(cache.c.verdict_id)
    .where(
        cache.c.checksum == bindparam("c"),
        cache.c.size == bindparam("s"),
        cache.c.generation == bindparam("g"),
        cache.c.kept_at >= bindparam("n"),
    )
    .order_by(cache.c.id.desc())
    .limit(1)
)


class Why(StrEnum):
    """What a doubt is about, and with it how far it reaches."""

    CONTENT = "content"
    """The platform had another content under this checksum and size: what it tells of that domain is not believed."""
    VERDICT = "verdict"
    """Engines of one generation said two things of one content: what that generation has seen is not believed."""


class Absent(StrEnum):
    """Why there is no look to rest on."""

    UNKNOWN = "unknown"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Key:
    """By which a look is found."""

    checksum: str
    size: int
    generation: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A look, all of it."""

    verdict_id: int
    verdict: Verdict
    """Of the version for whose sake somebody looked."""
    judged_at: datetime
    generation: str
    learnt: Learnt | None
    """None where that was dropped since."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A doubt: `version` was looked at, and is not what was told of it, or what the look that was kept says."""

    why: Why
    version: FileVersion
    kept: Kept | None
    generation: str
    detail: str


@dataclass(frozen=True, slots=True)
class DoubtNote:
    """One doubt, as it is shown."""

    id: int
    why: Why
    domain: str
    generation: str
    entry_id: str
    detail: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in the cache."""

    looks: int
    oldest: datetime | None
    reused: int
    """Verdicts that rest on one, of all that are on record."""
    doubts: tuple[DoubtNote, ...]
    """Open ones."""


def keep(connection: Connection, verdict_id: int, verdict: Verdict, now: datetime) -> None:
    """In the transaction of the verdict. Does nothing for a look that cannot stand for others."""
    content = verdict.content
    if not verdict.generation or verdict.reused is not None or content is None or not content.checksum:
        return
    values = {"checksum": content.checksum, "size": content.size, "generation": verdict.generation}
    connection.execute(_KEEP, {**values, "verdict_id": verdict_id, "kept_at": now})


def find(connection: Connection, domain: str, key: Key, since: datetime) -> Kept | Absent:
    """The newest look since a moment, for a version of that domain."""
    asked = {"c": key.checksum, "s": key.size, "g": key.generation, "n": since}
    verdict_id = connection.execute(_NEWEST, asked).scalar_one_or_none()
    if verdict_id is None:
        return Absent.UNKNOWN
    if _is_doubted(connection, domain, key.generation):
        return Absent.DOUBTED
    row = connection.execute(select(verdicts).where(verdicts.c.id == verdict_id)).one()
    mine = (work.c.domain == row.domain) & (work.c.entry_id == row.entry_id)
    of = connection.execute(select(work).where(mine)).one()
    learnt = connection.execute(select(facts.c.form, facts.c.packed).where(facts.c.verdict_id == verdict_id)).first()
    found = None if learnt is None else Learnt(learnt.form, learnt.packed)
    return Kept(verdict_id, verdict_of(row, version_of(of)), row.judged_at, key.generation, found)


def doubt(connection: Connection, raised: Raised, now: datetime) -> None:
    """From now on nothing rests on such looks."""
    version = raised.version
    about = {"domain": version.domain, "entry_id": version.entry_id, "generation": raised.generation}
    rests = {"verdict_id": 0 if raised.kept is None else raised.kept.verdict_id}
    values = {"kind": raised.why.value, **about, **rests, "detail": raised.detail[:1000], "raised_at": now}
    connection.execute(insert(doubts).values(**values))
    said = {"differs": raised.why.value, "generation": raised.generation, "detail": raised.detail}
    audit.append(connection, audit.Action.CACHE, audit.version(version.domain, version.entry_id), said, at=now)


def settle(connection: Connection, ids: Sequence[int], by: str, because: str, now: datetime) -> int:
    """A person has seen to them; gives how many of them were open."""
    values: dict[str, Any] = {"settled_at": now, "settled_by": by, "settled_because": because}
    open_ones = (doubts.c.id.in_(ids), doubts.c.settled_at.is_(None))
    settled = connection.execute(update(doubts).where(*open_ones).values(**values)).rowcount
    if settled:
        said = {"settled": list(ids), "because": because}
        audit.append(connection, audit.Action.CACHE, "cache", said, at=now, actor=by)
    return settled


def note_forgotten(connection: Connection, by: str, because: str, now: datetime) -> None:
    audit.append(connection, audit.Action.CACHE, "cache", {"forgotten": "all", "because": because}, at=now, actor=by)


def put_back(connection: Connection, now: datetime) -> int:
    """Some of the versions whose verdict rests on a look that is doubted, to be looked at for their own sake. Gives how
    many; to be asked again until that is none."""
    reached = or_(
        and_(doubts.c.kind == Why.CONTENT.value, doubts.c.domain == verdicts.c.domain),
        and_(doubts.c.kind == Why.VERDICT.value, doubts.c.generation == cache.c.generation),
    )
    # Not only what has ended: a plan may be held, wait for a lock, or be in a worker's hands.
    resting = (verdicts.c.reused.is_not(None), verdicts.c.kind.in_(LOOKED_INTO_AGAIN))
    query = (
        select(work.c.domain, work.c.entry_id)
        .select_from(verdicts.join(work, _CURRENT).outerjoin(cache, cache.c.verdict_id == verdicts.c.reused))
        .where(*resting, select(doubts.c.id).where(doubts.c.settled_at.is_(None), reached).exists())
        .distinct()
        .limit(PAGE)
    )
    rows = connection.execute(query).all()
    for row in rows:
        reopen(connection, row.domain, EntryId(row.entry_id), Lane.RESCAN, now)
    return len(rows)


def prune(connection: Connection, before: datetime) -> int:
    """Drop some looks from before a moment, the oldest first; gives how many."""
    old = select(cache.c.id).where(cache.c.kept_at < before).order_by(cache.c.kept_at).limit(PAGE)
    return connection.execute(delete(cache).where(cache.c.id.in_(old))).rowcount


def contents(connection: Connection) -> Contents:
    looks, oldest = connection.execute(
        select(func.count(), func.min(cache.c.kept_at, type_=cache.c.kept_at.type)).select_from(cache)
    ).one()
    reused = connection.execute(select(func.count()).where(verdicts.c.reused.is_not(None))).scalar_one()
    return Contents(looks, oldest, reused, tuple(map(_note, _open(connection))))


def sources(connection: Connection, verdict_ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Whose looks these verdicts are, by id, as `verdicts explain` tells it."""
    query = select(verdicts.c.id, verdicts.c.domain, verdicts.c.entry_id, verdicts.c.judged_at)
    rows = connection.execute(query.where(verdicts.c.id.in_(verdict_ids)))
    return {row.id: {"domain": row.domain, "entry_id": row.entry_id, "judged_at": row.judged_at} for row in rows}


def open_doubts(connection: Connection) -> int:
    return connection.execute(select(func.count()).where(doubts.c.settled_at.is_(None))).scalar_one()


def _open(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(doubts).where(doubts.c.settled_at.is_(None)).order_by(doubts.c.id)).all()


def _note(row: Row[Any]) -> DoubtNote:
    return DoubtNote(row.id, Why(row.kind), row.domain, row.generation, row.entry_id, row.detail, row.raised_at)


def _is_doubted(connection: Connection, domain: str, generation: str) -> bool:
    about = or_(
        and_(doubts.c.kind == Why.CONTENT.value, doubts.c.domain == domain),
        and_(doubts.c.kind == Why.VERDICT.value, doubts.c.generation == generation),
    )
    found = select(doubts.c.id).where(doubts.c.settled_at.is_(None), about).limit(1)
    return connection.execute(found).first() is not None
