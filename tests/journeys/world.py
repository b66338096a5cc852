"""A whole small world for journeys: an emulated domain, a real clamd, a scanner with a ledger of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import yaml

from emulator.blobs import memory_blob
from emulator.server import Running, start
from scanner import logs
from scanner.errors import RetryLater
from scanner.ledger.ledger import Ledger
from scanner.ledger.orders.holding import Decision
from scanner.ledger.rows import VerdictRow
from scanner.service.assembly import assembled, utc_now
from scanner.service.once import Summary, run_once
from scanner.settings import Settings, load_settings
from tests.journeys.stored import Stored
from tests.plain_http import call, control

RULES = Path(__file__).parent.parent.parent / "rules"
QUARANTINE = "/Shared/Quarantine"
PATIENCE = 60.0
TOKEN = "k8Vw2nQz6RtY4mXc9LpD"  # guards nothing; odd enough to be found wherever it leaks
ENGINES = {"clamd", "containers", "rules"}
LOG = "scanner.log"


@dataclass(slots=True)
class World:
    emulator: Running
    folder: Path
    clamd: str
    sections: dict[str, Any] = field(default_factory=dict)
    """Settings beside the defaults, by section; may be changed between two runs."""
    token: str = TOKEN
    """What is in the token file."""
    unread: str = ""
    """Why, at the end of a test, events may be left that nobody has read; empty: none may."""

    @property
    def config(self) -> Path:
        return self.folder / "scanner.yaml"

    @property
    def _own_file(self) -> str:
        return f"sqlite:///{self.folder}/ledger.db"

    def settings(self) -> Settings:
        (self.folder / "token").write_text(self.token)
        domain = {"name": "acme", "base_url": self.emulator.base_url, "token_file": str(self.folder / "token")}
        written = {
            "domains": [domain | self.sections.get("domain", {})],
            "events": {"start": "oldest", "min_interval": "100ms", "max_interval": "500ms"},
            "clamav": {"address": self.clamd, "scan_timeout": "20s"},
            "rules": {"paths": [str(RULES)]},
            "ledger": {"url": self._own_file},
            # Where there is no one owner, what a dead one had in hand is another's only after that.
            "workers": {"lease": "5s"},
            "spool": {"dir": str(self.folder)},
            "http": {"listen": "127.0.0.1:0"},
        }
        for section, values in self.sections.items():
            if section == "domain":
                continue
            whole = isinstance(values, list)
            written[section] = values if whole else {**written.get(section, {}), **values}  # type: ignore[dict-item]
        self.config.write_text(yaml.safe_dump(written))
        return load_settings(self.config, environ={})

    def control(self, method: str, path: str, **options: Any) -> Any:
        return control(self.emulator.base_url, method, path, **options)

    def upload(self, path: str, content: bytes, actor: str = "pnovak") -> dict[str, Any]:
        query = {"path": path, "actor": actor, "source": "WebUI"}
        answer: dict[str, Any] = self.control("POST", "upload", params=query, content=content)
        return answer

    def swap(self, group_id: str, content: bytes, checksum: str | None = None) -> None:
        """Other bytes under the current entry id, which no API offers: empty files, and contents that rotted."""

        def replace() -> None:
            current = self.emulator.domain.tree.files[group_id].current
            current.blob = memory_blob(content)
            current.checksum = current.blob.sha512 if checksum is None else checksum

        self.emulator.call(replace)

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

    def get(self, path: str, token: str) -> int:
        """The status that somebody else's call gets."""
        url = self.emulator.base_url + quote(path)
        return call("GET", url, headers={"Authorization": f"Bearer {token}"}).status_code

    def calls(self, pattern: str) -> list[int]:
        """The statuses of all calls so far whose `METHOD /path?query` has the pattern in it."""
        log = [(f"{one['method']} {one['path']}?{one['query']}", one["status"]) for one in self.requests()]
        return [status for line, status in log if re.search(pattern, line)]

    async def once(self) -> Summary:
        """What `scanner run --once` does, in this process."""
        with (self.folder / LOG).open("a") as log, _logging_to(log):
            try:
                async with assembled(self.settings()) as parts:
                    return await run_once(parts, asyncio.Event())
            except RetryLater as error:
                return Summary(unfinished=[str(error)])

    async def all_of(self, runs: int = 6) -> Summary:
        """Run again and again, with all waiting over in between, until nothing is unfinished."""
        for _ in range(runs):
            summary = await self.once()
            if not summary.unfinished:
                return summary
            self.wait_over()
        raise AssertionError(f"still unfinished after {runs} runs: {summary.unfinished}")

    async def decide(self, decision: Decision) -> int:
        """On all plans that a brake holds; gives how many."""
        async with Ledger.reading(self.settings().ledger, utc_now) as ledger:
            plans = [one.id for one in await ledger.holds.plans()]
            return await ledger.holds.decide(plans, decision, by="jdoe", because="looked at by hand")

    @property
    def stored(self) -> Stored:
        return Stored(self.sections.get("ledger", {}).get("url") or self._own_file)

    def age(self, days: int) -> None:
        self.stored.age(days)

    def wait_over(self) -> None:
        self.stored.wait_over()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the ledger holds, by SQL that either database takes."""
        return self.stored.sql(statement)

    def rows_yet(self, statement: str) -> list[tuple[Any, ...]]:
        """The same; none while the service has still to make the ledger."""
        return self.rows(statement) if self.stored.is_made() else []

    async def verdicts(self) -> list[VerdictRow]:
        async with Ledger.reading(self.settings().ledger, utc_now) as ledger:
            return await ledger.verdicts()

    async def kinds(self) -> dict[str, str]:
        """Verdict by path, as `scanner verdicts list` shows them."""
        return {row.path: str(row.kind) for row in await self.verdicts()}

    async def reasons(self) -> dict[str, str]:
        """Verdict with its reasons, by path."""
        return {row.path: " ".join([str(row.kind), *row.reasons]) for row in await self.verdicts()}

    def outcomes(self) -> list[tuple[str, str]]:
        """Path and how work on it ended, in the order it was first seen; the state where it has not."""
        first_told = "SELECT min(event_id) FROM events e WHERE e.domain = w.domain AND e.entry_id = w.entry_id"
        return self.rows(f"SELECT path, coalesce(outcome, state) FROM work w ORDER BY first_seen_at, ({first_told})")

    def steps(self) -> list[tuple[str, str]]:
        """Kind and state of every step of every plan."""
        return self.rows("SELECT kind, state FROM steps ORDER BY id")

    def skipped(self) -> dict[str, int]:
        """Events that needed no scan, by reason."""
        return dict(self.rows("SELECT reason, count(*) FROM events WHERE disposition = 'skipped' GROUP BY reason"))

    def places(self) -> dict[str, str]:
        """Where each file is now, by group id."""
        return {file["group_id"]: file["path"] for file in self.state()["files"]}

    def check(self) -> None:
        """What holds in every world, whatever went wrong in it."""
        self._check_nothing_is_lost()
        self._check_clean_was_looked_at()
        self._check_no_secret_is_written()

    def _check_nothing_is_lost(self) -> None:
        if self.unread:
            return
        query = "SELECT entry_id FROM work WHERE verdict_id IS NOT NULL OR state IN ('queued', 'running', 'waiting')"
        known = {entry for (entry,) in self.rows(query)}
        watched = [one for one in self.state()["files"] if not one["path"].startswith((QUARANTINE, "/Shared/Ignored"))]
        known |= {entry for (entry,) in self.rows("SELECT entry_id FROM made")}
        lost = [one["path"] for one in watched if one["versions"][-1]["entry_id"] not in known]
        assert lost == [], "versions without a verdict, and nobody will look at them"

    def _check_clean_was_looked_at(self) -> None:
        contents = {
            version["entry_id"]: version["sha512"] for file in self.state()["files"] for version in file["versions"]
        }
        for entry, sha512, text in self.rows("SELECT entry_id, sha512, inspections FROM verdicts WHERE kind = 'clean'"):
            assert sha512 == contents.get(entry, sha512), f"{entry} is clean for the sake of another content"
            complete = {one["engine"] for one in json.loads(text) if one["gap"] is None}
            assert complete >= ENGINES, f"{entry} is clean, but only {complete} looked at it"

    def _check_no_secret_is_written(self) -> None:
        for file in self.folder.iterdir():
            if file.is_file() and file.name != "token":
                assert self.token.encode() not in file.read_bytes(), f"the token is in {file.name}"

    def spawn(self, *options: str, log: str = LOG) -> subprocess.Popen[bytes]:
        """`scanner run` as a process of its own; its log is in the folder."""
        self.settings()
        with (self.folder / log).open("ab") as written:
            command = [sys.executable, "-m", "scanner", "run", "--config", str(self.config), *options]
            return subprocess.Popen(command, stdout=written, stderr=written)

    def log(self, name: str = LOG) -> str:
        return (self.folder / name).read_text()


@contextlib.contextmanager
def new_world(folder: Path, clamd: str, **sections: Any) -> Iterator[World]:
    emulator = start(token=TOKEN)
    world = World(emulator, folder, clamd, dict(sections))
    try:
        for name in ("pnovak", "jdoe", "mallory"):
            world.control("POST", "users", json={"username": name, "user_type": "power"})
        world.act("add_folder", actor="svc-scanner", path="/Shared/Projects")
        yield world
    finally:
        emulator.stop()


@contextlib.contextmanager
def _logging_to(stream: TextIO) -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.configure(stream)
    try:
        yield
    finally:
        root.handlers = before
        root.setLevel(level)


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
