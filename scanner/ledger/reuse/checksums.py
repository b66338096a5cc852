"""Checksums that listings tell of versions which wait: by them a version may do without a download."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from scanner.ledger.databases.database import Database
from scanner.ledger.rows import folder_of
from scanner.ledger.tables import work
from scanner.model import EntryId, FileVersion

NONE_TOLD = ""
"""A listing was asked, and told none: nobody asks again."""
_TELL = (
    update(work)
    .where(
        work.c.domain == bindparam("d"),
        work.c.entry_id == bindparam("e"),
        work.c.verdict_id.is_(None),
        work.c.checksum.is_(None),
    )
    .values(checksum=bindparam("c"), size=bindparam("s"))
)


class Checksums:
    """Part of the ledger: each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def before_asking(self, version: FileVersion, most: int) -> tuple[tuple[str, int] | None, int]:
        """What a listing has told of it meanwhile; and how many versions of its folder, itself included, wait for a
        look and have no checksum that anybody told, counted up to `most`."""

        def act(connection: Connection) -> tuple[tuple[str, int] | None, int]:
            told = told_of(connection, version.domain, version.entry_id)
            return told, 0 if told else waiting_beside(connection, version, most)

        return await self._db.read(act)

    async def told_of(self, domain: str, entry_id: EntryId) -> tuple[str, int] | None:
        """What a listing told of it, if it did."""
        return await self._db.read(lambda connection: told_of(connection, domain, entry_id))

    async def record(self, listed: Iterable[FileVersion], of: FileVersion, began: datetime) -> None:
        """What a listing showed that began then, for the sake of that version and those beside it. Whatever of them it
        did not show, has none."""
        await self._db.run(lambda connection: record(connection, list(listed), of, began))


def tell(connection: Connection, versions: Iterable[FileVersion]) -> None:
    """Those that are known, and wait without one."""
    rows = [{"d": one.domain, "e": one.entry_id, "c": one.checksum, "s": one.size} for one in versions if one.checksum]
    if rows:
        connection.execute(_TELL, rows)


def waiting_beside(connection: Connection, version: FileVersion, most: int) -> int:
    some = select(work.c.entry_id).where(*_beside(version)).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def told_of(connection: Connection, domain: str, entry_id: EntryId) -> tuple[str, int] | None:
    mine = (work.c.domain == domain) & (work.c.entry_id == entry_id)
    row = connection.execute(select(work.c.checksum, work.c.size).where(mine)).first()
    return None if row is None or not row.checksum or row.size is None else (row.checksum, row.size)


def record(connection: Connection, listed: list[FileVersion], of: FileVersion, began: datetime) -> None:
    tell(connection, listed)
    # What came since may be on a page that was read before.
    left = (*_beside(of), work.c.first_seen_at <= began)
    connection.execute(update(work).where(*left).values(checksum=NONE_TOLD))


def _beside(version: FileVersion) -> tuple[ColumnElement[Any], ...]:
    here = (work.c.domain == version.domain, work.c.folder == folder_of(version.path))
    return (*here, work.c.verdict_id.is_(None), work.c.done_at.is_(None), work.c.checksum.is_(None))
