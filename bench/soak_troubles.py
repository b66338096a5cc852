"""What goes wrong in the soak, and when: planned before it begins, the same for the same seed.

Refusals that a repeat would not change (403, 404, 409 out of the blue) are not among them: they would be lies of the
platform about its own state. Those that come of what people do, do come, since people do it all the time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

FAULT_EVERY, OUTAGE_EVERY, TOKEN_EVERY = 8, 200, 1_000
"""Versions between two of them, on average."""
KILLS_UNTIL = 0.6
"""After this share of the versions the service is killed no more, so that its memory can be watched."""
OUTAGES = ("freeze_clamd", "stop_clamd", "kill_clamd")
ROUTES = ("", "/fs-content/ids/file", "/v2/events", "/fs/ids/file", "/v1/notes", "/v2/links", "/v2/perms", "/userinfo")
FAULTS: tuple[dict[str, Any], ...] = (
    {"throttle": "qps", "dialect": "429"},
    {"throttle": "qps", "dialect": "mashery"},
    {"status": 500},
    {"status": 502, "body": "<h1>Bad Gateway</h1>"},
    {"status": 503, "headers": {"Retry-After": "1"}},
    {"status": 401},
    {"status": 200, "body": "<html>maintenance</html>"},
    {"cut_after": 0},
    {"cut_after": 1},
    {"cut_after": 200},
    {"delay": 0.5},
    {"delay": 2.0},
    {"rate": 5_000},
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """`at`: how many versions there are by then. `rule` is a fault of the emulator."""

    at: int
    what: str
    rule: dict[str, Any] = field(default_factory=dict)


def troubles(seed: int, versions: int, kills: int) -> list[Trouble]:
    """In their order. Each outage and each change of the token ends before the versions do."""
    chance = random.Random(seed)
    moments = sorted(chance.choices(range(1, max(2, int(versions * KILLS_UNTIL))), k=kills))
    found = [Trouble(0, "late_events"), *(Trouble(at, "kill") for at in moments)]
    found += [_fault(chance, versions) for _ in range(versions // FAULT_EVERY)]
    for begin in range(0, versions - OUTAGE_EVERY // 2, OUTAGE_EVERY):
        at = begin + chance.randint(5, 60)
        found += [Trouble(at, chance.choice(OUTAGES)), Trouble(at + chance.randint(10, 100), "mend_clamd")]
    for begin in range(0, versions - OUTAGE_EVERY // 2, TOKEN_EVERY):
        at = begin + chance.randint(5, 60)
        found += [Trouble(at, "revoke_token"), Trouble(at + chance.randint(5, 80), "write_token")]
    return sorted(found, key=lambda trouble: trouble.at)


def _fault(chance: random.Random, versions: int) -> Trouble:
    rule = {"route": chance.choice(ROUTES), "count": chance.randint(1, 3), **chance.choice(FAULTS)}
    return Trouble(chance.randrange(versions), "fault", rule)
