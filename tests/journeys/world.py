"""A whole small world for journeys: an emulated domain, a real clamd, a scanner with a ledger of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from emulator.server import Running, start
from scanner.ledger.ledger import Ledger
from scanner.ledger.queries import VerdictRow
from scanner.service.assembly import assembled, utc_now
from scanner.service.once import Summary, run_once
from scanner.settings import Settings, load_settings

RULES = Path(__file__).parent.parent.parent / "rules"
QUARANTINE = "/Shared/Quarantine"
PATIENCE = 60.0


@dataclass(slots=True)
class World:
    emulator: Running
    folder: Path
    clamd: str
    sections: dict[str, Any] = field(default_factory=dict)
    """Settings beside the defaults, by section."""

    @property
    def config(self) -> Path:
        return self.folder / "scanner.yaml"

    def settings(self) -> Settings:
        (self.folder / "token").write_text(self.emulator.token)
        domain = {"name": "acme", "base_url": self.emulator.base_url, "token_file": str(self.folder / "token")}
        written = {
            "domains": [domain | self.sections.pop("domain", {})],
            "events": {"start": "oldest", "min_interval": "100ms", "max_interval": "500ms"},
            "clamav": {"address": self.clamd, "scan_timeout": "20s"},
            "rules": {"paths": [str(RULES)]},
            "ledger": {"url": f"sqlite:///{self.folder}/ledger.db"},
            "spool": {"dir": str(self.folder)},
            "http": {"listen": "127.0.0.1:0"},
        }
        for section, values in self.sections.items():
            written[section] = {**written.get(section, {}), **values}  # type: ignore[dict-item]
        self.config.write_text(yaml.safe_dump(written))
        return load_settings(self.config, environ={})

    def control(self, method: str, path: str, **options: Any) -> Any:
        answer = httpx.request(method, f"{self.emulator.base_url}/_emulator/{path}", timeout=60, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def upload(self, path: str, content: bytes, actor: str = "pnovak") -> dict[str, Any]:
        query = {"path": path, "actor": actor, "source": "WebUI"}
        answer: dict[str, Any] = self.control("POST", "upload", params=query, content=content)
        return answer

    def act(self, action: str, actor: str = "pnovak", **what: Any) -> dict[str, Any]:
        body = {"as": actor, "source": "WebUI", "action": action, **what}
        answer: dict[str, Any] = self.control("POST", "act", json=body)
        return answer

    def fault(self, **rule: Any) -> None:
        self.control("POST", "faults", json=rule)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.control("GET", "state")
        return state

    def requests(self) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = self.control("GET", "requests")
        return log

    async def once(self) -> Summary:
        """What `scanner run --once` does, in this process."""


        async with assembled(self.settings()) as parts:
            return await run_once(parts, asyncio.Event())

    async def verdicts(self) -> list[VerdictRow]:
        async with Ledger.reading(self.settings().ledger, utc_now) as ledger:
            return await ledger.verdicts()

    async def kinds(self) -> dict[str, str]:
        """Verdict by path, as `scanner verdicts list` shows them."""
        return {row.path: str(row.kind) for row in await self.verdicts()}

    def spawn(self) -> subprocess.Popen[bytes]:
        """`scanner run` as a process of its own; its log is in the folder."""
        self.settings()
        with (self.folder / "scanner.log").open("ab") as log:
            command = [sys.executable, "-m", "scanner", "run", "--config", str(self.config)]
            return subprocess.Popen(command, stdout=log, stderr=log)

    def log(self) -> str:
        return (self.folder / "scanner.log").read_text()


@contextlib.contextmanager
def new_world(folder: Path, clamd: str, **sections: Any) -> Iterator[World]:
    emulator = start()
    world = World(emulator, folder, clamd, dict(sections))
    try:
        for name in ("pnovak", "jdoe", "mallory"):
            world.control("POST", "users", json={"username": name, "user_type": "power"})
        world.act("add_folder", actor="svc-scanner", path="/Shared/Projects")
        yield world
    finally:
        emulator.stop()


def stop(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    """Send a signal to a process of ours and give its exit code."""
    if process.poll() is None:
        os.kill(process.pid, number)
    return process.wait(30)


def wait_until(true: Any, what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
