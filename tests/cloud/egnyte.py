"""An emulated domain with a client of ours to it, and other people who act in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.server import Running, start
from scanner.cloud.client import EgnyteClient
from scanner.cloud.port import FileInfo, Priority
from scanner.errors import ThrottleScope
from scanner.model import GroupId
from scanner.settings import DomainSettings
from tests.plain_http import control

QUICK = {"connect": 2.0, "read": 0.4, "write": 2.0, "pool": 2.0}
"""Seconds; a call that stalls is over soon."""
FOLDER = "/Shared/Projects"


@dataclass(slots=True)
class Seen:
    """An observer that remembers: operation, status or failure, exceeded limit."""

    calls: list[tuple[str, int | str, ThrottleScope | None]] = field(default_factory=list)

    def __call__(self, operation: str, code: int | str, seconds: float, throttled: ThrottleScope | None) -> None:
        assert seconds >= 0
        self.calls.append((operation, code, throttled))

    def codes(self, operation: str) -> list[int | str]:
        return [code for name, code, _ in self.calls if name == operation]


@dataclass(slots=True)
class Egnyte:
    emulator: Running
    cloud: EgnyteClient
    seen: Seen
    token_file: Path

    def control(self, method: str, path: str, **options: Any) -> Any:
        return control(self.emulator.base_url, method, path, **options)

    def act(self, action: str, by: str = "pnovak", **what: Any) -> dict[str, Any]:
        body = {"as": by, "source": "WebUI", "action": action, **what}
        answer: dict[str, Any] = self.control("POST", "act", json=body)
        return answer

    def put(self, path: str, content: bytes = b"content", by: str = "pnovak") -> dict[str, Any]:
        """Ids of an uploaded version."""
        query = {"path": path, "actor": by, "source": "WebUI"}
        answer: dict[str, Any] = self.control("POST", "upload", params=query, content=content)
        return answer

    def fault(self, **rule: Any) -> None:
        self.control("POST", "faults", json=rule)

    def switch(self, **changes: Any) -> None:
        self.control("POST", "switches", json=changes)

    def requests(self) -> list[str]:
        """Method and path of each call since the start."""
        return [f"{each['method']} {each['path']}" for each in self.control("GET", "requests")]

    async def look(self, group_id: str) -> FileInfo:
        return await self.cloud.file(GroupId(group_id), priority=Priority.REMEDIATION)


def settings_for(base_url: str, token_file: Path) -> DomainSettings:
    return DomainSettings(name="acme", base_url=base_url, token_file=token_file)


@contextlib.contextmanager
def running_egnyte(folder: Path, *, qps: int = 1_000_000, daily: int = 1_000_000_000) -> Iterator[Egnyte]:
    """Limits are those of the token. The client is left open: its loop belongs to the test."""
    emulator = start(qps=qps, daily=daily)
    token_file = folder / "token"
    token_file.write_text(emulator.token + "\n")
    seen = Seen()
    client = EgnyteClient(settings_for(emulator.base_url, token_file), observe=seen, timeouts=QUICK)
    egnyte = Egnyte(emulator, client, seen, token_file)
    try:
        for name in ("pnovak", "jdoe"):
            egnyte.control("POST", "users", json={"username": name, "user_type": "power"})
        egnyte.act("add_folder", by="svc-scanner", path=FOLDER)
        yield egnyte
    finally:
        emulator.stop()
