"""Where to read again, because an event may become visible after one with a higher id (fact sheet 3.6 and 10, row 14).

Nobody documents that Egnyte prevents this. Reading the last few events again costs no further call: they share a page
with the new ones, and the journal knows them by id. Where more happens in a minute than shares a page, what falls out
is owed, and read once more when it is a minute old: a call for each further page, so that a busy feed is read twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.model import Cursor

REREAD = timedelta(seconds=60)
"""How long after we first saw an event those below it are still looked for."""
FRESH = timedelta(minutes=5)
"""How long after an event happened one may still show below it, with the difference of two clocks."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ids, both inclusive, seen between two moments."""

    first: int
    last: int
    began_at: datetime
    ended_at: datetime


class Overlap:
    """The newest events of one feed, at most `most`, with the moment they were first seen; and what is owed of more."""

    def __init__(self, most: int) -> None:
        self._seen: deque[tuple[int, datetime, bool]] = deque()
        self._most = most
        self._owed: deque[Stretch] = deque()
        self._owed_until: Stretch | None = None

    def saw(self, event_ids: Iterable[int], now: datetime, *, fresh: bool = True) -> None:
        """`fresh`: they happened a short while ago; a backlog of old ones is not read twice."""
        known = {event_id for event_id, _, _ in self._seen}
        self._seen.extend((event_id, now, fresh) for event_id in event_ids if event_id not in known)
        while len(self._seen) > self._most:
            event_id, at, was_fresh = self._seen.popleft()
            if was_fresh and now - at <= REREAD:
                self._owe(event_id, at)

    def second_reading(self, now: datetime) -> Stretch | None:
        """What is owed and old enough; it is owed no more."""
        if not self._owed or now - self._owed[0].ended_at <= REREAD:
            return None
        return self._owed.popleft()

    def owe_again(self, stretch: Stretch) -> None:
        """It could not be read."""
        self._owed.appendleft(stretch)

    def _owe(self, event_id: int, at: datetime) -> None:
        before = self._owed_until
        if before is not None and at - before.ended_at <= REREAD and self._owed and at - before.began_at <= REREAD:
            self._owed.pop()
            last = Stretch(min(before.first, event_id), max(before.last, event_id), before.began_at, at)
        elif before is not None and at - before.ended_at <= REREAD:
            # Without a hole: an event that shows late may lie just there.
            last = Stretch(min(before.last + 1, event_id), event_id, at, at)
        else:
            last = Stretch(event_id, event_id, at, at)
        self._owed.append(last)
        self._owed_until = last

    def start(self, cursor: Cursor, now: datetime) -> Cursor:
        """The cursor to ask with: `cursor`, or below it while recent events are to be read again."""
        recent = [event_id - 1 for event_id, at, _ in self._seen if now - at <= REREAD]
        return Cursor(min([cursor, *recent]))

    def forget(self) -> None:
        """Ids mean something else from now on."""
        self._seen.clear()
        self._owed.clear()
        self._owed_until = None
