"""Access tokens, each with its own call budget: limits count per token, not per key or user (fact sheet 8.1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import DAY_MS


@dataclass(slots=True)
class Token:
    """Times are epoch ms. `scopes` None means everything. Limits None mean those of the domain."""

    value: str
    user_id: int
    client_id: str = "demo-client"
    scopes: list[str] | None = None
    expires: int | None = None
    refresh: str | None = None
    qps: int | None = None
    daily: int | None = None
    second: int = 0  # the running one-second window
    calls_in_second: int = 0
    day: int = 0  # days since the epoch, UTC: the daily window ends at midnight (row 37)
    calls_in_day: int = 0

    def count(self, now: int) -> None:
        """Counts a call; a throttled one counts too (row 38)."""
        if (second := now // 1000) != self.second:
            self.second, self.calls_in_second = second, 0
        if (day := now // DAY_MS) != self.day:
            self.day, self.calls_in_day = day, 0
        self.calls_in_second += 1
        self.calls_in_day += 1


class Tokens:
    """By access token and by refresh token; revoking one kills the pair (fact sheet 2.4)."""

    def __init__(self) -> None:
        self.by_value: dict[str, Token] = {}
        self.by_refresh: dict[str, Token] = {}

    def add(self, token: Token) -> Token:
        self.by_value[token.value] = token
        if token.refresh is not None:
            self.by_refresh[token.refresh] = token
        return token

    def revoke(self, value: str) -> Token | None:
        """Takes either half; None when nobody knows it."""
        token = self.by_value.get(value) or self.by_refresh.get(value)
        if token is not None:
            self.by_value.pop(token.value, None)
            if token.refresh is not None:
                self.by_refresh.pop(token.refresh, None)
        return token

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(token) for token in self.by_value.values()]

    def load(self, saved: list[dict[str, Any]]) -> None:
        for row in saved:
            self.add(Token(**row))
