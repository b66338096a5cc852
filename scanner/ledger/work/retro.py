"""Which contents are to be looked at again with new signatures, how far that has come, and what it leads to.

Nothing of a verdict changes while it is looked: only where malware is found, the versions with that content are judged
anew, as if they had just arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, and_, func, insert, select, update
from sqlmodel import Field

from scanner.ledger.databases.database import Database
from scanner.ledger.rows import version_of
from scanner.ledger.tables import Base, UtcDateTime, verdicts, work
from scanner.ledger.work import exposed as exposed_contents
from scanner.ledger.work.exposed import Reach, among, candidates, exposed
from scanner.ledger.work.reopening import reopen
from scanner.model import EntryId, FileVersion, Lane, VerdictKind

KINDS = (VerdictKind.CLEAN.value, VerdictKind.FLAGGED.value, VerdictKind.UNSCANNABLE.value)
"""Infected is the worst already, and what is unchecked is tried again anyway."""
MOST_HOLDERS = 20
"""Versions with one content that are tried, where the newer ones are not there any more."""
MOST_LATE = 20_000
"""Verdicts that are asked in one transaction which signatures looked; there is one each minute."""
_CURRENT = and_(
    work.c.domain == verdicts.c.domain, work.c.entry_id == verdicts.c.entry_id, work.c.verdict_id == verdicts.c.id
)

_COLUMNS = (verdicts.c.id, verdicts.c.sha256, verdicts.c.inspections)


class RetroRow(Base, table=True):
    """What was judged lately, looked at once more with these signatures: first what is exposed, then all the rest, both
    from the newest verdict to the oldest."""

    __tablename__ = "retro"
    generation: str = Field(primary_key=True)
    """Version of engine and signatures."""
    newest: int = Field(sa_type=BigInteger)
    """Verdict it began with; later ones up to which it was found out what older signatures have looked at."""
    oldest: int = Field(sa_type=BigInteger)
    """Verdict it ends with."""
    next: int = Field(sa_type=BigInteger)
    """Verdict up to which is still to be looked; below `oldest` when it is through."""
    looked: int = 0
    """Contents."""
    found: int = 0
    """Of these the ones with malware that was not known of them."""
    begun_at: datetime = Field(sa_type=UtcDateTime)
    exposed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was found out what is exposed; NULL where nobody has yet."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Through, or overtaken by newer signatures."""


retro = RetroRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Content:
    """One content, whoever holds it."""

    verdict_id: int
    """The newest one about it."""
    sha256: str
    holders: tuple[FileVersion, ...]
    """Newest verdict first."""
    looked_by: frozenset[str]
    """Versions of clamd with which it was looked at."""
    known: frozenset[str]
    """Names of the findings, also of those that did not count."""


