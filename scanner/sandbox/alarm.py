"""A time limit within a process of the sandbox, for a call into a library that cannot be told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN = 1.0
"""Seconds until it rings once more: what is raised in the midst of a destructor, or of a callback of the garbage
collector, is swallowed by the interpreter."""


class TookTooLong(BaseException):
    """No Exception: libraries that parse strangers' files swallow whatever is one, and go on."""


@contextmanager
def alarm_after(seconds: float) -> Iterator[None]:
    """Raises TookTooLong in the midst of what is done here. Only where nothing that is half done is looked at later; in
    the main thread, and not one within another. Elsewhere it does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), AGAIN)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
