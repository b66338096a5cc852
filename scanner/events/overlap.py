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
from itertools import accumulate

from scanner.model import Cursor

REREAD = timedelta(seconds=60)
"""How long after we first saw an event those below it are still looked for: until a read that begins later than that,
however long the feed rests before it."""
FRESH = timedelta(minutes=5)
"""How long after an event happened one may still show below it, with the difference of two clocks."""

NOWHERE = 1 << 63
"""Beyond any id."""


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
        self._read_at: datetime | None = None
        self._owed: deque[Stretch] = deque()
        self._owed_until: Stretch | None = None

    def saw(self, event_ids: Iterable[int], now: datetime, *, fresh: bool = True) -> None:
        """`fresh`: they happened a short while ago; a backlog of old ones is not read twice."""
        known = {event_id for event_id, _, _ in self._seen}
        new = (event_id for event_id in dict.fromkeys(event_ids) if event_id not in known)
        self._seen.extend((event_id, now, fresh) for event_id in new)
        # Up to what is read again without being owed, which is the lowest id from each place on that is still open: an
        # event that shows late may lie just between. In one walk, since a life begins with thousands.
        open_ids = (one if self._is_open(at) else NOWHERE for one, at, _ in reversed(self._seen))
        lowest = list(accumulate(open_ids, min)) if len(self._seen) > self._most else []
        while len(self._seen) > self._most:
            event_id, at, was_fresh = self._seen.popleft()
            if was_fresh and self._is_open(at):
                window = lowest[len(self._seen) - 1] if self._seen else NOWHERE
                self._owe(event_id, event_id if window == NOWHERE else max(event_id, window - 1), at)

    def read(self, began_at: datetime) -> None:
        """A page that was asked for at this moment, from `start` on, has come."""
        self._read_at = began_at

    def second_reading(self, now: datetime) -> Stretch | None:
        """What is owed and old enough; it is owed no more."""
        if not self._owed or now - self._owed[0].ended_at <= REREAD:
            return None
        return self._owed.popleft()

    def owe_again(self, stretch: Stretch) -> None:
        """It could not be read."""
        self._owed.appendleft(stretch)

    def settled(self, cursor: Cursor) -> Cursor:
        """The id up to which nothing is to be read again any more; `cursor` is where the feed stands."""
        waiting = [event_id for event_id, at, fresh in self._seen if fresh and self._is_open(at)]
        return Cursor(min([cursor, *(first - 1 for first in (*waiting, *(one.first for one in self._owed)))]))

    def _is_open(self, at: datetime) -> bool:
        """Whether nobody has read again long enough after this moment. Not the time alone: a feed that rests for
        minutes would never see what showed in the last seconds of the first."""
        return self._read_at is None or self._read_at - at <= REREAD

    def _owe(self, first: int, last: int, at: datetime) -> None:
        before = self._owed_until
        if before is not None and at - before.ended_at <= REREAD and self._owed and at - before.began_at <= REREAD:
            self._owed.pop()
            stretch = Stretch(min(before.first, first), max(before.last, last), before.began_at, at)
        elif before is not None and at - before.ended_at <= REREAD:
            # Without a hole here, too.
            stretch = Stretch(min(before.last + 1, first), last, at, at)
        else:
            stretch = Stretch(first, last, at, at)
        self._owed.append(stretch)
        self._owed_until = stretch

    def start(self, cursor: Cursor) -> Cursor:
        """The cursor to ask with: `cursor`, or below it while recent events are to be read again."""
        recent = [event_id - 1 for event_id, at, _ in self._seen if self._is_open(at)]
        return Cursor(min([cursor, *recent]))

    def forget(self) -> None:
        """Ids mean something else from now on."""
        self._seen.clear()
        self._owed.clear()
        self._owed_until = None