class Retro:
    """Part of the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._db = database
        self._clock = clock
        self._wake = wake

    async def begin(self, generation: str, window: timedelta) -> bool:
        """Whether there is something to look at with these signatures. Each generation has one turn, which goes on
        where it was cut off; the very first one has nothing to make up for but what is recorded later of a look that
        older signatures had part in."""
        return await self._db.run(partial(begin, generation=generation, window=window, now=self._clock()))

    async def exposure_open(self, generation: str) -> bool:
        """Whether it is still to be found out what is exposed."""
        return await self._db.read(partial(exposure_open, generation=generation))

    async def expose(self, generation: str, reach: Mapping[str, Reach]) -> int:
        """Put first what public links lead to, by domain; gives how many contents those are. Page by page, since a
        stretch may have very many versions."""
        first, last = await self._db.read(partial(_stretch, generation=generation))
        found: dict[str, int] = {}
        while page := await self._db.read(partial(candidates, first=first, last=last, kinds=KINDS)):
            found = {**among(page, reach), **found}
            last = page[-1].verdict_id - 1
        await self._db.run(partial(_expose, generation=generation, found=found, now=self._clock()))
        return len(found)

    async def next(self, generation: str) -> Content | None:
        """The next content; None at the end."""
        return await self._db.read(partial(next_content, generation=generation))

    async def passed(self, generation: str, verdict_id: int, *, looked: bool, infected: str | None = None) -> int:
        """That content is done with. `infected`: its SHA-256, where malware was found; gives how many versions are
        judged anew on account of that."""
        act = partial(passed, generation=generation, verdict_id=verdict_id, looked=looked, infected=infected)
        reopened = await self._db.run(partial(act, now=self._clock()))
        if reopened:
            self._wake()
        return reopened

    async def end(self, generation: str) -> None:
        await self._db.run(lambda connection: _end(connection, generation, self._clock()))


def begin(connection: Connection, generation: str, window: timedelta, now: datetime) -> bool:
    known = connection.execute(select(retro).where(retro.c.generation == generation)).first()
    if known is not None:
        open_still = known.ended_at is None and known.next >= known.oldest
        return open_still or _recorded_late(connection, known) or known.ended_at is None
    first_ever = connection.scalar(select(func.count()).select_from(retro)) == 0
    ids = select(func.min(verdicts.c.id), func.max(verdicts.c.id)).where(verdicts.c.judged_at >= now - window)
    oldest, newest = connection.execute(ids).one()
    nothing = first_ever or oldest is None
    newest = newest or connection.scalar(select(func.max(verdicts.c.id))) or 0
    # Older signatures have nothing to add.
    connection.execute(update(retro).where(retro.c.ended_at.is_(None)).values(ended_at=now))
    exposed_contents.forget(connection)
    values = {"generation": generation, "newest": newest, "oldest": oldest or 0, "next": newest}
    values |= {"looked": 0, "found": 0, "begun_at": now, "ended_at": now if nothing else None}
    connection.execute(insert(retro).values(**values))
    return not nothing


def _recorded_late(connection: Connection, at: Row[Any]) -> bool:
    """Whether looks that had begun with other signatures were recorded since: these are looked at then. What newer
    signatures have overtaken has nothing to add. It ends, since each verdict is asked once."""
    if connection.execute(select(retro.c.generation).where(retro.c.begun_at > at.begun_at)).first() is not None:
        return False
    since = select(*_COLUMNS, verdicts.c.kind).where(verdicts.c.id > at.newest)
    since = since.where(verdicts.c.judged_at >= at.begun_at).order_by(verdicts.c.id)
    asked = connection.execute(since.limit(MOST_LATE)).all()
    if not asked:
        return False
    late = [row.id for row in asked if row.kind in KINDS and _looked_by(row.inspections) - {at.generation}]
    values: dict[str, Any] = {"newest": asked[-1].id}
    if late:
        values |= {"oldest": late[0], "next": late[-1], "ended_at": None}
    connection.execute(update(retro).where(retro.c.generation == at.generation).values(**values))
    return bool(late)


def exposure_open(connection: Connection, generation: str) -> bool:
    mine = retro.c.generation == generation
    return connection.execute(select(retro.c.exposed_at).where(mine)).scalar_one() is None


def _stretch(connection: Connection, generation: str) -> tuple[int, int]:
    row = connection.execute(select(retro.c.oldest, retro.c.newest).where(retro.c.generation == generation)).one()
    return row.oldest, row.newest


def _expose(connection: Connection, generation: str, found: Mapping[str, int], now: datetime) -> None:
    exposed_contents.put(connection, generation, found)
    connection.execute(update(retro).where(retro.c.generation == generation).values(exposed_at=now))


def next_content(connection: Connection, generation: str) -> Content | None:
    row = _next_exposed(connection, generation) or _next_by_age(connection, generation)
    if row is None:
        return None
    same = select(work).select_from(work.join(verdicts, _CURRENT)).where(verdicts.c.sha256 == row.sha256)
    holders = connection.execute(same.order_by(verdicts.c.id.desc()).limit(MOST_HOLDERS)).all()
    return Content(
        row.id, row.sha256, tuple(map(version_of, holders)), _looked_by(row.inspections), _known(row.inspections)
    )


def _next_exposed(connection: Connection, generation: str) -> Row[Any] | None:
    """What was judged anew since has another verdict, and goes by age if at all."""
    open_ones = and_(exposed.c.generation == generation, exposed.c.looked_at.is_(None))
    rows = select(*_COLUMNS).select_from(
        verdicts.join(work, _CURRENT).join(exposed, exposed.c.verdict_id == verdicts.c.id)
    )
    rows = rows.where(open_ones, verdicts.c.kind.in_(KINDS)).order_by(verdicts.c.id.desc())
    return connection.execute(rows.limit(1)).first()


def _next_by_age(connection: Connection, generation: str) -> Row[Any] | None:
    at = connection.execute(select(retro).where(retro.c.generation == generation)).one()
    rows = select(*_COLUMNS).select_from(verdicts.join(work, _CURRENT))
    newer = verdicts.alias()
    told = work.alias()
    # Of several versions with one content the newest stands for all: the others were passed with it.
    stands = and_(told.c.domain == newer.c.domain, told.c.entry_id == newer.c.entry_id, told.c.verdict_id == newer.c.id)
    before = select(newer.c.id).join(told, stands)
    before = before.where(newer.c.sha256 == verdicts.c.sha256, newer.c.id > verdicts.c.id, newer.c.id <= at.newest)
    rows = rows.where(verdicts.c.id <= at.next, verdicts.c.id >= at.oldest, verdicts.c.kind.in_(KINDS))
    rows = rows.where(verdicts.c.sha256.is_not(None), ~before.where(newer.c.kind.in_(KINDS)).exists())
    had = and_(exposed.c.generation == generation, exposed.c.sha256 == verdicts.c.sha256)
    rows = rows.where(~select(exposed.c.sha256).where(had, exposed.c.looked_at.is_not(None)).exists())
    return connection.execute(rows.order_by(verdicts.c.id.desc()).limit(1)).first()


def passed(
    connection: Connection, generation: str, verdict_id: int, now: datetime, *, looked: bool, infected: str | None
) -> int:
    counts: dict[str, Any] = {"looked": retro.c.looked + (1 if looked else 0)}
    if not exposed_contents.passed(connection, generation, verdict_id, now):
        counts["next"] = verdict_id - 1
    if infected is not None:
        counts["found"] = retro.c.found + 1
    connection.execute(update(retro).where(retro.c.generation == generation).values(**counts))
    if infected is None:
        return 0
    query = select(work.c.domain, work.c.entry_id).select_from(work.join(verdicts, _CURRENT))
    # Not only what has ended: a plan may be held, wait for a lock, or be in a worker's hands.
    rows = connection.execute(query.where(verdicts.c.sha256 == infected, verdicts.c.kind.in_(KINDS))).all()
    for row in rows:
        reopen(connection, row.domain, EntryId(row.entry_id), Lane.RESCAN, now)
    return len(rows)


def _end(connection: Connection, generation: str, now: datetime) -> None:
    connection.execute(update(retro).where(retro.c.generation == generation).values(ended_at=now))
    exposed_contents.forget(connection, generation)


def _looked_by(inspections: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(one["version"] for one in inspections if one["engine"] == "clamd")


def _known(inspections: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(finding["name"] for one in inspections for finding in one["findings"])
