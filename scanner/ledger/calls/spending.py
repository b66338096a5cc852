"""What was spent of the platform's call quotas: by token, hour and class. It outlives a restart, and replicas share it.

The platform's own count is the truth; ours says what the calls were for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Float, case, cast, delete, extract, func, literal, select, update

from scanner.ledger.calls.spending_tables import quotas, spent
from scanner.ledger.databases.database import Database
from scanner.ledger.databases.upsert import upsert
from scanner.ledger.dispatch.tickets import OPEN, on_server
from scanner.ledger.tables import work
from scanner.model import Lane

KEPT = timedelta(days=35)
"""For how long the spending of an hour is on record."""
_HOUR = 3_600
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class TokenSpending:
    """One token of a domain; `token` 1 is the first. Limits are None until the platform has said them."""

    domain: str
    token: int
    qps_limit: int | None = None
    day_limit: int | None = None
    day_used: int | None = None
    """Of the day in which it was asked, by the platform's count."""
    told_at: datetime | None = None
    today: Mapping[str, int] = field(default_factory=dict)
    """Calls of this day (UTC), by class."""
    recent: Mapping[str, int] = field(default_factory=dict)
    """Calls of the last full hour and of the running one, by class."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one process has spent by one token since it last said so. `calls`: by hour (since the epoch) and class."""

    domain: str
    token: int
    calls: Mapping[tuple[int, str], int]
    qps_limit: int | None = None
    day_limit: int | None = None
    day_used: int | None = None


class Spending:
    """Part of the ledger. Each method is one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    async def settle(self, bills: Iterable[Bill]) -> None:
        """Add to what is on record, and drop what is too old to matter."""
        due = tuple(bills)
        await self._db.run(lambda connection: settle(connection, due, self._clock()))

    async def tokens(self) -> list[TokenSpending]:
        """Each token that was ever used, by domain."""
        return await self._db.read(lambda connection: tokens(connection, self._clock()))

    async def backlog(self) -> dict[str, dict[Lane, int]]:
        """Versions that nobody has looked at yet, by domain and lane. Passes over all of them."""
        return await self._db.read(backlog)

    async def slot(self, domain: str, token: int, count: int, interval: float) -> float:
        """Book so many calls, `interval` seconds apart, for this process alone. Gives in how many seconds the first may
        be made."""
        now = self._clock().timestamp()
        return await self._db.run(lambda connection: slot(connection, (domain, token), count, interval, now=now))


def settle(connection: Connection, bills: Iterable[Bill], now: datetime) -> None:
    for bill in bills:
        _put_quota(connection, bill, now)
        for (hour, call_class), calls in bill.calls.items():
            row = {"domain": bill.domain, "token": bill.token, "hour": hour, "call_class": call_class, "calls": calls}
            new = upsert(spent).values(**row)
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["domain", "token", "hour", "call_class"],
                    set_={"calls": spent.c.calls + new.excluded.calls},
                )
            )
    connection.execute(delete(spent).where(spent.c.hour < _hour(now - KEPT)))


def tokens(connection: Connection, now: datetime) -> list[TokenSpending]:
    first_today = _hour(now) // _DAY_HOURS * _DAY_HOURS
    today = _calls(connection, first_today)
    recent = _calls(connection, _hour(now) - 1)
    midnight = datetime.fromtimestamp(first_today * _HOUR, UTC)
    return [
        TokenSpending(
            row.domain,
            row.token,
            row.qps_limit,
            row.day_limit,
            row.day_used if row.told_at is not None and row.told_at >= midnight else None,
            row.told_at,
            today.get((row.domain, row.token), {}),
            recent.get((row.domain, row.token), {}),
        )
        for row in connection.execute(select(quotas).order_by(quotas.c.domain, quotas.c.token))
    ]


def backlog(connection: Connection) -> dict[str, dict[Lane, int]]:
    open_work = work.c.done_at.is_(None) & work.c.state.in_(OPEN) & work.c.verdict_id.is_(None)
    counted = select(work.c.domain, work.c.lane, func.count()).where(open_work).group_by(work.c.domain, work.c.lane)
    found: dict[str, dict[Lane, int]] = {}
    for domain, lane, count in connection.execute(counted):
        found.setdefault(domain, {})[Lane(lane)] = count
    return found


def slot(connection: Connection, of: tuple[str, int], count: int, interval: float, *, now: float) -> float:
    """The row is made by the first bill or here; one statement books, so that two replicas never get the same slot.

    By the server's clock where there is one: a replica whose own is an hour ahead, or was, would make all wait for it.
    """
    domain, token = of
    _make(connection, domain, token)
    mine = (quotas.c.domain == domain) & (quotas.c.token == token)
    clock = cast(extract("epoch", func.clock_timestamp()), Float) if on_server(connection) else literal(now)
    later = case((quotas.c.next_slot > clock, quotas.c.next_slot), else_=clock)
    # In one statement, so that whoever comes second on the row sees what the first one booked.
    booking = update(quotas).where(mine).values(next_slot=later + count * interval)
    booked, at = connection.execute(booking.returning(quotas.c.next_slot, clock)).one()
    return max(float(booked) - count * interval - float(at), 0.0)


def _put_quota(connection: Connection, bill: Bill, now: datetime) -> None:
    """What the platform has not said yet does not wipe out what it said before."""
    _make(connection, bill.domain, bill.token)
    told = {"qps_limit": bill.qps_limit, "day_limit": bill.day_limit, "day_used": bill.day_used}
    known = {name: value for name, value in told.items() if value is not None}
    if known:
        mine = (quotas.c.domain == bill.domain) & (quotas.c.token == bill.token)
        connection.execute(update(quotas).where(mine).values(**known, told_at=now))


def _make(connection: Connection, domain: str, token: int) -> None:
    connection.execute(upsert(quotas).values(domain=domain, token=token, next_slot=0.0).on_conflict_do_nothing())


def _calls(connection: Connection, first_hour: int) -> dict[tuple[str, int], dict[str, int]]:
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in connection.execute(select(spent).where(spent.c.hour >= first_hour)):
        of_token = found.setdefault((row.domain, row.token), {})
        of_token[row.call_class] = of_token.get(row.call_class, 0) + row.calls
    return found


def _hour(moment: datetime) -> int:
    return int(moment.timestamp() // _HOUR)
