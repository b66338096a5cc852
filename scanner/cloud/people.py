"""Users by id, remembered for a day: to know who did it must not cost a call for each event (fact sheet 7.4)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from scanner.cloud import calls, wire
from scanner.cloud.session import Session
from scanner.errors import Forbidden, NotFound
from scanner.model import Person

REMEMBERED = 86_400.0
"""Seconds; also how long it is remembered that there is nobody, or that we may not ask."""
MOST_REMEMBERED = 10_000


class People:
    """Asks one at a time, so that many files of one person that come together cost one call."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._asking = asyncio.Lock()
        self._known: dict[int, tuple[float, Person | None]] = {}

    async def of(self, user_id: int) -> Person | None:
        """None where nobody of that id is known, or we may not ask. Raises RetryLater, BadAnswer."""
        if not self._knows(user_id):
            async with self._asking:
                if not self._knows(user_id):
                    await self._learn(user_id)
        return self._known[user_id][1]

    def _knows(self, user_id: int) -> bool:
        known = self._known.get(user_id)
        return known is not None and known[0] > self._clock()

    async def _learn(self, user_id: int) -> None:
        person = await self._ask(user_id)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[user_id] = (self._clock() + REMEMBERED, person)

    async def _ask(self, user_id: int) -> Person | None:
        try:
            answer = await self._session.ask(calls.person(user_id))
        except (NotFound, Forbidden):
            return None
        return wire.person(answer.value)
