"""Where to read again, because an event may become visible after one with a higher id (fact sheet 3.6 and 10, row 14).

Nobody documents that Egnyte prevents this. Reading the last few events again costs no further call: they share a page
with the new ones, and the journal knows them by id.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from scanner.model import Cursor

REREAD = timedelta(seconds=60)
"""How long after we first saw an event those below it are still looked for."""


class Overlap:
    """The newest events of one feed, at most `most`, with the moment they were first seen."""

    def __init__(self, most: int) -> None:
        self._seen: deque[tuple[int, datetime]] = deque(maxlen=most)

    def saw(self, event_ids: Iterable[int], now: datetime) -> None:
        known = {event_id for event_id, _ in self._seen}
        self._seen.extend((event_id, now) for event_id in event_ids if event_id not in known)

    def start(self, cursor: Cursor, now: datetime) -> Cursor:
        """The cursor to ask with: `cursor`, or below it while recent events are to be read again."""
        recent = [event_id - 1 for event_id, at in self._seen if now - at <= REREAD]
        return Cursor(min([cursor, *recent]))

    def forget(self) -> None:
        """Ids mean something else from now on."""
        self._seen.clear()
