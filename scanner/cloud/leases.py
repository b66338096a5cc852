"""Slots for calls by a token that several processes share: booked elsewhere for all of them, used up here.

The budget's lock guards it. A slot that nobody took in time is lost: used later, it would make two calls in the place
of one.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

STALE = 2.0
"""Seconds for which a slot can still be used."""
BUNDLE = 0.1
"""At least so many seconds of slots are asked for at once; at 2 calls a second that is one, at 200 twenty."""
LOOK_AGAIN = 0.02
"""Seconds until somebody who waits looks whether slots have come."""

Ask = Callable[[int, float], None]
"""So many slots, so many seconds apart. Returns at once; they come by `granted`."""


class Leases:
    """Times are those of the budget's clock."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._slots: deque[float] = deque()
        self._asked = False

    def wait(self, now: float, ahead: int, interval: float) -> float:
        """Seconds until the turn of somebody with so many ahead. Asks for more slots where these do not suffice."""
        while self._slots and self._slots[0] < now - STALE:
            self._slots.popleft()
        if len(self._slots) > ahead:
            return self._slots[ahead] - now
        if not self._asked:
            self._asked = True
            self._ask(max(ahead + 1 - len(self._slots), math.ceil(BUNDLE / interval)), interval)
        return LOOK_AGAIN

    def take(self) -> None:
        """The first one is used."""
        self._slots.popleft()

    def granted(self, first: float, count: int, interval: float) -> None:
        self._slots.extend(first + number * interval for number in range(count))
        self._asked = False
