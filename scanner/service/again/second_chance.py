"""Versions that were given up are looked at again by themselves once the cause is gone.

Nobody tells when a right is restored or a clamd has been mended, and asking for all that were given up would burn
quota each time. So a few of each domain and reason go ahead; when one of them comes through, the rest follows. What a
person let out of quarantine in the meantime is left to persons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from scanner.ledger.ledger import Ledger
from scanner.ledger.work.dead_letters import Choice, Group
from scanner.metrics import Metrics
from scanner.model import EntryId
from scanner.pipeline.patience import HOPELESS

log = structlog.get_logger("scanner.dispatch")

LOOK_EVERY = 60.0
SCOUTS = 3
"""Versions that go ahead. One alone may be beyond help for a reason of its own."""
FIRST_REST = timedelta(hours=1)
LONGEST_REST = timedelta(days=1)
"""From one try to the next; each rest is twice the one before."""


@dataclass(slots=True)
class Trial:
    """What is known of one domain and reason. Kept in memory: after a restart it begins anew with a few scouts."""

    due: datetime
    rest: timedelta = FIRST_REST
    scouts: tuple[EntryId, ...] = ()
    sent_at: datetime | None = None


@dataclass(slots=True)
class SecondChance:
    """One turn at a time."""

    ledger: Ledger
    metrics: Metrics
    trials: dict[tuple[str, str], Trial] = field(default_factory=dict)

    async def turn(self, now: datetime) -> None:
        found = await self.ledger.dead_letters.groups()
        self.metrics.versions_given_up(_by_reason(found))
        groups = {(one.domain, one.reason): one for one in worth_trying(found)}
        # A group of which every version is out as a scout is not among those given up for a while.
        for key in [key for key, trial in self.trials.items() if key not in groups and not trial.scouts]:
            del self.trials[key]
        for key in {**groups, **self.trials}:
            group = groups.get(key)
            trial = self.trials.get(key)
            if trial is None and group is not None:
                trial = self.trials[key] = Trial(max(now, group.since + FIRST_REST))
            if trial is not None:
                await self._try(key, trial, now)

    async def _try(self, key: tuple[str, str], trial: Trial, now: datetime) -> None:
        if trial.scouts:
            await self._hear(key, trial, now)
        elif now >= trial.due:
            choice = Choice(domain=key[0], reason=key[1], but_released=True)
            trial.scouts = tuple(await self.ledger.dead_letters.put_back(choice, SCOUTS))
            trial.sent_at = now
            if not trial.scouts:
                trial.due = now + trial.rest

    async def _hear(self, key: tuple[str, str], trial: Trial, now: datetime) -> None:
        domain, reason = key
        well = await self.ledger.dead_letters.ended_well(domain, trial.scouts)
        if well is None:
            return
        trial.scouts = ()
        if not well:
            trial.due, trial.rest = now + trial.rest, min(2 * trial.rest, LONGEST_REST)
            return
        # Not those that were given up since: among them are the scouts that failed.
        rest = Choice(domain=domain, reason=reason, before=trial.sent_at, but_released=True)
        back = await self.ledger.dead_letters.put_back(rest)
        trial.due, trial.rest = now + FIRST_REST, FIRST_REST
        self.metrics.second_chances.labels(reason).inc(len(back))
        log.info("work.second_chance", domain=domain, reason=reason, versions=len(back))


def _by_reason(groups: Iterable[Group]) -> Counter[str]:
    versions = Counter[str]()
    for one in groups:
        versions[one.reason] += one.versions
    return versions


def worth_trying(groups: Iterable[Group]) -> list[Group]:
    """Those whose cause may go away by itself."""
    return [one for one in groups if one.reason not in {reason.value for reason in HOPELESS}]
