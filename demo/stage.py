"""The demo's parts as real processes: clamd, the emulator, the service. Started in order, stopped in reverse."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from demo.clamd import PrivateClamd

REPOSITORY = Path(__file__).parent.parent
TOKEN = "demo-token"
PATIENCE = 60.0
"""Seconds to wait for a part to be ready."""


@dataclass(slots=True)
class Stage:
    """Where everything runs, and how to reach it."""

    folder: Path
    emulator_url: str = ""
    metrics_url: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clamd: PrivateClamd | None = None

    @property
    def config(self) -> Path:
        return self.folder / "scanner.yaml"

    @property
    def log(self) -> Path:
        return self.folder / "scanner.log"

    def control(self, method: str, path: str, **options: Any) -> Any:
        """One call to the emulator's control surface; raises for any refusal."""
        answer = httpx.request(method, f"{self.emulator_url}/_emulator/{path}", timeout=30, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def verdicts(self) -> list[dict[str, Any]]:
        """What `scanner verdicts list` tells."""
        answer = self.scanner("verdicts", "list", "--json")
        if answer.returncode not in (0, 1):
            raise RuntimeError(f"scanner verdicts list failed: {answer.stderr}")
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def account(self) -> dict[str, Any]:
        """What `scanner coverage` tells."""
        answer = self.scanner("coverage", "--json")
        if answer.returncode not in (0, 1):
            raise RuntimeError(f"scanner coverage failed: {answer.stderr}")
        found: dict[str, Any] = json.loads(answer.stdout)
        return found

    def scanner(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the product against this stage."""
        command = [sys.executable, "-m", "scanner", *arguments, "--config", str(self.config)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=120)


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Everything up, in a folder of its own; everything down at the end, whatever happens."""
    here = Stage(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        clamd = here.clamd = stack.enter_context(PrivateClamd(folder / "clamd"))
        stack.callback(_stop_all, here)
        here.emulator_url = _start_emulator(here)
        _write_settings(here, clamd.address)
        yield here


def start_service(here: Stage) -> None:
    """Start `scanner run` and wait until /readyz says yes."""
    with here.log.open("wb") as log:
        command = [sys.executable, "-m", "scanner", "run", "--config", str(here.config)]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=REPOSITORY)
    here.processes.append(process)
    deadline = time.monotonic() + PATIENCE
    while not _answers(here.metrics_url + "/readyz"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the service did not start; its last words:\n{here.log.read_text()[-2000:]}")
        time.sleep(0.1)


def _start_emulator(here: Stage) -> str:
    limits = ["--qps", "1000", "--daily", "1000000"]
    command = [sys.executable, "-m", "emulator", "--port", "0", "--seed", "demo", "--token", TOKEN, *limits]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
    here.processes.append(process)
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    if "ready on " not in line:
        raise RuntimeError(f"the emulator did not start: {line!r}")
    return line.split("ready on ")[1].strip()


def _write_settings(here: Stage, clamd_address: str) -> None:
    token = here.folder / "token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    listen = f"127.0.0.1:{_free_port()}"
    here.metrics_url = f"http://{listen}"
    domain = {"name": "demo", "base_url": here.emulator_url, "token_file": str(token), "watch": ["/Shared"]}
    settings = {
        "domains": [domain],
        "events": {"start": "oldest", "min_interval": "200ms", "max_interval": "1s"},
        "clamav": {"address": clamd_address},
        "rules": {"paths": [str(REPOSITORY / "rules")]},
        "ledger": {"url": f"sqlite:///{here.folder.resolve()}/ledger.db"},
        "spool": {"dir": str(here.folder.resolve())},
        "http": {"listen": listen},
    }
    here.config.write_text(yaml.safe_dump(settings, sort_keys=False))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _stop_all(here: Stage) -> None:
    for process in reversed(here.processes):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()
