"""Walks that the ledger asks for: folders are listed, what nobody knows is queued, and what is missing is looked for.

One step at a time, each recorded before the next, the most urgent walk first: a folder that arrives waits for one page
of a long walk, and a stop anywhere costs a page. A folder that fails again and again is put off longer and longer, and
alone: it must neither use up the day's calls nor keep the rest of the domain from being scanned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from scanner.cloud.port import Cloud, Priority
from scanner.errors import CloudRefused, NotFound, RetryLater, Throttled
from scanner.events.intake import Scope, wants_path
from scanner.events.listing import Mark, Stretch, next_stretch
from scanner.ledger.walks.frontier import Place, PlaceKind
from scanner.ledger.walks.missed import Chunk
from scanner.ledger.walks.walking import EVERYTHING, SWEEPING, Walk
from scanner.ledger.walks.walks import Listed, Walks
from scanner.metrics import Metrics
from scanner.model import FileVersion, GroupId, Lane
from scanner.service.assembly import Parts
from scanner.settings.units import inside

log = structlog.get_logger("scanner.service")

FIRST_REST = 60.0
LONGEST_REST = 3_600.0
"""Seconds until a folder that failed is asked for again; each further failure doubles it."""
MOST_FAILED = 3
"""Calls that may fail one after the other before a domain has a rest of its own."""
MOST_REFUSED = 2
"""Folders that may not be listed, asked for in one turn, when many become due at once: after a long stop, say."""
_PRIORITIES = {Lane.RECONCILE: Priority.RECONCILE, Lane.BACKFILL: Priority.BACKFILL}


def walker_of(parts: Parts) -> Walker:
    clouds = {name: domain.cloud for name, domain in parts.stations.domains.items()}
    every = parts.settings.reconcile.every
    return Walker(
        parts.stations.ledger.walks,
        clouds,
        parts.scopes,
        parts.clock,
        parts.metrics,
        None if every is None else timedelta(seconds=every),
    )


class Walker:
    """For all domains of a service. How often a domain failed is forgotten with the process; all else is on record."""

    def __init__(  # noqa: PLR0917 -- each is of a type of its own
        self,
        walks: Walks,
        clouds: Mapping[str, Cloud],
        scopes: Mapping[str, Scope],
        clock: Callable[[], datetime],
        metrics: Metrics,
        every: timedelta | None = None,
    ) -> None:
        """`every`: how long after a walk over all that is watched the next one is asked for; None for never."""
        self._walks = walks
        self._clouds = clouds
        self._scopes = scopes
        self._clock = clock
        self._metrics = metrics
        self._every = every
        self._failures: dict[str, int] = {}
        self._rests: dict[str, datetime] = {}
        self.held_back = False
        """Old content was left to be listed, since enough of it is queued."""

    async def turn(self) -> None:
        """Every walk that is open, as far as nothing has to wait. Raises the first RetryLater, when all have had their
        turn."""
        self.held_back = False
        async with asyncio.TaskGroup() as group:
            turns = [group.create_task(self.walk_domain(name)) for name in self._clouds]
        for trouble in filter(None, (turn.result() for turn in turns)):
            raise trouble

    async def walk_domain(self, domain: str) -> RetryLater | None:
        """The first thing that has to wait."""
        if self._rests.get(domain, self._clock()) > self._clock():
            return None
        await self._walks.ask_where_due(domain, self._every)
        first: RetryLater | None = None
        refused = 0
        while walk := await self._walks.next_walk(domain, with_refused=refused < MOST_REFUSED):
            refused += walk.begun_at is None and walk.refused_at is not None
            try:
                if await self._step(walk):
                    self._failures.pop(domain, None)
            except RetryLater as error:
                first = first or error
                if await self._must_rest(walk, error):
                    return first
        self.held_back |= await self._walks.next_walk(domain, with_refused=False, with_room=True) is not None
        return first

    async def _must_rest(self, walk: Walk, error: RetryLater) -> bool:
        """Whether the domain has to: it is throttled, or away."""
        failures = self._failures[walk.domain] = self._failures.get(walk.domain, 0) + 1
        if not isinstance(error, Throttled) and failures < MOST_FAILED:
            return False
        seconds = _rest(failures // MOST_FAILED, error) if error.after is None else error.after
        until = self._in(seconds)
        self._rests[walk.domain] = until
        await self._walks.put_off(walk, None, until, str(error))
        log.warning("walk.waiting", domain=walk.domain, path=walk.path, reason=str(error), after=seconds)
        return True

    async def _step(self, walk: Walk) -> bool:
        """Whether the platform answered."""
        if walk.begun_at is None:
            walk = await self._walks.begin(walk, self._roots(walk))
        place = await self._walks.take_place(walk)
        if place is not None:
            await self._answer(walk, place)
            return True
        if await self._walks.is_listed(walk) and (walk.reason not in SWEEPING or await self._look_for_missed(walk)):
            await self._finish(walk)
        return False

    def _roots(self, walk: Walk) -> list[str]:
        return list(self._scopes[walk.domain].watch) if walk.path == EVERYTHING else [walk.path]

    async def _answer(self, walk: Walk, place: Place) -> None:
        ask = self._list if place.kind is PlaceKind.FOLDER else self._ask_for_older
        try:
            await ask(walk, place)
        except NotFound as error:
            if self._is_watched(walk, place):
                await self._refused(walk, place, error)
            else:
                await self._walks.drop_place(walk, place)
        except CloudRefused as error:
            await self._refused(walk, place, error)
        except Throttled:
            raise
        except RetryLater as error:
            until = self._in(_rest(place.tries, error))
            await self._walks.put_off(walk, place, until, str(error))
            log.warning("walk.put_off", domain=walk.domain, path=place.path, reason=str(error), until=until.isoformat())
            raise

    def _is_watched(self, walk: Walk, place: Place) -> bool:
        """One that is not found may be hidden from us: that must not pass for a folder without anything new."""
        watched = {folder.lower() for folder in self._scopes[walk.domain].watch}
        return place.kind is PlaceKind.FOLDER and place.path.lower() in watched

    async def _refused(self, walk: Walk, place: Place, error: CloudRefused) -> None:
        log.warning("walk.unread", domain=walk.domain, path=place.path, reason=str(error))
        await self._walks.refuse(walk, place)

    async def _list(self, walk: Walk, place: Place) -> None:
        if not wants_path(self._scopes[walk.domain], place.path + "/"):
            await self._walks.drop_place(walk, place)
            return
        cloud, mark = self._clouds[walk.domain], Mark(place.offset, place.page)
        stretch = await next_stretch(cloud, place.path, _PRIORITIES[walk.lane], mark)
        listed = self._wanted(walk, place, stretch)
        sighted = await self._walks.record(walk, place, listed)
        self._metrics.walked(walk.reason, len(listed.versions), sighted.queued, sighted.moved)

    def _wanted(self, walk: Walk, place: Place, stretch: Stretch) -> Listed:
        wants = partial(wants_path, self._scopes[walk.domain])
        files = [info for info in stretch.files if wants(info.path)]
        older = [info.group_id for info in files if walk.with_versions and info.num_versions > 1]
        folders = [one.path for one in stretch.folders if _is_below(one.path, place.path) and wants(one.path + "/")]
        mark = stretch.mark
        return Listed(
            versions=[info.version_in(walk.domain) for info in files],
            folders=folders,
            older=older,
            offset=None if mark is None else mark.offset,
            again_at=None if mark is None or mark.offset > place.offset else self._in(_rest(place.tries)),
            page=() if mark is None else mark.page,
        )

    async def _ask_for_older(self, walk: Walk, place: Place) -> None:
        group_id = GroupId(place.path)
        *older, _ = await self._clouds[walk.domain].versions(group_id, priority=_PRIORITIES[walk.lane])
        path = await self._walks.path_of(walk.domain, group_id)
        versions = [
            FileVersion(
                *(walk.domain, group_id, one.entry_id, path, "listing"),
                uploaded_at=one.uploaded_at,
                size=one.size,
                checksum=one.checksum,
            )
            for one in older
        ]
        sighted = await self._walks.record_older(walk, place, versions)
        self._metrics.walked_older(len(versions), sighted.queued)

    async def _look_for_missed(self, walk: Walk) -> bool:
        """Among some more versions of the domain; whether that were all."""
        unread = await self._walks.unread(walk)
        chunk = await self._walks.look_for_missed(walk, partial(self._should_have_shown, walk, unread))
        elsewhere, gone = await self._ask_for_suspects(walk, chunk)
        await self._walks.record_missed(walk, chunk, elsewhere, gone)
        return chunk.swept is None

    def _should_have_shown(self, walk: Walk, unread: tuple[str, ...], path: str) -> bool:
        if walk.path != EVERYTHING and not inside(path, walk.path):
            return False
        return wants_path(self._scopes[walk.domain], path) and not any(inside(path, folder) for folder in unread)

    async def _ask_for_suspects(self, walk: Walk, chunk: Chunk) -> tuple[list[FileVersion], set[str]]:
        """Current versions of files that are elsewhere in what is watched; entry ids of versions nobody finds."""
        elsewhere: list[FileVersion] = []
        gone: set[str] = set()
        for suspect in chunk.suspects:
            try:
                info = await self._clouds[walk.domain].file(suspect.group_id, priority=Priority.RECONCILE)
            except NotFound:
                gone.add(suspect.entry_id)
            except CloudRefused as error:
                log.warning("walk.unread", domain=walk.domain, group_id=suspect.group_id, reason=str(error))
            else:
                if wants_path(self._scopes[walk.domain], info.path):
                    elsewhere.append(info.version_in(walk.domain))
        return elsewhere, gone

    def _in(self, seconds: float) -> datetime:
        return self._clock() + timedelta(seconds=seconds)

    async def _finish(self, walk: Walk) -> None:
        await self._walks.finish(walk)
        done = await self._walks.of(walk.id)
        self._metrics.walk_ended(done.missed, done.gone)
        log.info(
            "walk.finished",
            domain=walk.domain,
            path=walk.path or "everything watched",
            why=walk.reason.value,
            folders=done.folders,
            files=done.files,
            queued=done.queued,
            moved=done.moved,
            missed=done.missed,
            gone=done.gone,
            unread=done.unread,
        )


def _rest(failures: int, error: RetryLater | None = None) -> float:
    wished = error.after if error is not None else None
    return max(min(FIRST_REST * 2.0 ** min(failures, 20), LONGEST_REST), wished or 0.0)


def _is_below(path: str, folder: str) -> bool:
    """A listing that names its own folder, or another, would lead round in circles."""
    return inside(path, folder.rstrip("/")) and path.casefold() != folder.casefold()
