"""What a feed needs of the ledger. A page's events, the work they lead to and the cursor go into one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from scanner.model import Cursor, Disposition, Event, Known

GapReason = Literal["expired", "lost"]


class FeedState(Protocol):
    """Our place in one feed."""

    @property
    def cursor(self) -> Cursor: ...
    @property
    def seen_at(self) -> datetime | None:
        """Platform time of the newest event recorded; None before the first."""
        ...


class FeedJournal(Protocol):
    """The ledger, as a feed sees it."""

    async def feed_state(self, domain: str) -> FeedState | None:
        """None where this feed was never read."""
        ...

    async def recent_events(self, domain: str, most: int) -> tuple[int, ...]:
        """Ids of the newest events recorded, ascending: none of a time before the domain was restored. At least `most`,
        and with them what happened and was recorded within a minute before the last: one may show below it still."""
        ...

    async def owed(self, domain: str, before: datetime) -> tuple[int, int | None] | None:
        """The first id that was not read a second time, and the last one above it that was recorded before a moment, if
        any was. None where nobody has told how far it was read a second time."""
        ...

    async def read_again(self, domain: str, up_to: int) -> None:
        """All up to this id was read a second time, or needs it no more; never backwards. Forgotten with a gap."""
        ...

    async def start_feed(self, domain: str, cursor: Cursor) -> None:
        """Everything up to `cursor` is none of our business."""
        ...

    async def record_page(
        self, domain: str, events: Sequence[Event], cursor: Cursor, decide: Callable[[Event, Known], Disposition]
    ) -> tuple[tuple[Event, Disposition], ...]:
        """Record the events not recorded yet, in order, and move the cursor, never backwards. Gives only those."""
        ...

    async def record_gap(
        self, domain: str, reason: GapReason, since: datetime | None, until: datetime | None, cursor: Cursor
    ) -> None:
        """Nobody saw what happened between `since` and `until`. Sets the cursor, also backwards."""
        ...

    async def advance(self, domain: str, cursor: Cursor) -> None:
        """Move the cursor over ids that brought no event, never backwards."""
        ...
