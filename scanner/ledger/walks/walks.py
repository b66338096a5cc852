"""Walks as the service works on them: each method is one transaction, so that a stop anywhere costs a repeated page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, select

from scanner.ledger.databases.database import Database
from scanner.ledger.dispatch import lanes
from scanner.ledger.tables import walks, work
from scanner.ledger.walks import frontier, missed, pausing, sightings, walking
from scanner.ledger.walks.frontier import Place, PlaceKind
from scanner.ledger.walks.missed import Chunk
from scanner.ledger.walks.sightings import Sighted
from scanner.ledger.walks.walking import Walk, WalkReason
from scanner.model import FileVersion, GroupId, Lane

MOST_BACKFILLED = 2_000
"""Versions that wait in the lane of backfill: what is old is listed no faster than it is looked at, so that the ledger
holds no millions of tickets, and a pause is one soon."""

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """What one page of a folder's listing comes to, of what is wanted."""

    versions: Sequence[FileVersion]
    folders: Sequence[str] = ()
    older: Sequence[GroupId] = ()
    """Files whose older versions are to be asked for."""
    offset: int | None = None
    """Where the next page begins; None at the end."""
    again_at: datetime | None = None
    """When to ask for it, where the folder changed so much that an earlier one had to be read again."""
    page: Sequence[str] = ()
    """Ids of this one."""


