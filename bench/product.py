"""The whole product as processes of its own, fed from the emulator."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from demo.stage import REPOSITORY

TOKEN = "bench-token"


class Product:
    """An emulator with what is uploaded to it, and a scanner that can be run over it."""

    def __init__(
        self, folder: Path, clamd_address: str, *, emulated: Sequence[str] = (), **settings: dict[str, object]
    ) -> None:
        """`emulated`: further options of the emulator."""
        self._emulated = emulated
        self.folder = folder
        self.folder.mkdir(parents=True)
        self._clamd_address = clamd_address
        self._settings = settings
        self.emulator: subprocess.Popen[bytes]
        self.url = ""

    def __enter__(self) -> Product:
        command = [sys.executable, "-m", "emulator", "--port", "0", "--token", TOKEN]
        command += ["--qps", "100000", "--daily", "100000000", *self._emulated]
        self.emulator = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
        assert self.emulator.stdout is not None
        self.url = self.emulator.stdout.readline().decode().split("ready on ")[1].strip()
        self._write_settings(self.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.emulator.terminate()
        self.emulator.wait(30)
        assert self.emulator.stdout is not None
        self.emulator.stdout.close()

    @property
    def config(self) -> Path:
        return self.folder / "scanner.yaml"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def control(self, path: str, **options: object) -> httpx.Response:
        answer = httpx.post(f"{self.url}/_emulator/{path}", timeout=120, **options)  # type: ignore[arg-type]
        return answer.raise_for_status()

    def upload_all(self, local: Path) -> dict[Path, dict[str, Any]]:
        """What the emulator says of each version; a large one is read while it is sent."""
        said = {}
        with httpx.Client(base_url=self.url, timeout=120) as client:
            for path in sorted(local.iterdir()):
                query = {"path": f"/Shared/bench/{path.name}", "source": "WebUI"}
                with path.open("rb") as file:
                    answer = client.post("/_emulator/upload", params=query, content=file)
                said[path] = answer.raise_for_status().json()
        return said

    def ask_at(self, url: str) -> None:
        """The scanner is to find the platform there from now on."""
        self._write_settings(url)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "scanner", *arguments, "--config", str(self.config)]

    def run_once(self, files: int) -> tuple[float, float, float]:
        """Seconds of the whole run, seconds from the first claim to the last verdict, own CPU seconds."""
        whole, own = self.run_to_the_end()
        return whole, self._steady(files), own

    def run_to_the_end(self) -> tuple[float, float]:
        """Seconds of one `run --once`, and its CPU seconds."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        with (self.folder / "scanner.log").open("wb") as log:
            command = self.command("run", "--once", "--no-self-test", "--json")
            answer = subprocess.run(command, stdout=log, stderr=log, cwd=REPOSITORY, check=False)
        whole = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if answer.returncode not in (0, 1):
            raise RuntimeError(
                f"the run ended with {answer.returncode}: {(self.folder / 'scanner.log').read_text()[-2000:]}"
            )
        return whole, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def verdicts(self) -> int:
        """Verdicts in the ledger so far."""
        if not self.ledger.exists():
            return 0
        with contextlib.closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=10)) as connection:
            try:
                return int(connection.execute("SELECT count(*) FROM verdicts").fetchone()[0])
            except sqlite3.OperationalError:  # the service is making its tables
                return 0

    def verdict_kinds(self) -> dict[str, int]:
        """How many of each kind."""
        with contextlib.closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=10)) as connection:
            return dict(connection.execute("SELECT kind, count(*) FROM verdicts GROUP BY kind"))

    def _steady(self, files: int) -> float:
        with contextlib.closing(sqlite3.connect(self.ledger)) as connection:
            first, last, count = connection.execute(
                "SELECT (SELECT min(recorded_at) FROM events), max(judged_at), count(*) FROM verdicts"
            ).fetchone()
        if count != files:
            raise RuntimeError(f"{count} verdicts for {files} files")
        return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()

    def _write_settings(self, url: str) -> None:
        token = self.folder / "token"
        token.write_text(TOKEN)
        domain = {"name": "bench", "base_url": url, "token_file": str(token)}
        settings = {
            "domains": [domain],
            "events": {"start": "oldest", "min_interval": "200ms", "max_interval": "2s"},
            "clamav": {"address": self._clamd_address},
            "rules": {"paths": [str(REPOSITORY / "rules")]},
            "ledger": {"url": f"sqlite:///{self.ledger.resolve()}"},
            "spool": {"dir": str(self.folder.resolve())},
            "http": {"listen": "127.0.0.1:0"},
            **self._settings,
        }
        self.config.write_text(yaml.safe_dump(settings))
