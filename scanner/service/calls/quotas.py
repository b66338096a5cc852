"""The call budgets of all domains, and their record in the ledger, which outlives the process.

What is spent between two turns is lost to the record where the process is killed. The platform counts on, and its next
answer sets us right; only what those calls were for is not known then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import structlog

from scanner.cloud.budget import Budget
from scanner.cloud.port import Quota
from scanner.errors import LedgerUnavailable
from scanner.ledger.calls.spending import Bill
from scanner.ledger.ledger import Ledger
from scanner.metrics import Metrics
from scanner.service.calls.outlook import drained_at, earliest, standing

log = structlog.get_logger("scanner.service")

SETTLE_EVERY = 10.0
LOOK_EVERY = 6
"""Turns from one forecast to the next: it passes over all versions that wait."""


class Quotas:
    """Budgets by domain, in the order of its tokens."""

    def __init__(self, ledger: Ledger, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._clock = clock
        self._budgets: dict[str, Sequence[Budget]] = {}
        self._owed: list[Bill] = []
        self._turns = 0

    async def enter(self, domain: str, budgets: Sequence[Budget]) -> None:
        """Before a domain's first call: what was spent today before a restart counts."""
        self._budgets[domain] = budgets
        for known in await self._ledger.spending.tokens():
            if known.domain == domain and known.token <= len(budgets):
                used = known.day_used if known.day_used is not None else sum(known.today.values())
                budgets[known.token - 1].recall(Quota(known.qps_limit, None, known.day_limit, used))

    async def turn(self) -> None:
        """Record what was spent; now and then look ahead. Raises LedgerUnavailable."""
        await self._settle()
        if self._turns % LOOK_EVERY == 0:
            await self._look_ahead()
        self._turns += 1

    async def leave(self) -> None:
        """At the end. What cannot be recorded then is known to the platform."""
        try:
            await self._settle()
        except LedgerUnavailable as error:
            log.warning("quotas.not_recorded", reason=str(error))

    def now(self) -> Iterator[tuple[str, Quota]]:
        """What each token was last told, by `acme/1` for the first one of acme."""
        for domain, number, budget in self.budgets():
            yield f"{domain}/{number}", budget.quota()

    def budgets(self) -> Iterator[tuple[str, int, Budget]]:
        """Domain, which of its tokens, and the budget of that."""
        for domain, budgets in self._budgets.items():
            for number, budget in enumerate(budgets, start=1):
                yield domain, number, budget

    async def _settle(self) -> None:
        """What a ledger did not take is owed until the next time."""
        self._owed += [bill for bill in self._bills() if bill.calls]
        if self._owed:
            await self._ledger.spending.settle(self._owed)
            self._owed.clear()

    def _bills(self) -> Iterator[Bill]:
        for domain, number, budget in self.budgets():
            spent, quota = budget.drain(), budget.quota()
            calls = {(hour, priority.name.lower()): count for (hour, priority), count in spent.items()}
            self._metrics.spending.spent(_by_class(calls))
            yield Bill(domain, number, calls, quota.qps_limit, quota.day_limit, quota.day_used)

    async def _look_ahead(self) -> None:
        now = self._clock()
        found = [standing(one, now) for one in await self._ledger.spending.tokens() if one.domain in self._budgets]
        backlog = await self._ledger.spending.backlog()
        drained: list[datetime] = []
        for domain in self._budgets:
            waiting = backlog.get(domain, {})
            moment = drained_at(waiting, [one for one in found if one.domain == domain], now)
            if waiting and moment is not None:
                drained.append(moment)
        runs_out = earliest(one.runs_out_at for one in found)
        self._metrics.spending.forecast(sum(one.left_to_scan for one in found), runs_out, max(drained, default=None))


def _by_class(calls: Mapping[tuple[int, str], int]) -> Counter[str]:
    found = Counter[str]()
    for (_, call_class), count in calls.items():
        found[call_class] += count
    return found
