"""Is the service alive, and could it work now? Decided from what is handed in; no I/O.

Alive asks only whether our own loops turn: a restart cures neither clamd nor the platform, and a shared outage must not
restart every replica (operations.md 2.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

LONGEST_SILENCE = {"poller": 900.0, "dispatcher": 120.0, "exporter": 120.0}
"""Seconds a loop may go without a turn. A poller rests up to max_interval (five minutes by default) and may wait for a
throttle; its own waits beat as well."""


@dataclass(frozen=True, slots=True)
class Check:
    """One answer, with the reason where it is no."""

    name: str
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, object]:
        checks = {check.name: {"ok": check.ok, "reason": check.reason} for check in self.checks}
        return {"ok": self.ok, "checks": checks}


@dataclass(slots=True)
class Heartbeats:
    """When each loop last turned."""

    last: dict[str, datetime] = field(default_factory=dict)

    def beat(self, loop: str, now: datetime) -> None:
        self.last[loop] = now


def liveness(last: Mapping[str, datetime], now: datetime) -> Health:
    """One check per loop that has started."""
    return Health(tuple(_turning(loop, at, now) for loop, at in sorted(last.items())))


def _turning(loop: str, at: datetime, now: datetime) -> Check:
    silent = (now - at).total_seconds()
    limit = LONGEST_SILENCE[loop.partition(":")[0]]
    if silent <= limit:
        return Check(loop, True)
    return Check(loop, False, f"has not turned for {silent:.0f} s; the limit is {limit:.0f} s")
