"""Events that show late, below the cursor, while the service is killed again and again: none is lost, however short the
lives and whatever they are cut off in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from scanner.cloud.port import EventPage
from scanner.events.feed import Feed
from scanner.model import Cursor, Disposition, Event, Known
from scanner.settings import EventSettings
from tests.events.places import NOON, Clock, Journal, Store, queue_all, upload

POLL = 5
LATEST = 50
"""Seconds; an event may show so late, and is looked for a minute after those above it."""
SETTINGS = EventSettings.model_validate({"start": "oldest", "page": 10, "min_interval": "5s"})


class Killed(Exception):
    pass


@dataclass
class Shown(Store):
    """Each event can be read from a moment of its own on."""

    clock: Clock = field(default_factory=Clock)
    shows_at: dict[int, datetime] = field(default_factory=dict)
    calls_left: int = 10**9

    def happen(self, delay: int) -> None:
        number = len(self.shows_at) + 1
        self.shows_at[number] = self.clock.now + timedelta(seconds=delay)
        self.events.append(replace(upload(number), occurred_at=self.clock.now))

    async def events_after(self, cursor: Cursor, count: int) -> EventPage:
        self.calls_left -= 1
        if self.calls_left <= 0:
            raise Killed
        seen = [one for one in self.events if one.id > cursor and self.shows_at[one.id] <= self.clock.now][:count]
        return EventPage(tuple(seen), Cursor(max([cursor, *(one.id for one in seen)])), len(seen) == count)


@dataclass
class Cut(Journal):
    """A kill may come just after any record, too."""

    writes_left: int = 10**9

    async def record_page(
        self, domain: str, events: Sequence[Event], cursor: Cursor, decide: Callable[[Event, Known], Disposition]
    ) -> tuple[tuple[Event, Disposition], ...]:
        settled = await super().record_page(domain, events, cursor, decide)
        self.writes_left -= 1
        if self.writes_left <= 0:
            raise Killed
        return settled


@dataclass(frozen=True)
class Life:
    polls: int
    calls: int
    writes: int
    away: int
    """Seconds until the next one."""


LIVES = st.lists(
    st.builds(Life, st.integers(1, 11), st.integers(1, 40), st.integers(1, 40), st.integers(0, 100)), max_size=12
)
DELAYS = st.lists(st.sampled_from([0, 0, 0, 0, 10, 40, LATEST]), min_size=1, max_size=30)
SHORT = [Life(5, 40, 40, 1)] * 12
CUT_OFF = [Life(1, 1, 1, 0), Life(1, 1, 1, 9), Life(1, 3, 2, 6), Life(2, 4, 3, 1), Life(1, 2, 1, 0)]


@given(lives=LIVES, delays=DELAYS, a_second=st.integers(1, 3))
@example(lives=SHORT, delays=[0] * 20 + [LATEST], a_second=2)
@example(lives=CUT_OFF, delays=[10] + [0] * 7, a_second=1)
def test_no_event_that_shows_late_is_lost_however_often_the_service_is_killed(
    lives: list[Life], delays: list[int], a_second: int
) -> None:
    asyncio.run(history(lives, delays, a_second))


async def history(lives: list[Life], delays: list[int], a_second: int) -> None:
    clock = Clock()
    store, journal = Shown(clock=clock), Cut(clock=clock)

    def pass_by(seconds: int, rate: int) -> None:
        for _ in range(seconds):
            clock.pass_by(seconds=1)
            for _ in range(rate):
                store.happen(delays[len(store.shows_at) % len(delays)])

    for life in lives:
        store.calls_left, journal.writes_left = life.calls, life.writes
        feed = Feed("acme", store, journal, queue_all, SETTINGS, clock, lambda: 0.0)
        try:
            for _ in range(life.polls):
                pass_by(POLL, a_second)
                await feed.poll()
        except Killed:
            pass
        pass_by(life.away, a_second)
    store.calls_left = journal.writes_left = 10**9
    feed = Feed("acme", store, journal, queue_all, SETTINGS, clock, lambda: 0.0)
    for _ in range(40):
        pass_by(POLL, 0)
        await feed.poll()
    assert set(store.shows_at) - set(journal.recorded) == set()
    assert clock.now > NOON
