"""How often and how long to try again; pure. Reasons that say nothing about the file never use up its attempts."""

from __future__ import annotations

from scanner.errors import EngineUnavailable, RetryLater, Throttled
from scanner.model import WAITING_REASONS, Gap, Run, Unchecked

FIRST_WAIT = 2.0
"""Seconds before the second attempt; each further one waits twice as long."""
LONGEST_WAIT = 300.0
"""Seconds between two looks at whether an absent engine or API is back."""
CHECKSUM_ATTEMPTS = 2
"""A second download that differs from its checksum as well will not get better."""


def gap_of(error: RetryLater) -> Gap:
    """What could not be asked, as the reason for which the version waits."""
    if isinstance(error, Throttled):
        return Gap(Unchecked.THROTTLED, str(error))
    if isinstance(error, EngineUnavailable):
        return Gap(Unchecked.ENGINE_DOWN, str(error))
    return Gap(Unchecked.CLOUD_UNAVAILABLE, str(error))


def is_last_attempt(run: Run, gap: Gap, max_attempts: int) -> bool:
    """True where the gap becomes the verdict. A bare refusal is never asked again: each try burns quota."""
    if gap.reason in WAITING_REASONS:
        return False
    if gap.reason is Unchecked.ACCESS_REFUSED:
        return True
    if gap.reason is Unchecked.CHECKSUM_MISMATCH:
        return run.attempts >= min(max_attempts, CHECKSUM_ATTEMPTS)
    return run.attempts >= max_attempts


def wait_for(run: Run, gap: Gap, poll: float) -> float:
    """Seconds until the gap is looked at again. Where only the feed can tell what became of a file, that is not before
    the next poll, which comes within `poll` seconds."""
    wait = wait_before_next(run)
    return max(wait, poll) if gap.reason is Unchecked.NOT_FOUND else wait


def wait_before_next(run: Run) -> float:
    """Seconds, doubling with each start."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(run.starts - 1, 10))
