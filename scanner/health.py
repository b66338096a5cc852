"""Is the service alive, and could it work now? Decided from what is handed in; no I/O.

Alive asks only whether our own loops turn: a restart cures neither clamd nor the platform, and a shared outage must not
restart every replica (operations.md 2.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SLACK = 120.0
"""Seconds a loop may be late beyond the rest it announced."""


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
    """By when each loop has to turn again. A loop that must rest long (a daily quota is gone) says so."""

    due: dict[str, datetime] = field(default_factory=dict)
    _amounts: dict[str, int] = field(default_factory=dict)

    def beat(self, loop: str, now: datetime, resting: float = 0.0) -> None:
        """`resting`: seconds the loop means to do nothing from now."""
        self.due[loop] = now + timedelta(seconds=resting + SLACK)

    def has_moved(self, loop: str, amount: int) -> bool:
        """Whether what only grows while its work goes on has grown since this was asked last."""
        before = self._amounts.get(loop, 0)
        self._amounts[loop] = amount
        return amount > before

    def ended(self, loop: str) -> None:
        """It is another replica's now, and nobody waits for it here."""
        self.due.pop(loop, None)


def liveness(due: Mapping[str, datetime], now: datetime) -> Health:
    """One check per loop that has started."""
    return Health(tuple(_turning(loop, moment, now) for loop, moment in sorted(due.items())))


def _turning(loop: str, moment: datetime, now: datetime) -> Check:
    late = (now - moment).total_seconds()
    return Check(loop, late <= 0, f"should have turned {late:.0f} s ago" if late > 0 else "")
