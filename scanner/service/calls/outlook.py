"""How the calls of the day will last: what each token has left, when it runs out, when the backlog is through. Pure.

A forecast of the backlog is a lower bound: it counts one download for each version, at the pace the platform allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanner.cloud.budget import DEFAULT_QPS, USED_SHARE, kept_back
from scanner.cloud.port import Priority
from scanner.ledger.calls.spending import TokenSpending
from scanner.model import Lane

DOCUMENTED_DAY = 1_000
"""Calls a day where the platform has not said another limit (fact sheet 8.1)."""
MOST_DAYS = 3_650
_PRIORITIES = {
    Lane.LIVE: Priority.LIVE,
    Lane.RECONCILE: Priority.RECONCILE,
    Lane.RESCAN: Priority.RESCAN,
    Lane.BACKFILL: Priority.BACKFILL,
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """One token of a domain today (UTC)."""

    domain: str
    token: int
    qps_limit: int
    """Calls per second."""
    day_limit: int
    limits_known: bool
    """The platform has said them; else the documented ones are taken."""
    used: int
    left: int
    reserve: int
    """Of what is left or spent, kept for the feed and for remediation."""
    left_to_scan: int
    """Before only the reserve is left."""
    spent: Mapping[str, int]
    """By class, first to last."""
    others: int
    """Spent by this token and not by the service: commands, or other programs."""
    calls_an_hour: float
    """As in the last full hour and the running one."""
    runs_out_at: datetime | None
    """When only the reserve is left, at this pace; now where that is so already. None: not before the day ends."""
    told_at: datetime | None
    """When the platform last said what it counts."""


def standing(spending: TokenSpending, now: datetime) -> Standing:
    limit = DOCUMENTED_DAY if spending.day_limit is None else spending.day_limit
    ours = sum(spending.today.values())
    used = ours if spending.day_used is None else spending.day_used
    reserve = kept_back(limit, Priority.LIVE)
    to_scan = max(0, limit - reserve - used)
    pace = sum(spending.recent.values()) / (1 + now.minute / 60)
    return Standing(
        domain=spending.domain,
        token=spending.token,
        qps_limit=spending.qps_limit or DEFAULT_QPS,
        day_limit=limit,
        limits_known=spending.day_limit is not None,
        used=used,
        left=max(0, limit - used),
        reserve=reserve,
        left_to_scan=to_scan,
        spent={one.name.lower(): spending.today.get(one.name.lower(), 0) for one in Priority},
        others=max(0, used - ours),
        calls_an_hour=round(pace, 1),
        runs_out_at=_runs_out(to_scan, pace, now),
        told_at=spending.told_at,
    )


def _runs_out(to_scan: int, pace: float, now: datetime) -> datetime | None:
    if to_scan == 0:
        return now
    hours_left = (_midnight(now) - now).total_seconds() / 3_600
    return now + timedelta(hours=to_scan / pace) if pace * hours_left > to_scan else None


def drained_at(backlog: Mapping[Lane, int], tokens: Sequence[Standing], now: datetime) -> datetime | None:
    """When the downloads of a domain's backlog are through at the earliest, live ones first; now for an empty one.
    None where that takes more than ten years, or no token is known."""
    left = [(_PRIORITIES[lane], backlog[lane]) for lane in Lane if backlog.get(lane)]
    pace = sum(one.qps_limit * USED_SHARE for one in tokens)
    moment, used = now, sum(one.used for one in tokens)
    for _ in range(MOST_DAYS if tokens else 0):
        while left:
            priority, count = left[0]
            taken = min(count, _room(tokens, priority, used), int((_midnight(moment) - moment).total_seconds() * pace))
            moment, used = moment + timedelta(seconds=taken / pace), used + taken
            left[0] = (priority, count - taken)
            if taken < count:
                break
            left.pop(0)
        if not left:
            return moment
        moment, used = _midnight(moment), _steady(tokens)
    return None


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _room(tokens: Sequence[Standing], priority: Priority, used: int) -> int:
    return max(0, sum(one.day_limit - kept_back(one.day_limit, priority) for one in tokens) - used)


def _steady(tokens: Sequence[Standing]) -> int:
    """What following the feed costs of a whole day, as it did up to now of this one, at most the reserve for it."""
    feed = max((one.spent.get("feed", 0) for one in tokens), default=0)
    return min(feed, sum(one.reserve for one in tokens))


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date() + _DAY, datetime.min.time(), UTC)
