"""Which contents of a look back go first because anybody can reach them: found once for each generation of signatures.

A content is exposed where a version with it, judged in the stretch that is looked at, is behind a public link or lies
below a folder that is. What cannot be known without asking for each file is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Connection, and_, delete, func, insert, select, update
from sqlmodel import Field

from scanner.ledger.tables import Base, UtcDateTime, verdicts, work

PAGE = 5_000
"""Verdicts looked through in one transaction."""


class ExposedRow(Base, table=True):
    """One exposed content of a look back. Dropped when that ends."""

    __tablename__ = "retro_exposed"
    generation: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    verdict_id: int = Field(sa_type=BigInteger)
    """The newest about it, of a version that is exposed."""
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


exposed = ExposedRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Reach:
    """What public links of one domain lead to."""

    files: frozenset[str] = frozenset()
    """Group ids."""
    folders: tuple[str, ...] = ()
    """Paths; all that lies below them."""
    _below: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_below", tuple(f"{folder.lower().rstrip('/')}/" for folder in self.folders))

    def has(self, group_id: str, path: str) -> bool:
        """Names differ not by case alone (fact sheet 1.4)."""
        return group_id in self.files or path.lower().startswith(self._below)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A verdict that counts, and where its version was when it was last seen."""

    verdict_id: int
    sha256: str
    domain: str
    group_id: str
    path: str


def candidates(connection: Connection, first: int, last: int, kinds: Sequence[str]) -> list[Candidate]:
    """One page of those between two verdicts, the newest first."""
    counts = and_(
        work.c.domain == verdicts.c.domain, work.c.entry_id == verdicts.c.entry_id, work.c.verdict_id == verdicts.c.id
    )
    path = func.coalesce(work.c.seen_path, work.c.path)
    query = select(verdicts.c.id, verdicts.c.sha256, work.c.domain, work.c.group_id, path)
    query = query.select_from(verdicts.join(work, counts)).where(verdicts.c.id >= first, verdicts.c.id <= last)
    query = query.where(verdicts.c.kind.in_(kinds), verdicts.c.sha256.is_not(None))
    return [Candidate(*row) for row in connection.execute(query.order_by(verdicts.c.id.desc()).limit(PAGE))]


def among(page: Iterable[Candidate], reach: Mapping[str, Reach]) -> dict[str, int]:
    """The newest verdict for each content that is exposed. Pure."""
    found: dict[str, int] = {}
    for one in page:
        if one.domain in reach and reach[one.domain].has(one.group_id, one.path):
            found[one.sha256] = max(one.verdict_id, found.get(one.sha256, 0))
    return found


def put(connection: Connection, generation: str, found: Mapping[str, int]) -> None:
    """In place of what an earlier, cut-off try put down."""
    connection.execute(delete(exposed).where(exposed.c.generation == generation))
    rows = [{"generation": generation, "sha256": sha256, "verdict_id": of} for sha256, of in found.items()]
    if rows:
        connection.execute(insert(exposed), rows)


def passed(connection: Connection, generation: str, verdict_id: int, now: datetime) -> bool:
    """Whether that was a look at an exposed content, which is done with now."""
    mine = and_(exposed.c.generation == generation, exposed.c.verdict_id == verdict_id, exposed.c.looked_at.is_(None))
    return connection.execute(update(exposed).where(mine).values(looked_at=now)).rowcount > 0


def forget(connection: Connection, generation: str | None = None) -> None:
    """All of a generation that has ended; without one, of all."""
    dropped = delete(exposed)
    connection.execute(dropped if generation is None else dropped.where(exposed.c.generation == generation))
