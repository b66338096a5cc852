"""The engine alone: versions per second through queue, claim, a fake scan of 10 ms, verdict and end; and how soon a
version is claimed by workers that have nothing else to do.

On SQLite in the one process that may own the file, on PostgreSQL in 1, 2, 4 and 8 processes that share one database.
Ledger, dispatch and what is written are the product's own; only the handler is not, which would download and scan.
Eight versions at work in each process bound it to 800 a second. PostgreSQL runs on the same cores as the workers, does
not wait for its disk, and its CPU is told apart.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench.engine_jobs import DOMAIN, SCAN, version
from demo.postgres import PrivatePostgres, private_postgres
from demo.stage import REPOSITORY
from scanner.ledger.databases.postgres import PostgresDatabase
from scanner.ledger.databases.server import Server
from scanner.ledger.ledger import Ledger
from scanner.ledger.rows import WorkCounts
from scanner.ledger.server_schema import migrate
from scanner.model import Lane
from scanner.settings import LedgerSettings

JOBS = 3_000
FED = 200
LOT = 500
"""Versions queued in one transaction."""
PROCESSES = (1, 2, 4, 8)
PATIENCE = 120.0
LOOK_EVERY = 0.2
QUEUED = "queued-"
"""What the names of versions begin with that were there before the workers."""
TARGET_JOBS = 300
"""Per second, of one process on SQLite: half of what the design was chosen by, far above any clamd beside it."""
TARGET_START_MS = 100
"""The p99 of the time until an idle worker claims."""
COMMITS = "SELECT xact_commit, (SELECT wal_bytes FROM pg_stat_wal) FROM pg_stat_database WHERE datname = 'ledger'"


def run(folder: Path, jobs: int = JOBS, fed: int = FED, processes: tuple[int, ...] = PROCESSES) -> dict[str, Any]:
    sqlite = _measured(f"sqlite:///{folder / 'ledger.db'}", 1, jobs, fed)
    with private_postgres() as server:
        postgresql = {str(count): _on_server(server, count, jobs, fed) for count in processes}
    fast = sqlite["jobs_per_second"] >= TARGET_JOBS
    soon = all(one["start_p99_ms"] <= TARGET_START_MS for one in (sqlite, *postgresql.values()))
    return {
        "what": f"versions a second through the engine alone, each with a fake scan of {SCAN * 1000:g} ms",
        "jobs": jobs,
        "sqlite": sqlite,
        "postgresql_by_processes": postgresql,
        "target_jobs_per_second_on_sqlite": TARGET_JOBS,
        "target_start_p99_ms": TARGET_START_MS,
        "met": fast and soon,
    }


def _on_server(server: PrivatePostgres, count: int, jobs: int, fed: int) -> dict[str, Any]:
    server.sql("DROP DATABASE IF EXISTS ledger WITH (FORCE)")
    server.sql("CREATE DATABASE ledger")
    url = server.url("ledger")
    asyncio.run(_migrated(url))
    return _measured(url, count, jobs, fed, server)


async def _migrated(url: str) -> None:
    database = PostgresDatabase(Server(LedgerSettings(url=url)))
    try:
        await migrate(database)
    finally:
        await database.close()


def _measured(url: str, count: int, jobs: int, fed: int, server: PrivatePostgres | None = None) -> dict[str, Any]:
    asyncio.run(_queue(url, jobs))
    if server is not None:
        server.sql("ANALYZE", database="ledger")  # as its autovacuum has done on any server with a past
    with _workers(url, count) as workers:
        before = _server_figures(server)
        began = time.time()
        for worker in workers:
            _tell(worker, "work")
        _wait(url, jobs)
        after = _server_figures(server)
        _tell(workers[0], f"feed {fed}")
        _heard(workers[0])
        _wait(url, jobs + fed)
        reports = [_last(worker) for worker in workers]
    ended = max(at for one in reports for entry, at in one["settled"].items() if entry.startswith(QUEUED))
    return {
        "jobs_per_second": round(jobs / (ended - began)),
        **_start(reports),
        "worker_cpu_ms_per_job": round(1000 * sum(one["cpu_seconds"] for one in reports) / (jobs + fed), 2),
        **{name: round((after[name] - before[name]) / jobs, 2) for name in after},
    }


def _start(reports: list[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds from before a version is queued until a worker has claimed it."""
    claimed = {entry: at for one in reports for entry, at in one["claimed"].items()}
    waited = sorted(1000 * (claimed[entry] - at) for one in reports for entry, at in one["queued"].items())
    p99 = waited[int(len(waited) * 0.99) - 1]
    return {"start_p50_ms": round(statistics.median(waited), 1), "start_p99_ms": round(p99, 1)}


async def _queue(url: str, jobs: int) -> None:
    ledger = await Ledger.open(LedgerSettings(url=url), lambda: datetime.now(UTC), owner=True)
    try:
        for first in range(0, jobs, LOT):
            lot = [version(f"{QUEUED}{number}") for number in range(first, min(first + LOT, jobs))]
            await ledger.queue_versions(DOMAIN, lot, Lane.LIVE)
    finally:
        await ledger.close()


def _wait(url: str, jobs: int) -> None:
    """Until so many are judged."""
    asyncio.run(_judged(url, jobs))


async def _judged(url: str, jobs: int) -> None:
    deadline = time.monotonic() + PATIENCE
    async with Ledger.reading(LedgerSettings(url=url), lambda: datetime.now(UTC)) as ledger:
        while await ledger.open_work() != WorkCounts():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not all of {jobs} versions were judged within {PATIENCE:g} s")
            await asyncio.sleep(LOOK_EVERY)
        if (counts := await ledger.work_counts()) != WorkCounts(done=jobs):
            raise RuntimeError(f"{jobs} versions done were expected, not {counts}")


def _server_figures(server: PrivatePostgres | None) -> Mapping[str, float]:
    """What a PostgreSQL has spent so far."""
    if server is None:
        return {}
    commits, wal = server.sql(COMMITS).strip().split("|")
    master = psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))
    cpu = 0.0
    for one in (master, *master.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            cpu += one.cpu_times().user + one.cpu_times().system
    cpu += master.cpu_times().children_user + master.cpu_times().children_system
    return {"commits_per_job": float(commits), "wal_bytes_per_job": float(wal), "server_cpu_ms_per_job": 1000 * cpu}


@contextlib.contextmanager
def _workers(url: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes with the ledger open. Ended in any case."""
    command = [sys.executable, "-m", "bench.engine_worker", url]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    workers = [subprocess.Popen(command, cwd=REPOSITORY, **pipes) for _ in range(count)]
    try:
        for worker in workers:
            _heard(worker)
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def _tell(worker: subprocess.Popen[bytes], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(line.encode() + b"\n")
    worker.stdin.flush()


def _heard(worker: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise RuntimeError("a worker ended before its time; what it said stands above")
    found: dict[str, Any] = json.loads(line)
    return found


def _last(worker: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What it tells when it is told to stop."""
    assert worker.stdin is not None
    worker.stdin.close()
    worker.stdin = None
    return _heard(worker)
