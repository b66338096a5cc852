"""How often and how long to try again; pure. Reasons that say nothing about the file never use up its attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.errors import EngineUnavailable, RetryLater, Throttled
from scanner.model import WAITING_REASONS, Gap, Run, Unchecked

FIRST_WAIT = 2.0
LONGEST_WAIT = 300.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for the next attempt, in seconds."""

    longest: float = LONGEST_WAIT
    factor: float = 2.0
    """Of each wait to the one before."""
    attempts: int | None = None
    """At most; None where workers.max_attempts says it."""


PATIENCE: Mapping[Unchecked, Patience] = {
    # Looked at often, since nothing is scanned until they are back, and no call is paid for asking.
    Unchecked.ENGINE_DOWN: Patience(longest=60.0),
    Unchecked.SPOOL_UNAVAILABLE: Patience(longest=60.0),
    # It took minutes of clamd's, and the next attempt may as well.
    Unchecked.ENGINE_TIMEOUT: Patience(longest=900.0, factor=4.0),
    Unchecked.ENGINE_ERROR: Patience(),
    Unchecked.INTERRUPTED: Patience(),
    Unchecked.DOWNLOAD_BROKEN: Patience(longest=900.0, factor=4.0),
    # A second download that differs from its checksum as well will not get better.
    Unchecked.CHECKSUM_MISMATCH: Patience(attempts=2),
    # A bare refusal: each try burns quota.
    Unchecked.ACCESS_REFUSED: Patience(attempts=1),
    Unchecked.NOT_FOUND: Patience(),
    # Where the platform says how long to wait, that holds instead.
    Unchecked.CLOUD_UNAVAILABLE: Patience(),
    Unchecked.THROTTLED: Patience(),
    Unchecked.SHUTDOWN: Patience(),
    Unchecked.POISON: Patience(),
}
HOPELESS = frozenset({Unchecked.NOT_FOUND, Unchecked.POISON})
"""Not tried again by themselves once they were given up: what is hidden from us the feed or a walk tells of, and what
took the process down may do so again."""


def gap_of(error: RetryLater) -> Gap:
    """What could not be asked, as the reason for which the version waits."""
    if isinstance(error, Throttled):
        return Gap(Unchecked.THROTTLED, str(error))
    if isinstance(error, EngineUnavailable):
        return Gap(Unchecked.ENGINE_DOWN, str(error))
    return Gap(Unchecked.CLOUD_UNAVAILABLE, str(error))


def is_last_attempt(run: Run, gap: Gap, max_attempts: int) -> bool:
    """True where the gap becomes the verdict."""
    if gap.reason in WAITING_REASONS:
        return False
    return run.attempts >= min(max_attempts, _patience(gap).attempts or max_attempts)


def wait_for(run: Run, gap: Gap, poll: float) -> float:
    """Seconds until the gap is looked at again. Where only the feed can tell what became of a file, that is not before
    the next poll, which comes within `poll` seconds."""
    # An hour without clamd makes for many starts, and must not make the first broken download wait for long.
    before = run.starts if gap.reason in WAITING_REASONS else run.attempts
    wait = _wait(before, _patience(gap))
    return max(wait, poll) if gap.reason is Unchecked.NOT_FOUND else wait


def wait_before_next(run: Run) -> float:
    """Seconds, longer with each start."""
    return _wait(run.starts, Patience())


def _wait(number: int, patience: Patience) -> float:
    return min(patience.longest, FIRST_WAIT * patience.factor ** min(number - 1, 10))


def _patience(gap: Gap) -> Patience:
    """What stays a gap of the content's own waits like any other."""
    return PATIENCE[gap.reason] if isinstance(gap.reason, Unchecked) else Patience()
