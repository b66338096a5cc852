"""A Prometheus, and an Alertmanager, of one's own: on free ports of loopback, keeping what they keep in one folder."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from demo.stage import _free_port as free_port

READY_TIMEOUT = 30.0
JOB = "scanner"
SCRAPE_EVERY = "1s"


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two, by its address."""

    url: str

    def get(self, path: str, **query: Any) -> Any:
        """What its API answers. Raises RuntimeError with its own words where it refuses."""
        answer = httpx.get(f"{self.url}{path}", params=query, timeout=30)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} {query}: {answer.text}")
        return answer.json()

    def query(self, expression: str, at: float) -> list[dict[str, Any]]:
        """An instant query of a Prometheus."""
        found = self.get("/api/v1/query", query=expression, time=at)["data"]["result"]
        return [{"metric": one["metric"], "values": [one["value"]]} for one in found]

    def query_range(self, expression: str, start: float, end: float, step: int) -> list[dict[str, Any]]:
        """A query over time."""
        span = {"start": start, "end": end, "step": step}
        found: list[dict[str, Any]] = self.get("/api/v1/query_range", query=expression, **span)["data"]["result"]
        return found


@contextlib.contextmanager
def prometheus(
    folder: Path, target: str, rules: tuple[Path, ...] = (), alertmanager: Server | None = None
) -> Iterator[Server]:
    """One that scrapes `target` (host:port) each second, and evaluates the rules as often."""
    receivers = [alertmanager.url.removeprefix("http://")] if alertmanager else []
    settings = {
        "global": {"scrape_interval": SCRAPE_EVERY, "evaluation_interval": SCRAPE_EVERY},
        "scrape_configs": [{"job_name": JOB, "static_configs": [{"targets": [target]}]}],
        "rule_files": [str(one.resolve()) for one in rules],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": receivers}]}]},
    }
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(settings))
    listen = f"127.0.0.1:{free_port()}"
    command = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    with _running([*command, f"--web.listen-address={listen}"], folder / "prometheus.log", listen) as server:
        yield server


@contextlib.contextmanager
def alertmanager(folder: Path) -> Iterator[Server]:
    """One that groups nothing and tells nobody: what it holds is asked of its API."""
    route = {"receiver": "nobody", "group_wait": "1s", "group_interval": "1s"}
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump({"route": route, "receivers": [{"name": "nobody"}]}))
    listen = f"127.0.0.1:{free_port()}"
    command = ["prometheus-alertmanager", f"--config.file={file}", f"--storage.path={folder / 'alertmanager'}"]
    alone = "--cluster.listen-address="
    with _running([*command, f"--web.listen-address={listen}", alone], folder / "alertmanager.log", listen) as server:
        yield server


@contextlib.contextmanager
def _running(command: list[str], log: Path, listen: str) -> Iterator[Server]:
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdout=words, stderr=words)  # noqa: S603 -- written here
    try:
        server = Server(f"http://{listen}")
        wait_until(lambda: process.poll() is not None or _ready(server), f"{command[0]} is not ready; see {log}")
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} has ended: {log.read_text()[-1000:]}")
        yield server
    finally:
        process.terminate()
        process.wait()


def _ready(server: Server) -> bool:
    try:
        return httpx.get(f"{server.url}/-/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(true: Callable[[], object], otherwise: str, timeout: float = READY_TIMEOUT) -> None:
    """Ask until it is so. Raises RuntimeError with `otherwise` where it does not come."""
    deadline = time.monotonic() + timeout
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        time.sleep(0.2)
