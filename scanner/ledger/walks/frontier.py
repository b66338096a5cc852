"""What a walk has still to ask for, until it is answered: folders to list, files of which older versions are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from scanner.ledger.databases.upsert import upsert
from scanner.ledger.tables import frontier


class PlaceKind(StrEnum):
    """What is asked for at one place of a walk's frontier."""

    FOLDER = "folder"
    FILE = "file"
    """Its older versions."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that a walk has still to ask for."""

    id: int
    kind: PlaceKind
    path: str
    """Of a file its group id."""
    offset: int
    """Where the next page of its listing begins."""
    page: tuple[str, ...]
    """Ids of the page listed last."""
    tries: int
    """Calls that failed, or led a step back."""


def add(connection: Connection, walk_id: int, kind: PlaceKind, paths: Iterable[str]) -> None:
    rows = [{"walk_id": walk_id, "kind": kind.value, "path": path, "offset": 0, "tries": 0} for path in paths]
    if rows:
        connection.execute(upsert(frontier).on_conflict_do_nothing(), rows)


def take(connection: Connection, walk_id: int, now: datetime) -> Place | None:
    """A folder listed in part first, then the newest: depth first, so that the frontier stays small. What arrives in it
    from now on may come too late."""
    open_ = and_(frontier.c.walk_id == walk_id, frontier.c.refused_at.is_(None))
    due = and_(open_, or_(frontier.c.due_at.is_(None), frontier.c.due_at <= now))
    begun = select(frontier).where(due, frontier.c.offset > 0).limit(1)
    newest = select(frontier).where(due).order_by(frontier.c.id.desc()).limit(1)
    row = connection.execute(begun).first() or connection.execute(newest).first()
    if row is None:
        return None
    if row.page is None:
        connection.execute(update(frontier).where(frontier.c.id == row.id).values(page=[]))
    return Place(row.id, PlaceKind(row.kind), row.path, row.offset, tuple(row.page or ()), row.tries)


def next_due(connection: Connection, walk_id: int) -> datetime | None:
    """When something put off can be asked for; None where nothing is left but what was refused."""
    open_ = select(func.min(frontier.c.due_at, type_=frontier.c.due_at.type))
    left: datetime | None = connection.execute(
        open_.where(frontier.c.walk_id == walk_id, frontier.c.refused_at.is_(None))
    ).scalar()
    return left


def put_off(connection: Connection, place: Place, until: datetime) -> None:
    mine = frontier.c.id == place.id
    connection.execute(update(frontier).where(mine).values(due_at=until, tries=frontier.c.tries + 1))


def refuse(connection: Connection, place: Place, now: datetime) -> None:
    """A folder that may not be listed is kept until the end; a file is not asked for again."""
    mine = frontier.c.id == place.id
    if place.kind is PlaceKind.FOLDER:
        connection.execute(update(frontier).where(mine).values(refused_at=now))
    else:
        drop(connection, place)


def go_on(connection: Connection, place: Place, offset: int, page: Iterable[str], again_at: datetime | None) -> None:
    """The next page of a folder begins at `offset`; it is asked for at `again_at`, if that was a step back."""
    tries = place.tries + (again_at is not None)
    values = {"offset": offset, "page": list(page), "due_at": again_at, "tries": tries}
    connection.execute(update(frontier).where(frontier.c.id == place.id).values(**values))


def drop(connection: Connection, place: Place) -> None:
    connection.execute(delete(frontier).where(frontier.c.id == place.id))


def drop_all(connection: Connection, walk_id: int) -> None:
    connection.execute(delete(frontier).where(frontier.c.walk_id == walk_id))


def refused(connection: Connection, walk_id: int) -> tuple[str, ...]:
    refused = select(frontier.c.path).where(frontier.c.walk_id == walk_id, frontier.c.refused_at.is_not(None))
    return tuple(connection.scalars(refused))


def nobody_came(paths: Iterable[str]) -> ColumnElement[bool]:
    """Folders of these paths that nobody has begun to list."""
    untouched = and_(frontier.c.page.is_(None), frontier.c.refused_at.is_(None), frontier.c.due_at.is_(None))
    return and_(frontier.c.kind == PlaceKind.FOLDER.value, frontier.c.path.in_(list(paths)), untouched)
