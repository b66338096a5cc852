"""What a call site and a situation are, and the situations that any call may meet.

A situation is prepared in a fresh emulated domain when it is recorded; on replay only the cassette is there. Ids are
the emulator's, which are the same each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.cloud.port import Cloud
from tests.cloud.egnyte import Egnyte

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.yaml"
TOKEN = "cassette-token-that-nobody-may-see"
Seed = dict[str, Any]
"""Ids of what a recording begins with: group, entry, locked, token, link, binned, user, cursor."""
Ask = Callable[[Cloud, Seed], Awaitable[object]]
Prepare = Callable[[Egnyte], None]


@dataclass(frozen=True, slots=True)
class Situation:
    """`error` is the class of what the caller gets; empty for a success."""

    name: str
    error: str = ""
    prepare: Prepare = lambda _egnyte: None
    ask: Ask | None = None
    """In place of the site's own call."""


@dataclass(frozen=True, slots=True)
class Site:
    """`route` is what faults are made for: the site's own call, not those that look around it."""

    name: str
    ask: Ask
    route: str
    method: str = "GET"
    own: tuple[Situation, ...] = ()
    bad: Any = field(default_factory=lambda: {"brand": "new"})
    """A body of the wrong shape; None where the answer is not read."""


@dataclass(frozen=True, slots=True)
class Take:
    """One cassette."""

    site: Site
    situation: Situation = field(compare=False)

    @property
    def label(self) -> str:
        return f"{self.site.name}/{self.situation.name}"

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.label}.yaml"

    def ask(self, cloud: Cloud, seed: Seed) -> Awaitable[object]:
        return (self.situation.ask or self.site.ask)(cloud, seed)


def act(**what: Any) -> Prepare:
    return lambda egnyte: void(egnyte.act(**what))


def switch(**changes: Any) -> Prepare:
    return lambda egnyte: egnyte.switch(**changes)


def faulty(route: str, method: str = "GET", **rule: Any) -> Prepare:
    return lambda egnyte: egnyte.fault(route=route, method=method, **rule)


def void(_value: object) -> None:
    """What is prepared has no result."""


def revoked(egnyte: Egnyte) -> None:
    egnyte.control("DELETE", f"tokens/{TOKEN}")


def revoked_by_old_gateway(egnyte: Egnyte) -> None:
    egnyte.switch(inactive_dialect="mashery")
    revoked(egnyte)


def aged_out(egnyte: Egnyte) -> None:
    egnyte.control("POST", "events/prune", json={"keep": 1})


def common(site: Site) -> tuple[Situation, ...]:
    """What any call may meet (fact sheet 2.4, 8.3). Pauses are long, so that nothing is repeated within the call."""
    page = {"status": 503, "body": "<html>Busy</html>", "headers": {"Retry-After": "60"}}

    def fault(**rule: Any) -> Prepare:
        return faulty(site.route, site.method, **rule)

    refusals = (
        Situation("success"),
        Situation("token-refused", "TokenRefused", revoked),
        Situation("token-refused-by-old-gateway", "TokenRefused", revoked_by_old_gateway),
        Situation("throttled", "Throttled", fault(throttle="day", dialect="429")),
        Situation("throttled-by-old-gateway", "Throttled", fault(throttle="day", dialect="mashery")),
        Situation("unavailable", "CloudUnavailable", fault(**page)),
    )
    odd = (Situation("bad-answer", "BadAnswer", fault(status=200, body=site.bad)),)
    return refusals + (odd if site.bad is not None else ())
