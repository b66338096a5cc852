"""Whether a failed call is made again at once (fact sheet 8.4): for calls of the event loop and of worker threads.

Only short troubles are sat out here; what takes longer goes to the caller, who has a queue to wait in.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from scanner.cloud.auth import Tokens
from scanner.cloud.budget import LONGEST_WAIT
from scanner.errors import RetryLater, Throttled, TokenRefused

MOST_TRIES = 3
PATIENCE = 45.0
"""Seconds after the first try from which on none is made: a call that ran into its timeout has one more chance."""
_FIRST_PAUSE = 0.2


class Tries:
    """The tries of one call, begun now."""

    def __init__(self, tokens: Tokens, clock: Callable[[], float] = time.monotonic) -> None:
        self._tokens = tokens
        self._clock = clock
        self._started = clock()
        self._made = 0
        self._renewed = False

    def pause_after(self, error: RetryLater, token: str, *, repeatable: bool = True) -> float | None:
        """Seconds until the next try, None where there is none. `token` is the one the failed try was made with.

        A throttled call was not carried out, so it may be repeated even where `repeatable` says that a call whose
        answer never came may not. Its pause is kept by the budget, for all calls.
        """
        self._made += 1
        if isinstance(error, TokenRefused):
            fresh = not self._renewed and self._tokens.renew(token)
            self._renewed = True
            return 0.0 if fresh else None
        pause = 0.0 if isinstance(error, Throttled) else self._backoff()
        wanted = error.after or 0.0
        too_late = self._made >= MOST_TRIES or self._clock() - self._started > PATIENCE
        if too_late or wanted > LONGEST_WAIT or not (repeatable or isinstance(error, Throttled)):
            return None
        return pause if isinstance(error, Throttled) else max(pause, wanted)

    def _backoff(self) -> float:
        """With jitter, so that many calls that failed together do not come back together."""
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - no secret depends on it
        return _FIRST_PAUSE * float(2**self._made) * jitter
