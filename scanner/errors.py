"""What can go wrong, named for what the caller does next.

ScannerError
├── ConfigurationError       fix a file, a setting or a right, then start again (exit 2)
├── RetryLater               wait, then do the same again; `after` says how long, if anybody knows
│   ├── Throttled            the API said how long; scope: qps, day, bandwidth
│   ├── CloudUnavailable     no answer, a cut connection, a 5xx, an HTML page where JSON belongs
│   ├── TokenRefused         401 also after the token was read again: a person must renew it
│   └── EngineUnavailable    an engine is down, loading or full
├── CloudRefused             the API answered, and repeating the call would not help
│   ├── NotFound             404
│   ├── Forbidden            a bare 403: rights, or (notes) a missing file
│   ├── Conflict             name taken, file locked, path invalid (409, or 403 with that text)
│   └── BadAnswer            an answer whose shape is not the documented one
├── CursorExpired            the feed no longer holds our place: record a gap, go on from the oldest
├── Fenced                   another worker has taken this work over: write nothing more
└── LedgerUnavailable        the ledger is owned by another process, unreadable, or of another schema (exit 2)

Facts about a file (too large, encrypted, gone, superseded) are results, never exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


class ScannerError(Exception):
    """Base of all errors this product raises on purpose."""

    request_id = ""
    """Of the request to the API that it came of, as the log has it; empty where it came of none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in something a user wrote: where it is, what is wrong, what to do."""

    where: str
    """File and line (`scanner.yaml:12`), environment variable, or the like."""
    what: str
    remedy: str = ""

    @property
    def fault(self) -> str:
        return f"{self.where}: {self.what}"

    def __str__(self) -> str:
        return self.fault + (f"\n    {self.remedy}" if self.remedy else "")


class ConfigurationError(ScannerError):
    """Something the user can mend. Carries every problem found, not the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RetryLater(ScannerError):
    """The same call may work later."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after
        """Seconds to wait, as the other side asked; None where it did not say."""


ThrottleScope = Literal["qps", "day", "bandwidth", "token"]


class Throttled(RetryLater):
    """The API refused a call for its rate (fact sheet 8.3, both dialects)."""

    def __init__(self, message: str, after: float, scope: ThrottleScope) -> None:
        super().__init__(message, after)
        self.scope: ThrottleScope = scope


class CloudUnavailable(RetryLater):
    """No usable answer from the API."""


class TokenRefused(RetryLater):
    """The API does not accept the token, also after it was read again from its source."""


class EngineUnavailable(RetryLater):
    """An engine cannot be asked at the moment; says nothing about the file."""


class CloudRefused(ScannerError):
    """The API answered with a refusal that a repeat would not change."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotFound(CloudRefused):
    """404. One 404 does not prove a deletion: it may hide a missing right (fact sheet 10, row 25)."""


class Forbidden(CloudRefused):
    """403 without a throttle header. Never repeated: each try burns quota (fact sheet 8.3)."""


class Conflict(CloudRefused):
    """The name is taken, the file is locked, or the path is not valid there."""


class BadAnswer(CloudRefused):
    """A success whose body is not of the documented shape."""


class CursorExpired(ScannerError):
    """The feed holds no events as old as the cursor (fact sheet 3.5)."""


class Fenced(ScannerError):
    """The run token of this work is no longer ours; whoever holds it now goes on."""


class LedgerUnavailable(ScannerError):
    """The ledger cannot be used as it is; the message says why and what to do."""
