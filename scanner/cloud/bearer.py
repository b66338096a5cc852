"""Whose token goes with a call. The first one does everything; further ones, of other users, only download.

What is moved or commented must be the first user's: by that we know our own events (fact sheet 3.9). Each token has a
quota of its own (8.1), and sees what its user may see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.cloud.auth import TokenFile, Tokens
from scanner.cloud.budget import Budget
from scanner.cloud.meter import Meter, Observe
from scanner.cloud.port import Priority
from scanner.cloud.stored_tokens import StoredTokens
from scanner.cloud.token_store import TokenStore
from scanner.settings import DomainSettings

REST = 600.0
"""Seconds for which a further token that was refused what the first one got is not used."""


@dataclass(slots=True)
class Bearer:
    """A token with the budget of its own."""

    number: int
    """1 for the first."""
    tokens: Tokens
    budget: Budget
    meter: Meter
    clock: Callable[[], float] = time.monotonic
    _rests_until: float = field(default=0.0, init=False)

    @property
    def rests(self) -> bool:
        return self.clock() < self._rests_until

    def rest(self) -> None:
        """It saw less than the first one, or is not accepted: asking it first would cost a call more each time."""
        self._rests_until = self.clock() + REST


def bearers(settings: DomainSettings, observe: Observe) -> tuple[Bearer, ...]:
    """The first one, then those for downloads. Raises ConfigurationError."""
    sources = [_first(settings), *(_further(settings, path) for path in settings.download_token_files)]
    found = []
    for number, tokens in enumerate(sources, start=1):
        budget = Budget()
        found.append(Bearer(number, tokens, budget, Meter(budget, observe, settings.name)))
    return tuple(found)


def stores(found: Sequence[Bearer]) -> tuple[StoredTokens, ...]:
    """Of those that were signed in to, which are to be kept fresh."""
    return tuple(one.tokens for one in found if isinstance(one.tokens, StoredTokens))


def in_order(found: Sequence[Bearer], priority: Priority) -> list[Bearer]:
    """For a download: first who has calls left, then who has the shorter queue, then who has more left. The first
    token comes after its equals, since feed and remediation need it."""

    def rank(one: Bearer) -> tuple[bool, int, float, int]:
        room = one.budget.room(priority)
        return room <= 0, one.budget.waiting, -room, -one.number

    return sorted((one for one in found if not one.rests), key=rank)


def _first(settings: DomainSettings) -> Tokens:
    if settings.oauth is not None:
        return StoredTokens(settings, settings.oauth)
    assert settings.token_file is not None  # the settings have checked it
    return TokenFile(settings.token_file)


def _further(settings: DomainSettings, path: Path) -> Tokens:
    """A bare token, or where the domain is signed in to, a store."""
    if settings.oauth is not None and TokenStore.looks_like(path):
        return StoredTokens(settings, settings.oauth, path)
    return TokenFile(path)
