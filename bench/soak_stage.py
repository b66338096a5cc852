"""Where the soak plays: an emulated domain, a clamd, and the service as a process of its own, all of which fail."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from bench.soak_troubles import Trouble
from demo.clamd import PrivateClamd
from demo.postgres import PrivatePostgres, asked, dumped
from demo.stage import REPOSITORY
from emulator.server import Running

FIRST_TOKEN = "first-k8Vw2nQz6RtY4mXc"  # guards nothing; odd enough to be found wherever it leaks
RULES = REPOSITORY / "rules" / "disguise"
NO_BRAKE = {
    "max_per_hour": 1_000_000,
    "max_per_rule_per_hour": 1_000_000,
    "max_per_signature_per_hour": 1_000_000,
    "max_share_percent": 100,
}
MOST_EXITS = 20
MOST_FAULTS = 6
DATABASE = "soak"
MIB = 1024**2


@dataclass(slots=True)
class Stage:
    folder: Path
    emulator: Running
    clamd: PrivateClamd
    server: PrivatePostgres | None = None
    """Where the ledger is; None for a file."""
    replicas: int = 1
    tokens: list[str] = field(default_factory=lambda: [FIRST_TOKEN])
    troubles: Counter[str] = field(default_factory=Counter)
    """So far, by what."""
    exits: list[int] = field(default_factory=list)
    """How the service ended where nobody had killed it."""
    memory: list[tuple[int, float, float]] = field(default_factory=list)
    """Process id of a service, MiB that it has in memory, and those of its children, twice a second."""
    processes: dict[int, psutil.Process] = field(default_factory=dict)
    """The services and all their children, of all their lives."""
    last_exits: list[int] = field(default_factory=list)
    """How they ended when they were asked to."""
    _services: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The services, their memory watched; in the end they are asked to stop."""
        self._write_settings()
        self._services = [self._spawned() for _ in range(self.replicas)]
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(over,))
        watcher.start()
        try:
            yield
            for service in self._services:
                service.terminate()
            self.last_exits = [service.wait(60) for service in self._services]
        finally:
            over.set()
            watcher.join()
            for service in self._services:
                if service.poll() is None:
                    service.kill()
                    service.wait(30)

    def happen(self, trouble: Trouble) -> None:
        self.troubles[trouble.what] += 1
        if trouble.what == "fault":
            self.emulator.call(lambda: self._add_fault(trouble.rule))
        else:
            getattr(self, f"_{trouble.what}")()

    def mend(self) -> None:
        """No fault is left, clamd works, the token is the right one."""
        self.emulator.call(self.emulator.domain.faults.rules.clear)
        self._mend_clamd()
        self._write_token()

    def keep_alive(self) -> None:
        """As whatever supervises them would. Raises RuntimeError with last words where one ends again and again."""
        for place, service in enumerate(self._services):
            if service.poll() is None:
                continue
            self.exits.append(service.returncode)
            if len(self.exits) == MOST_EXITS:
                raise RuntimeError(f"the service ends by itself: {(self.folder / 'scanner.log').read_text()[-2000:]}")
            self._services[place] = self._spawned()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-m", "scanner", *arguments, "--config", str(self._config)]
        return subprocess.run(whole, capture_output=True, text=True, cwd=REPOSITORY, check=False)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The ledger, by SQL."""
        if self.server is not None:
            return asyncio.run(asked(self._ledger_url, query))
        path = self.folder / "ledger.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as ledger:
            return ledger.execute(query).fetchall()

    def ended(self) -> int:
        """Versions on which work has ended; none where the service is still making the ledger."""
        try:
            return int(self.ask("SELECT count(*) FROM work WHERE state IN ('done', 'parked')")[0][0])
        except sqlite3.OperationalError:
            return 0

    def leaks(self) -> list[str]:
        """Files in which a token stands, besides its own, and the ledger where that is elsewhere."""
        written = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}
        if self.server is not None:
            written["ledger"] = dumped(self._ledger_url).encode()
        del written["token"]
        return [name for name, text in written.items() if any(token.encode() in text for token in self.tokens)]

    def orphans(self) -> list[int]:
        """Processes of the service that have outlived it."""
        return [pid for pid, process in self.processes.items() if process.is_running() and not _ended(process)]

    @property
    def _config(self) -> Path:
        return self.folder / "scanner.yaml"

    def _write_settings(self) -> None:
        self._write_token()
        domain = {"name": "acme", "base_url": self.emulator.base_url, "token_file": str(self.folder / "token")}
        settings = {
            "domains": [domain],
            "events": {"start": "oldest", "min_interval": "200ms", "max_interval": "1s"},
            "clamav": {"address": self.clamd.address, "scan_timeout": "10s"},
            "rules": {"paths": [str(RULES)]},
            "ledger": {"url": self._ledger_url},
            "spool": {"dir": str(self.folder.resolve())},
            "http": {"listen": "127.0.0.1:0"},
            "remediation": NO_BRAKE,
        }
        self._config.write_text(yaml.safe_dump(settings))
        if self.server is not None:
            self.server.sql(f"CREATE DATABASE {DATABASE}")
            made = self.command("ledger", "migrate")
            if made.returncode:
                raise RuntimeError(f"the ledger could not be made: {made.stderr}")

    @property
    def _ledger_url(self) -> str:
        here = f"sqlite:///{self.folder.resolve()}/ledger.db"
        return here if self.server is None else self.server.url(DATABASE)

    def _add_fault(self, rule: dict[str, Any]) -> None:
        """The oldest that nobody has met go: else they heap up while the service is away, and keep it away."""
        faults = self.emulator.domain.faults
        del faults.rules[: -MOST_FAULTS + 1]
        faults.add(rule)

    def _spawned(self) -> subprocess.Popen[bytes]:
        with (self.folder / "scanner.log").open("ab") as log:
            command = [sys.executable, "-m", "scanner", "run", "--config", str(self._config)]
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=REPOSITORY)

    def _late_events(self) -> None:
        self.emulator.call(lambda: self.emulator.domain.switches.update({"late_every": 40, "late_ms": 3_000}))

    def _kill(self) -> None:
        """One after the other, where there are several."""
        self.keep_alive()
        place = self.troubles["kill"] % self.replicas
        self._services[place].kill()
        self._services[place].wait(30)
        self._services[place] = self._spawned()

    def _freeze_clamd(self) -> None:
        self._signal_clamd(signal.SIGSTOP)

    def _stop_clamd(self) -> None:
        self.clamd.stop()

    def _kill_clamd(self) -> None:
        self._signal_clamd(signal.SIGKILL)
        assert self.clamd.process is not None
        self.clamd.process.wait(30)

    def _mend_clamd(self) -> None:
        assert self.clamd.process is not None
        if self.clamd.process.poll() is None:
            self._signal_clamd(signal.SIGCONT)
        else:
            self.clamd.start()

    def _signal_clamd(self, number: int) -> None:
        assert self.clamd.process is not None
        self.clamd.process.send_signal(number)

    def _revoke_token(self) -> None:
        """Another one is issued and the old one dies; the service is not told yet."""
        old, new = self.tokens[-1], f"token-{len(self.tokens)}-k8Vw2nQz6RtY4mXc"

        def replace() -> None:
            self.emulator.domain.issue_token(self.emulator.admin, value=new)
            self.emulator.domain.tokens.revoke(old)

        self.emulator.call(replace)
        self.tokens.append(new)

    def _write_token(self) -> None:
        (self.folder / "token").write_text(self.tokens[-1])

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.5):
            for one in list(self._services):
                self._look_at(one.pid)

    def _look_at(self, pid: int) -> None:
        with contextlib.suppress(psutil.Error):  # it has just been killed
            service = psutil.Process(pid)
            children = service.children(recursive=True)
            self.processes |= {one.pid: one for one in (service, *children)}
            sizes = [one.memory_info().rss / MIB for one in (service, *children)]
            self.memory.append((service.pid, sizes[0], sum(sizes[1:])))


def _ended(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.status() == psutil.STATUS_ZOMBIE
    return True