class Walks:
    """Part of the ledger; `tell` is called after work was queued."""

    def __init__(self, database: Database, clock: Callable[[], datetime], tell: Callable[[], None]) -> None:
        self._db = database
        self._clock = clock
        self._tell = tell

    async def ask(self, domain: str, path: str, reason: WalkReason, *, with_versions: bool = False) -> int:
        """The id of a walk over a folder, or over EVERYTHING that is watched, that begins from now on."""
        return await self._db.run(
            lambda c: walking.ask(c, domain, path, reason, self._clock(), with_versions=with_versions)
        )

    async def ask_where_due(self, domain: str, every: timedelta | None) -> None:
        """Walks for gaps that have none yet, and for the schedule, if there is one."""

        def act(connection: Connection) -> None:
            walking.cover_gaps(connection, domain, self._clock())
            if every is not None:
                walking.ask_on_schedule(connection, domain, every, self._clock())

        await self._db.run(act)

    async def next_walk(self, domain: str, *, with_refused: bool = True, with_room: bool = False) -> Walk | None:
        """The one to go on with. Old content waits while enough of it is queued, unless `with_room` is given."""

        def act(connection: Connection) -> Walk | None:
            first = partial(walking.next_walk, connection, domain, self._clock(), with_refused=with_refused)
            walk = first(with_backfill=True)
            if walk is None or walk.reason is not WalkReason.BACKFILL or with_room:
                return walk
            # Counted only where it matters: asked for each page, it must not cost more the more is queued.
            room = lanes.waiting(connection, domain, Lane.BACKFILL) < MOST_BACKFILLED
            return walk if room else first(with_backfill=False)

        return await self._db.read(act)

    async def begin(self, walk: Walk, roots: Sequence[str]) -> Walk:
        now = self._clock()
        await self._db.run(lambda connection: walking.begin(connection, walk.id, roots, now))
        return replace(walk, begun_at=now)

    async def take_place(self, walk: Walk) -> Place | None:
        """What to ask for next. None where all is answered, or put off: then the walk waits for it."""

        def act(connection: Connection) -> Place | None:
            place = frontier.take(connection, walk.id, self._clock())
            if place is None and (due := frontier.next_due(connection, walk.id)) is not None:
                walking.wait(connection, walk.id, due)
            return place

        return await self._db.run(act)

    async def is_listed(self, walk: Walk) -> bool:
        """Nothing is left but what was refused."""
        return await self._db.read(lambda connection: frontier.next_due(connection, walk.id)) is None

    async def record(self, walk: Walk, place: Place, listed: Listed) -> Sighted:
        """A page of a folder."""

        def act(connection: Connection) -> Sighted:
            sighted = sightings.record(connection, walk, listed.versions, self._clock())
            frontier.add(connection, walk.id, PlaceKind.FOLDER, listed.folders)
            frontier.add(connection, walk.id, PlaceKind.FILE, listed.older)
            if listed.offset is None:
                frontier.drop(connection, place)
            else:
                frontier.go_on(connection, place, listed.offset, listed.page, listed.again_at)
            ended = 1 if listed.offset is None else 0
            files = len(listed.versions)
            walking.count(connection, walk.id, folders=ended, files=files, queued=sighted.queued, moved=sighted.moved)
            return sighted

        return self._told(await self._db.run(act))

    async def record_older(self, walk: Walk, place: Place, versions: Sequence[FileVersion]) -> Sighted:
        """The older versions of a file."""

        def act(connection: Connection) -> Sighted:
            queued = sightings.queue_older(connection, walk, versions, self._clock())
            frontier.drop(connection, place)
            walking.count(connection, walk.id, queued=queued)
            return Sighted(queued)

        return self._told(await self._db.run(act))

    async def path_of(self, domain: str, group_id: GroupId) -> str:
        """Where a file that a listing showed was then."""
        place = select(func.coalesce(work.c.seen_path, work.c.path)).order_by(work.c.seen_at.desc()).limit(1)
        mine = place.where(work.c.domain == domain, work.c.group_id == group_id)
        return str(await self._db.read(lambda connection: connection.execute(mine).scalar_one()))

    async def drop_place(self, walk: Walk, place: Place) -> None:
        """It went away meanwhile."""

        def act(connection: Connection) -> None:
            frontier.drop(connection, place)
            walking.count(connection, walk.id)

        await self._db.run(act)

    async def refuse(self, walk: Walk, place: Place) -> None:
        """The platform does not let us see it."""

        def act(connection: Connection) -> None:
            frontier.refuse(connection, place, self._clock())
            walking.count(connection, walk.id, unread=1)

        await self._db.run(act)

    async def put_off(self, walk: Walk, place: Place | None, until: datetime, trouble: str) -> None:
        """The place, and where there is none the whole walk, is to be asked for later."""

        def act(connection: Connection) -> None:
            if place is not None:
                frontier.put_off(connection, place, until)
            walking.put_off(connection, walk.id, until if place is None else None, trouble)

        await self._db.run(act)

    async def unread(self, walk: Walk) -> tuple[str, ...]:
        """Folders that it could not list."""
        return await self._db.read(lambda connection: frontier.refused(connection, walk.id))

    async def look_for_missed(self, walk: Walk, lies_inside: Callable[[str], bool]) -> Chunk:
        return await self._db.read(lambda connection: missed.look(connection, walk, lies_inside))

    async def record_missed(
        self, walk: Walk, chunk: Chunk, elsewhere: Iterable[FileVersion], gone: Collection[str]
    ) -> None:
        """Of the suspects, `elsewhere` are found where they are wanted, `gone` nowhere."""
        nowhere = [suspect.entry_id for suspect in chunk.suspects if suspect.entry_id in gone]

        def act(connection: Connection) -> Sighted:
            sighted = sightings.record(connection, walk, list(elsewhere), self._clock())
            missed.record(connection, walk, chunk, nowhere, self._clock())
            walking.count(connection, walk.id, queued=sighted.queued, moved=sighted.moved)
            return sighted

        self._told(await self._db.run(act))

    async def pause_backfill(self, domain: str) -> int:
        """Old content waits until a person lets it go on; gives how many walks stop."""
        return await self._db.run(lambda connection: pausing.pause(connection, domain, self._clock()))

    async def resume_backfill(self, domain: str) -> int:
        """Gives how many walks go on."""
        resumed = await self._db.run(lambda connection: pausing.resume(connection, domain, self._clock()))
        self._tell()
        return resumed

    async def known_below(self, domain: str, folder: str, *, with_versions: bool) -> int:
        """Versions below a folder that the ledger has, or files. Looks at all of the domain."""
        below = func.coalesce(work.c.seen_path, work.c.path).istartswith(folder.rstrip("/") + "/", autoescape=True)
        counted = func.count() if with_versions else func.count(work.c.group_id.distinct())
        mine = select(counted).select_from(work).where(work.c.domain == domain, below)
        return await self._db.read(lambda connection: connection.execute(mine).scalar_one())

    async def backfills(self, domain: str) -> tuple[tuple[Walk, int], ...]:
        """Walks over old content, the newest first, each with how many versions of its domain wait in that lane."""
        mine = select(walks).where(walks.c.domain == domain, walks.c.reason == WalkReason.BACKFILL.value)

        def act(connection: Connection) -> tuple[tuple[Walk, int], ...]:
            waiting = lanes.there(connection, domain, Lane.BACKFILL)
            rows = connection.execute(mine.order_by(walks.c.id.desc()).limit(MOST_SHOWN))
            return tuple((walking.walk_of(row), waiting) for row in rows)

        return await self._db.read(act)

    async def finish(self, walk: Walk) -> None:
        """Closes the gaps that waited for it."""
        await self._db.run(lambda connection: walking.finish(connection, walk, self._clock()))

    async def last_completed(self, domain: str) -> datetime | None:
        """When a walk over all that is watched last ended; None where none has."""
        last = await self._db.read(lambda connection: walking.last_whole(connection, domain))
        return None if last is None else last.finished_at

    async def first_asked(self, domain: str) -> datetime | None:
        """When a walk over all that is watched was first asked for; None where none was."""
        return await self._db.read(lambda connection: walking.first_asked(connection, domain))

    async def open(self, domain: str) -> tuple[Walk, ...]:
        rows = select(walks).where(walks.c.domain == domain, walks.c.finished_at.is_(None)).order_by(walks.c.id)
        return await self._db.read(lambda c: tuple(walking.walk_of(row) for row in c.execute(rows)))

    async def of(self, walk_id: int) -> Walk:
        row = select(walks).where(walks.c.id == walk_id)
        return await self._db.read(lambda connection: walking.walk_of(connection.execute(row).one()))

    def _told(self, sighted: Sighted) -> Sighted:
        if sighted.queued:
            self._tell()
        return sighted
