"""The domain-wide event store behind /events: monotonic ids with gaps, retention by count and age, late visibility.

An event exists from the moment of the act but shows only from `shows_at` on; ids below the newest visible one may
still appear (row 14), as in any store that commits in parallel.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import DAY_MS
from emulator.switches import Switches

FIRST_ID = 512_090


@dataclass(frozen=True, slots=True)
class Event:
    """`paths` is where it happened, for the folder filter; `object_path` the URL path of object_detail, if any."""

    id: int
    at: int
    shows_at: int
    actor_id: int
    user_id: int
    client_id: str
    source: str
    type: str
    action: str
    data: dict[str, Any]
    paths: tuple[str, ...] = ()
    object_path: str | None = None
    attributes: dict[str, Any] | None = None


class EventLog:
    """Ascending by id. `last_id` is the highest id ever given, kept or not."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._events: list[Event] = []
        self._start = 0
        self.last_id = FIRST_ID - 1
        self.count = 0

    def next_id(self) -> int:
        self.last_id += 1 + self._switches.event_id_gap
        return self.last_id

    def delay(self) -> int:
        """Milliseconds until the next event shows."""
        self.count += 1
        late = self._switches.late_every and self.count % self._switches.late_every == 0
        return self._switches.event_delay_ms + (self._switches.late_ms if late else 0)

    def append(self, event: Event) -> None:
        self._events.append(event)
        if len(self) > self._switches.retention_count:
            self._drop(len(self) - self._switches.retention_count)

    def __len__(self) -> int:
        return len(self._events) - self._start

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events[self._start :])

    def oldest(self, now: int) -> Event | None:
        """After dropping what is too old or too many."""
        self._expire(now)
        return self._events[self._start] if len(self) else None

    def newest(self, now: int) -> Event | None:
        """The newest that shows."""
        self._expire(now)
        for index in range(len(self._events) - 1, self._start - 1, -1):
            if self._events[index].shows_at <= now:
                return self._events[index]
        return None

    def after(
        self, last_seen: int, now: int, limit: int, wanted: Callable[[Event], bool], *, reverse: bool = False
    ) -> list[Event]:
        """Up to `limit` visible events with a greater id, oldest first (newest first with `reverse`)."""
        first = max(self._start, bisect_right(self._events, last_seen, key=lambda event: event.id))
        indexes = range(first, len(self._events))
        found: list[Event] = []
        for index in reversed(indexes) if reverse else indexes:
            event = self._events[index]
            if event.shows_at <= now and wanted(event):
                found.append(event)
                if len(found) == limit:
                    break
        return found

    def prune(self, *, keep: int | None = None, before: int | None = None) -> int:
        """Forgets all but the newest `keep`, or what happened before an epoch ms; returns how many."""
        held = len(self)
        if keep is not None:
            self._drop(max(0, held - keep))
        if before is not None:
            self._drop_before(before)
        return held - len(self)

    def _expire(self, now: int) -> None:
        self._drop_before(now - self._switches.retention_days * DAY_MS)
        self._drop(max(0, len(self) - self._switches.retention_count))

    def _drop_before(self, moment: int) -> None:
        dropped = 0
        while self._start + dropped < len(self._events) and self._events[self._start + dropped].at < moment:
            dropped += 1
        self._drop(dropped)

    def _drop(self, number: int) -> None:
        """Moves the start; the list itself is cut only now and then, since cutting moves everything behind."""
        self._start += number
        if self._start > 1024 and self._start * 2 > len(self._events):
            del self._events[: self._start]
            self._start = 0

    def dump(self) -> dict[str, Any]:
        return {"last_id": self.last_id, "count": self.count, "events": [asdict(event) for event in self]}

    def load(self, saved: dict[str, Any]) -> None:
        self.last_id, self.count = saved["last_id"], saved["count"]
        self._events = [Event(**{**row, "paths": tuple(row["paths"])}) for row in saved["events"]]
