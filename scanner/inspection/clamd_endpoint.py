"""One of several clamds, in use or out of use, and the proof that brings it back.

Out of use is who failed: could not be reached, let a scan pass its deadline, broke off, or answered with an ERROR. Back
comes only who has just found a known-bad sample: one that answers PING may still hang, have no room, or have lost its
signatures. Who loads other signatures has to prove itself as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from scanner.inspection.clamd import UNKNOWN, Clamd
from scanner.inspection.clamd_session import Answer, Found
from scanner.model import Gap, Unchecked
from scanner.rulebook.samples.known_bad import known_bad

FAILURES = frozenset({Unchecked.ENGINE_DOWN, Unchecked.ENGINE_TIMEOUT, Unchecked.ENGINE_ERROR, Unchecked.INTERRUPTED})
"""What speaks against the clamd, though it may be due to the content: then the sample clears it at once."""
TRIAL_TIMEOUT = 10.0
"""Seconds for the sample. A clamd that is too busy for it gets no further scans either."""
FIRST_REST = 0.5
LONGEST_REST = 30.0
"""Seconds between two trials of one that fails them; each rest is twice the one before."""

OnChange = Callable[[str, Gap | None], None]
"""Told with its address when a clamd is taken out of use, with the reason, and with None when it is back."""

_NEVER = ""


def nobody(_: str, __: Gap | None) -> None:
    return


class Endpoint:
    """Thread-safe. `running` and `draining` belong to whoever shares the scans out."""

    def __init__(self, clamd: Clamd, on_change: OnChange = nobody, *, proved: bool = True) -> None:
        """`proved`: what it says is believed until it fails, or loads other signatures."""
        self.clamd = clamd
        self.running = 0
        self.draining = False
        self.out: Gap | None = None
        """Why it is out of use; None while it is in use."""
        self._on_change = on_change
        self._checking = threading.Lock()
        self._proved = UNKNOWN if proved else _NEVER
        """The version it was last believed with."""
        self._failed_trials = 0
        self._trial_due = 0.0

    def check(self, *, now: bool = False) -> Gap | None:
        """Why no scan can be given to it; None where one can. Tries one that is out of use, where that is due or `now`.
        A second caller waits for the first one's answer."""
        with self._checking:
            if self.out is None:
                return self._checked()
            if not now and time.monotonic() < self._trial_due:
                return self.out
            return self._tried(self.clamd.ready())

    def failed(self, gap: Gap) -> None:
        """A scan of it ended so."""
        with self._checking:
            self._take_out(gap)

    def _checked(self) -> Gap | None:
        gap = self.clamd.ready()
        if gap is not None:
            self._take_out(gap)
            return gap
        if self.clamd.version() == self._proved:
            return None
        if self._proved == UNKNOWN:
            # At the start nobody was wronged yet, and what it knows is the self-test's business.
            self._proved = self.clamd.version()
            return None
        return self._tried(None)

    def _tried(self, gap: Gap | None) -> Gap | None:
        """Shows it the sample, unless it is not even reachable."""
        version = self.clamd.version()
        gap = gap or missed(self.clamd.answer(known_bad(), TRIAL_TIMEOUT))
        if gap is not None:
            self._take_out(gap)
            self._trial_due = time.monotonic() + min(LONGEST_REST, FIRST_REST * 2.0 ** min(self._failed_trials, 10))
            self._failed_trials += 1
            return gap
        self._proved, self._failed_trials, self._trial_due = version, 0, 0.0
        if self.out is not None:
            self.out = None
            self._on_change(self.clamd.address, None)
        return None

    def _take_out(self, gap: Gap) -> None:
        told, self.out = self.out, gap
        if told is None:
            self._on_change(self.clamd.address, gap)


def missed(answer: Answer) -> Gap | None:
    """Why an answer to the known-bad sample does not count as having seen it."""
    if isinstance(answer, Found):
        return None
    if isinstance(answer, Gap):
        return Gap(Unchecked.ENGINE_DOWN, f"the known-bad sample was not answered: {answer.detail}")
    return Gap(Unchecked.ENGINE_DOWN, "the known-bad sample was not found: its signatures are not those of ClamAV")
