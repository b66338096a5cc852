"""The call budget of one token: calls per second, calls per day, and who goes first (fact sheet 8.1, 8.2; design 4.10).

One object for the event loop and for all worker threads. Slots are given evenly spaced, each to the foremost of those
who wait. What the platform allows is learnt from its answers; until then the documented default of 2 calls a second
holds.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable

from scanner.cloud.leases import Ask, Leases
from scanner.cloud.port import Priority, Quota
from scanner.cloud.refusal import Headers
from scanner.errors import CloudUnavailable, Throttled, ThrottleScope

DEFAULT_QPS = 2
USED_SHARE = 0.9
"""Of the calls per second: at the full rate a call that is late on its way would be one too many in its second."""
RESERVED_SHARE = 4
"""One call in four of a day is kept for the feed and for remediation: 250 of the default 1,000."""
MOST_RESERVED = 5_000
LATER_SHARE = 2
"""One call in two of a day is left to what is urgent: listing old folders must not use up in the morning what new
versions need in the afternoon."""
_LATER = range(Priority.RECONCILE, Priority.BACKFILL + 1)
LONGEST_WAIT = 5.0
"""Seconds that a call waits for the end of a throttle; beyond it the caller is told."""
LONGEST_QUEUE = 30.0
"""Seconds that a call waits for its slot."""
_ASK_AGAIN = 3_600.0
"""Seconds until a call held back for the reserve is worth another try, should the quota be raised meanwhile."""
_IN_FLIGHT = 64
"""Calls by which an answer may lag behind our own count: those still on their way, and answers that overtook it. Where
it tells less by more, the platform has begun a new day before us."""
_TOO_SHORT = 0.001
"""Seconds not worth a sleep: the slot is booked, the call goes out at once."""
_DAY = 86_400
_HOUR = 3_600


class Budget:
    """`clock` gives monotonic seconds, `today` seconds since the epoch (the day's quota ends at midnight UTC)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, today: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._today = today
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._waiting: list[tuple[int, int]] = []
        self._arrivals = 0
        self._interval = 1 / (DEFAULT_QPS * USED_SHARE)
        self._next_slot = 0.0
        self._held_until = 0.0
        self._held_for: ThrottleScope = "qps"
        self._qps_limit: int | None = None
        self._qps_used: int | None = None
        self._day_limit: int | None = None
        self._day_used = 0
        self._day = 0
        self._spent: Counter[tuple[int, Priority]] = Counter()
        self._leases: Leases | None = None

    async def take(self, priority: Priority) -> None:
        """Wait for leave to make one call. Raises Throttled where that would take long."""
        ticket = self._ticket(priority)
        try:
            wait = self._wait(ticket)
            while wait:
                await asyncio.sleep(wait)
                wait = self._wait(ticket)
        finally:
            self._leave(ticket)

    def take_blocking(self, priority: Priority) -> None:
        """The same, for worker threads. Raises CloudUnavailable where the client is closed meanwhile."""
        ticket = self._ticket(priority)
        try:
            while wait := self._wait(ticket):
                self.pause_blocking(wait)
        finally:
            self._leave(ticket)

    def pause_blocking(self, seconds: float) -> None:
        """Sleep before a repeat, in a worker thread. Raises CloudUnavailable where the client is closed meanwhile."""
        if self._closed.wait(seconds):
            raise CloudUnavailable("the client is closing")

    def learn(self, headers: Headers) -> None:
        """What an answer says of the budget; headers that are absent or odd change nothing."""
        qps = _count(headers.get("x-accesstoken-qps-allotted"))
        day = _count(headers.get("x-accesstoken-quota-allotted"))
        used = _count(headers.get("x-accesstoken-quota-current"))
        with self._lock:
            self._qps_used = _count(headers.get("x-accesstoken-qps-current"))
            if qps and qps != self._qps_limit:
                self._qps_limit, self._interval = qps, 1 / (qps * USED_SHARE)
                # The slot booked at the old rate must not hold back a faster one: at start that is half a second.
                self._next_slot = min(self._next_slot, self._clock() + self._interval)
            if day and used is not None:
                self._turn_day()
                self._day_limit = day
                if not 0 <= self._day_used - used <= _IN_FLIGHT:
                    self._day_used = used

    def throttled(self, after: float, scope: ThrottleScope) -> None:
        """The platform refused a call for its rate: none goes out for `after` seconds."""
        with self._lock:
            until = self._clock() + after
            if until > self._held_until:
                self._held_until, self._held_for = until, scope

    def quota(self) -> Quota:
        """As last told by the platform; the day's count goes on with our own calls."""
        with self._lock:
            self._turn_day()
            used = None if self._day_limit is None else self._day_used
            return Quota(self._qps_limit, self._qps_used, self._day_limit, used)

    def room(self, priority: Priority) -> float:
        """Calls that this class may still make today; without end until the platform has said its limit. 0 during a
        pause that is too long to be waited for."""
        with self._lock:
            self._turn_day()
            if self._held_until - self._clock() > LONGEST_WAIT:
                return 0
            if self._day_limit is None:
                return math.inf
            return max(0, self._day_limit - kept_back(self._day_limit, priority) - self._day_used)

    @property
    def waiting(self) -> int:
        """Calls that wait for their slot."""
        return len(self._waiting)

    def recall(self, quota: Quota) -> None:
        """What was known before a restart; no answer has come yet. `day_used` is today's."""
        with self._lock:
            self._turn_day()
            self._day_limit, self._day_used = quota.day_limit, quota.day_used or 0
            if quota.qps_limit:
                self._qps_limit, self._interval = quota.qps_limit, 1 / (quota.qps_limit * USED_SHARE)

    def share(self, ask: Ask) -> None:
        """From now on slots are those that all processes with this token share; see Leases."""
        with self._lock:
            self._leases = Leases(ask)

    def granted(self, after: float, count: int, interval: float) -> None:
        """Slots that were asked for, the first of them in so many seconds."""
        with self._lock:
            if self._leases is not None:
                self._leases.granted(self._clock() + after, count, interval)

    def drain(self) -> Counter[tuple[int, Priority]]:
        """The calls made since this was last asked, by hour (since the epoch, UTC) and class."""
        with self._lock:
            spent, self._spent = self._spent, Counter()
            return spent

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closed.set()

    def _ticket(self, priority: Priority) -> tuple[int, int]:
        with self._lock:
            self._check_day(priority)
            self._arrivals += 1
            ticket = (int(priority), self._arrivals)
            insort(self._waiting, ticket)
            return ticket

    def _leave(self, ticket: tuple[int, int]) -> None:
        with self._lock:
            del self._waiting[bisect_left(self._waiting, ticket)]

    def _wait(self, ticket: tuple[int, int]) -> float:
        """Seconds until it is worth asking again; 0 with a slot booked. Those behind sleep until their turn could come,
        so that a long queue does not wake up as a whole for each slot."""
        with self._lock:
            now = self._clock()
            self._check_hold(now)
            ahead = bisect_left(self._waiting, ticket)
            start = max(self._next_slot, self._held_until)
            wait = start - now + ahead * self._interval
            if self._leases is not None and wait < _TOO_SHORT:
                wait = self._leases.wait(now, ahead, self._interval)
            if wait < _TOO_SHORT:
                # Asked again: those who waited with this one may have used up what was left.
                self._check_day(ticket[0])
                if self._leases is None:
                    self._next_slot = max(start, now) + self._interval
                else:
                    self._leases.take()
                self._day_used += 1
                self._spent[int(self._today() // _HOUR), Priority(ticket[0])] += 1
                return 0.0
            if wait > LONGEST_QUEUE:
                raise Throttled(f"{ahead} calls wait for a slot of {self._interval:.3g} s each", wait, "qps")
            return wait

    def _check_hold(self, now: float) -> None:
        left = self._held_until - now
        if left > LONGEST_WAIT:
            raise Throttled("the platform asked for a pause that is not over", left, self._held_for)

    def _check_day(self, priority: int) -> None:
        self._turn_day()
        if self._day_limit is None:
            return
        kept = kept_back(self._day_limit, priority)
        if kept and self._day_used >= self._day_limit - kept:
            after = min(_DAY - self._today() % _DAY, _ASK_AGAIN)
            raise Throttled(f"of today's calls only the reserve of {kept} is left", after, "day")

    def _turn_day(self) -> None:
        day = int(self._today() // _DAY)
        if day != self._day:
            self._day, self._day_used = day, 0


def kept_back(day_limit: int, priority: int) -> int:
    """Calls of a day that this class may not use."""
    if priority <= Priority.REMEDIATION:
        return 0
    if priority in _LATER:
        return day_limit // LATER_SHARE
    return min(day_limit // RESERVED_SHARE, MOST_RESERVED)


def _count(written: str | None) -> int | None:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 12 else None
