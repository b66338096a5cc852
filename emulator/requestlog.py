"""The last requests, for tests that count calls or look for what was sent. Bounded; control calls are not in it."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

LIMIT = 10_000


@dataclass(slots=True)
class Entry:
    """`status` is what was answered; 0 when the connection ended before an answer."""

    method: str
    path: str
    query: str
    status: int
    user: str | None
    time: int  # epoch ms by the emulator's clock


class RequestLog:
    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=LIMIT)

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self.entries]
