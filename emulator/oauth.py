"""What the token endpoint remembers: registered applications, codes that wait, and how often it was asked.

None of it is in the state folder: codes live two minutes, and counters an hour.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

CODE_LIFETIME_MS = 120_000
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Application:
    """`internal` keys may use the password flow and no other key may (fact sheet 2.2)."""

    client_id: str
    secret: str
    redirect_uri: str = ""  # empty: any on HTTPS or loopback
    internal: bool = True
    scopes: list[str] | None = None  # None: whatever is asked for


@dataclass(frozen=True, slots=True)
class Code:
    """Single use. `expires` is epoch ms."""

    client_id: str
    redirect_uri: str
    user_id: int
    scopes: tuple[str, ...] | None
    expires: int
    challenge: str = ""  # PKCE, S256 (RFC 7636)


def demo_applications() -> dict[str, Application]:
    """One that asks with passwords, one that asks with codes. The secrets guard nothing."""
    made = (
        Application("demo-client", "demo-secret"),
        Application("public-client", "public-secret", internal=False),
    )
    return {each.client_id: each for each in made}


@dataclass(slots=True)
class OAuth:
    """`public_limit` counts token requests of a key, `password_limit` those of a user; both in any hour."""

    applications: dict[str, Application] = field(default_factory=demo_applications)
    codes: dict[str, Code] = field(default_factory=dict)
    public_limit: int = 100
    password_limit: int = 10
    _asked: defaultdict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, key: str, limit: int, now: int) -> int:
        """Counts a request; 0, or the seconds until another one will be answered. A refused one does not count."""
        times = self._asked[key]
        while times and times[0] <= now - HOUR_MS:
            times.popleft()
        if len(times) < limit:
            times.append(now)
            return 0
        return (times[0] + HOUR_MS - now + 999) // 1000
