"""Reads a domain's feed of events into the journal, page by page, and rests longer the longer nothing happens.

The cursor lives in the journal and moves only together with the events it covers: stopping anywhere repeats a page and
loses none. Where the platform itself lost our place, that is recorded as a gap, never passed over.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from scanner.cloud.port import EventPage, FeedRange
from scanner.errors import CloudRefused, CloudUnavailable, CursorExpired, RetryLater
from scanner.events.journal import FeedJournal, FeedState, GapReason
from scanner.events.overlap import FRESH, REREAD, Overlap, Stretch
from scanner.model import Cursor, Disposition, Event, Known, Queued
from scanner.settings import EventSettings
from scanner.tracing import Tracer, span, tell

RANGE_EVERY = timedelta(hours=1)
"""How often a quiet feed asks where the event store begins and ends: 24 calls of the 1,000 a day that a token has (fact
sheet 8.1). It keeps a cursor whose events are all filtered out from ageing out (3.5), which takes days."""
PAGES_PER_POLL = 50
"""Pages before a poll reports: the whole event store at once would take hours and all memory."""
REFUSED_WAIT = 900.0
"""Seconds until a feed that was refused is asked for again: rights may come back, but each try burns quota (8.3)."""
REMEMBER_EVERY = timedelta(seconds=10)
"""How often it is recorded how far a busy feed was read a second time."""
JITTER = 0.1
"""Share of a rest that is left to chance, so that many domains do not poll in step."""

NO_TRACES = Tracer()

Reset = Literal["first_start", "expired", "lost"]


class Source(Protocol):
    """The part of the Cloud port that a feed needs."""

    async def feed_range(self) -> FeedRange: ...
    async def events_after(self, cursor: Cursor, count: int) -> EventPage: ...


@dataclass(frozen=True, slots=True)
class Poll:
    """What one round brought."""

    settled: tuple[tuple[Event, Disposition], ...]
    """The events that were new to the journal, in order, with what becomes of them."""
    cursor: Cursor
    reset: Reset | None = None
    """Why the cursor was set anew, if it was."""
    more: bool = False
    """There is more to be had at once."""

    @property
    def outcome(self) -> Literal["success", "empty"]:
        return "success" if self.settled else "empty"


@dataclass(frozen=True, slots=True)
class _Entry:
    """The first page of a round, and the cursor that the journal held before it."""

    page: EventPage
    saved: Cursor
    reset: Reset | None = None


class Feed:
    """The feed of one domain."""

    def __init__(  # noqa: PLR0917 -- each is of a type of its own
        self,
        domain: str,
        cloud: Source,
        journal: FeedJournal,
        decide: Callable[[Event, Known], Disposition],
        settings: EventSettings,
        clock: Callable[[], datetime],
        jitter: Callable[[], float] = random.random,
        tracer: Tracer = NO_TRACES,
    ) -> None:
        self._domain = domain
        self._cloud = cloud
        self._journal = journal
        self._decide = decide
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._tracer = tracer
        self._read_in = 0.0
        """Seconds that the call took for the page at hand."""
        self._overlap = Overlap(settings.page // 2)
        self._resumed = False
        self._read_up_to = Cursor(-1)
        self._remembered_at: datetime | None = None
        self._ranged_at: datetime | None = None
        self._quiet = True

    async def poll(self) -> Poll:
        """One round: full pages until a short one, at most PAGES_PER_POLL.

        Raises RetryLater, also for a refusal. What was recorded before trouble is given first; the trouble comes again.
        """
        try:
            entry = await self._enter()
        except CloudRefused as error:
            raise RetryLater(f"the feed was refused: {error}", REFUSED_WAIT) from error
        page, settled, progress = entry.page, await self._record(entry.page, entry.saved), True
        for _ in range(PAGES_PER_POLL - 1):
            if not (page.full and progress):
                break
            asked = page.cursor
            try:
                page = await self._events_after(asked)
            except (RetryLater, CloudRefused, CursorExpired):
                break
            progress = page.cursor > asked
            settled += await self._record(page, asked)
        cursor = Cursor(max(page.cursor, entry.saved))
        settled += await self._read_again(cursor)
        await self._remember(self._overlap.settled(cursor))
        self._quiet = not settled
        return Poll(settled, cursor, entry.reset, page.full and progress)

    async def follow(
        self,
        stop: asyncio.Event,
        on_poll: Callable[[Poll], None],
        on_trouble: Callable[[RetryLater], None],
        wake: asyncio.Event,
    ) -> None:
        """Poll until `stop`: at once while there is more or when woken, else after a rest that doubles while idle.

        After trouble the other side's wish counts, and waking does not shorten it.
        """
        interval = self._settings.min_interval
        while not stop.is_set():
            wake.clear()
            try:
                poll = await self._poll_unless(stop)
            except RetryLater as error:
                on_trouble(error)
                rest = max(self._settings.min_interval, interval if error.after is None else error.after)
                interval = min(interval * 2, self._settings.max_interval)
                await _first_of(rest, stop)
                continue
            if poll is None:
                return
            on_poll(poll)
            if poll.settled:
                interval = self._settings.min_interval
            if not poll.more:
                await _first_of(self._rest(interval), stop, wake)
                # What woke us may show in the feed only later: no long rest after a poll that found nothing yet.
                interval = (
                    self._settings.min_interval if wake.is_set() else min(interval * 2, self._settings.max_interval)
                )

    def _rest(self, interval: float) -> float:
        return max(self._settings.min_interval, interval * (1 - JITTER * self._jitter()))

    async def _poll_unless(self, stop: asyncio.Event) -> Poll | None:
        """None where the order to stop came first. A page being recorded then is either recorded or read again."""
        polling = asyncio.ensure_future(self.poll())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((polling, stopping), return_when=asyncio.FIRST_COMPLETED)
            return polling.result() if polling.done() else None
        finally:
            stopping.cancel()
            if polling.cancel():
                await asyncio.wait((polling,))

    async def _enter(self) -> _Entry:
        state = await self._journal.feed_state(self._domain)
        if state is None:
            return await self._start()
        if not self._resumed:
            # When they were recorded does not matter: what showed late may have done so while nobody was looking.
            recent = await self._journal.recent_events(self._domain, self._settings.page // 2)
            self._overlap.saw((*await self._owe_what_is_owed(state.cursor), *recent), self._clock())
            self._resumed = True
        ends = await self._range_if_due()
        if ends is not None and ends.latest < state.cursor:
            return await self._go_on_from_oldest(state, ends)
        began_at = self._clock()
        for asked in dict.fromkeys((self._overlap.start(state.cursor), state.cursor)):
            try:
                page = await self._events_after(asked)
            except CursorExpired:
                continue
            self._overlap.read(began_at)
            # `ends` was read before this empty page: nothing up to its latest id is still to come to us.
            if ends is not None and not page.events and ends.latest > page.cursor:
                page = EventPage((), ends.latest, full=False)
            return _Entry(page, state.cursor)
        return await self._go_on_from_oldest(state, await self._range())

    async def _start(self) -> _Entry:
        ends = await self._range()
        if self._settings.start == "oldest":
            saved, page = await self._oldest_page(ends)
        else:
            saved, page = ends.latest, await self._latest_page(ends)
        await self._journal.start_feed(self._domain, saved)
        await self._remember(saved, now=True)
        return _Entry(page, saved, "first_start")

    async def _go_on_from_oldest(self, state: FeedState, ends: FeedRange) -> _Entry:
        """Our place is gone: aged out, or never was in a domain restored from a backup (fact sheet 3.5)."""
        reason: GapReason = "lost" if ends.latest < state.cursor else "expired"
        saved, page = await self._oldest_page(ends)
        until = page.events[0].occurred_at if page.events and reason == "expired" else self._clock()
        await self._journal.record_gap(self._domain, reason, state.seen_at, until, saved)
        self._overlap.forget()
        self._read_up_to = Cursor(-1)
        await self._remember(saved, now=True)
        return _Entry(page, saved, reason)

    async def _oldest_page(self, ends: FeedRange) -> tuple[Cursor, EventPage]:
        """Ids are strictly after: the oldest event comes only with the id before it, which may be refused (3.1). In a
        domain without events that would be below nought, which is no id."""
        for asked in (Cursor(max(ends.oldest - 1, 0)), ends.oldest, ends.latest):
            try:
                return asked, await self._events_after(asked)
            except CursorExpired:
                continue
        raise CloudUnavailable("the feed accepts neither its oldest nor its latest event id")

    async def _latest_page(self, ends: FeedRange) -> EventPage:
        """What came after the latest event, whose id may have aged out with it (fact sheet 10, row 11)."""
        try:
            return await self._events_after(ends.latest)
        except CursorExpired:
            return EventPage((), ends.latest, full=False)

    async def _range_if_due(self) -> FeedRange | None:
        due = self._ranged_at is None or self._clock() - self._ranged_at >= RANGE_EVERY
        return await self._range() if self._quiet and due else None

    async def _range(self) -> FeedRange:
        ends = await self._cloud.feed_range()
        self._ranged_at = self._clock()
        return ends

    async def _events_after(self, cursor: Cursor) -> EventPage:
        began = time.perf_counter()
        page = await self._cloud.events_after(cursor, self._settings.page)
        self._read_in = time.perf_counter() - began
        return page

    async def _journalled(self, page: EventPage) -> tuple[tuple[Event, Disposition], ...]:
        """What the page has is on record. Its trace is sent in any case where versions will point to it."""
        with self._tracer.polling(self._read_in, domain=self._domain, cursor=page.cursor):
            with span("record"):
                settled = await self._journal.record_page(self._domain, page.events, page.cursor, self._decide)
            queued = sum(isinstance(what, Queued) for _, what in settled)
            tell(keep=queued > 0, events=len(settled), queued=queued)
            return settled

    async def _owe_what_is_owed(self, cursor: Cursor) -> tuple[int, ...]:
        """By an earlier life of ours: what is old enough is read at once, so that a life need not last for a minute.
        Gives where the rest of it begins."""
        now = self._clock()
        owed = await self._journal.owed(self._domain, now - REREAD)
        if owed is None:
            return ()
        first, last = owed
        if last is not None:
            self._overlap.owe_again(Stretch(first, last, now - 2 * REREAD, now - 2 * REREAD))
            first = last + 1
        return (first,) if first <= cursor else ()

    async def _read_again(self, cursor: Cursor) -> tuple[tuple[Event, Disposition], ...]:
        """A minute of a busy feed, once more. What shows later than that is left to reconciling."""
        stretch = self._overlap.second_reading(self._clock())
        if stretch is None:
            return ()
        found: tuple[tuple[Event, Disposition], ...] = ()
        asked = Cursor(stretch.first - 1)
        try:
            for _ in range(PAGES_PER_POLL):
                page = await self._events_after(asked)
                if page.events:
                    found += await self._journalled(page)
                if page.cursor >= stretch.last or page.cursor <= asked:
                    return found
                asked = page.cursor
                # Page by page: also of a long stretch something is done in a life that is short.
                await self._remember(min(asked, self._overlap.settled(cursor)), now=True)
        except CursorExpired:
            return found
        except (CloudRefused, RetryLater):
            pass
        self._overlap.owe_again(replace(stretch, first=asked + 1))
        return found

    async def _remember(self, up_to: Cursor, *, now: bool = False) -> None:
        """Every few seconds is enough: what is read twice for that costs a page at most."""
        moment = self._clock()
        lately = self._remembered_at is not None and abs(moment - self._remembered_at) < REMEMBER_EVERY
        if up_to <= self._read_up_to or (lately and not now):
            return
        await self._journal.read_again(self._domain, up_to)
        self._read_up_to, self._remembered_at = up_to, moment

    async def _record(self, page: EventPage, saved: Cursor) -> tuple[tuple[Event, Disposition], ...]:
        if page.events:
            settled = await self._journalled(page)
            now = self._clock()
            fresh = now - max(event.occurred_at for event in page.events) <= FRESH
            # From the id on that follows our place: what shows late may lie below all that the page has.
            first = (saved + 1,) if page.cursor > saved else ()
            self._overlap.saw((*first, *(event.id for event in page.events)), now, fresh=fresh)
            return settled
        if page.cursor > saved:
            await self._journal.advance(self._domain, page.cursor)
            # What was passed over may hold an event that shows late.
            self._overlap.saw((saved + 1,), self._clock())
        return ()


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, at most so many seconds."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
