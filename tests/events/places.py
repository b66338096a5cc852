"""An event store with the platform's open questions as switches, and a journal that keeps the ledger's promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scanner.cloud.port import EventPage, FeedRange
from scanner.errors import CursorExpired, ScannerError
from scanner.events.intake import Scope, decide
from scanner.events.journal import GapReason
from scanner.model import Cursor, Disposition, EntryId, Event, GroupId, Known

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def upload(number: int) -> Event:
    """The creation of a file; events are a second apart."""
    return Event(
        number,
        NOON + timedelta(seconds=number),
        "file_system",
        "create",
        target_path=f"/Shared/{number}.txt",
        group_id=GroupId(f"g{number}"),
        entry_id=EntryId(f"e{number}"),
    )


@dataclass
class Store:
    """Events strictly after an id; 404 before the oldest (fact sheet 3.1, 3.2; section 10, rows 8 to 11)."""

    events: list[Event] = field(default_factory=list)
    oldest: int = 1
    hidden_latest: int = 0
    """Id of an event that exists but is filtered out for us."""
    before_oldest_is_fine: bool = True
    trouble: list[ScannerError | None] = field(default_factory=list)
    """What the next calls for events raise."""
    asked: list[int] = field(default_factory=list)
    ranges: int = 0

    @property
    def latest(self) -> int:
        return max([self.hidden_latest, self.oldest - 1, *(event.id for event in self.events)])

    def forget_before(self, oldest: int) -> None:
        self.oldest = oldest
        self.events = [event for event in self.events if event.id >= oldest]

    async def feed_range(self) -> FeedRange:
        self.ranges += 1
        return FeedRange(Cursor(self.oldest), Cursor(self.latest), NOON)

    async def events_after(self, cursor: Cursor, count: int) -> EventPage:
        self.asked.append(cursor)
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble is not None:
            raise trouble
        if cursor < self.oldest - (1 if self.before_oldest_is_fine else 0):
            raise CursorExpired(f"{cursor} is older than {self.oldest}")
        found = sorted((event for event in self.events if event.id > cursor), key=lambda event: event.id)[:count]
        return EventPage(tuple(found), Cursor(max([cursor, *(event.id for event in found)])), len(found) == count)


@dataclass(frozen=True)
class State:
    cursor: Cursor
    seen_at: datetime | None = None


@dataclass
class Journal:
    """What the ledger promises a feed, for one domain."""

    state: State | None = None
    recorded: dict[int, Disposition] = field(default_factory=dict)
    gaps: list[tuple[GapReason, datetime | None, datetime | None]] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: NOON
    recorded_at: dict[int, datetime] = field(default_factory=dict)
    read_up_to: int | None = None

    async def feed_state(self, domain: str) -> State | None:
        return self.state

    async def recent_events(self, domain: str, most: int) -> tuple[int, ...]:
        newest = sorted(self.recorded)[-most:] if most else []
        last = max(self.recorded_at.values(), default=NOON)
        lately = [one for one, at in self.recorded_at.items() if at >= last - timedelta(minutes=1)]
        return tuple(sorted({*newest, *lately}))

    async def owed(self, domain: str, before: datetime) -> tuple[int, int | None] | None:
        if self.read_up_to is None:
            return None
        ids = [one for one, at in self.recorded_at.items() if one > self.read_up_to and at <= before]
        return self.read_up_to + 1, max(ids, default=None)

    async def read_again(self, domain: str, up_to: int) -> None:
        self.read_up_to = max(up_to, -1 if self.read_up_to is None else self.read_up_to)

    async def start_feed(self, domain: str, cursor: Cursor) -> None:
        self.state = State(cursor)

    async def record_page(
        self, domain: str, events: Sequence[Event], cursor: Cursor, decide: Callable[[Event, Known], Disposition]
    ) -> tuple[tuple[Event, Disposition], ...]:
        assert self.state is not None
        new = tuple((event, decide(event, Known())) for event in events if event.id not in self.recorded)
        self.recorded.update((event.id, disposition) for event, disposition in new)
        self.recorded_at.update((event.id, self.clock()) for event, _ in new)
        seen = [event.occurred_at for event, _ in new]
        newest = max([*seen, *([self.state.seen_at] if self.state.seen_at else [])], default=None)
        self.state = State(max(self.state.cursor, cursor), newest)
        return new

    async def record_gap(
        self, domain: str, reason: GapReason, since: datetime | None, until: datetime | None, cursor: Cursor
    ) -> None:
        assert self.state is not None
        self.gaps.append((reason, since, until))
        self.read_up_to = None
        if reason == "lost":
            self.recorded, self.recorded_at = {}, {}
        self.state = State(cursor, self.state.seen_at)

    async def advance(self, domain: str, cursor: Cursor) -> None:
        assert self.state is not None
        self.state = State(max(self.state.cursor, cursor), self.state.seen_at)


def queue_all(event: Event, known: Known) -> Disposition:
    return decide(event, Scope("acme", ("/Shared",), (), 77), known)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)
