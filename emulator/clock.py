"""The emulator's time: real time plus an offset, or frozen, so that retention, quotas and expiry pass in milliseconds.

Everything is epoch milliseconds (int). Each resource has its own text form (fact sheet 1.5).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime

DAY_MS = 86_400_000


class Clock:
    """Milliseconds since the epoch; `advance` and `set` move it, `freeze` stops it until `freeze(False)`."""

    def __init__(self) -> None:
        self.offset = 0  # ms ahead of real time; part of the saved state
        self._frozen: int | None = None

    def now(self) -> int:
        if self._frozen is not None:
            return self._frozen
        return time.time_ns() // 1_000_000 + self.offset

    def advance(self, ms: int) -> None:
        self.set(self.now() + ms)

    def set(self, ms: int) -> None:
        if self._frozen is not None:
            self._frozen = ms
        else:
            self.offset = ms - time.time_ns() // 1_000_000

    def freeze(self, frozen: bool = True) -> None:
        now = self.now()
        self._frozen = None
        self.set(now)
        if frozen:
            self._frozen = now


def iso_event(ms: int) -> str:
    """`2026-03-04T09:15:22.000Z`: events carry whole seconds in every sample."""
    return _utc(ms).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def iso_seconds(ms: int) -> str:
    """`2026-03-04T09:15:22Z`, as in trash and users."""
    return _utc(ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_offset(ms: int) -> str:
    """`2026-03-04T09:15:22+0000`, as in links v2."""
    return _utc(ms).strftime("%Y-%m-%dT%H:%M:%S+0000")


def iso_offset_ms(ms: int) -> str:
    """`2026-03-04T09:15:22.118+0000`, as in notes."""
    return _utc(ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}+0000"


def iso_date(ms: int) -> str:
    """`2026-03-04`, as in links v1."""
    return _utc(ms).strftime("%Y-%m-%d")


def rfc1123(ms: int) -> str:
    """`Wed, 04 Mar 2026 09:15:20 GMT`, as in file metadata and HTTP headers."""
    return formatdate(ms // 1000, usegmt=True)


def parse_iso(text: str) -> int:
    """ISO-8601 to epoch ms; a time without zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def parse_rfc1123(text: str) -> int:
    """RFC 1123 to epoch ms. Raises ValueError."""
    return round(parsedate_to_datetime(text).timestamp() * 1000)


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, tz=UTC)
