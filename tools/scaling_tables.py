"""Tables of docs/scaling.md: what was measured of one version, and what that comes to for many, by arithmetic alone."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import dataclass
from typing import Any

from tools.bench_tables import RESULTS

PEAK = 3
"""The busiest hour of a day over its mean."""
USE = 0.6
"""Of a core, where queues stay short."""
COMMITS = 5_000
"""Commits that one PostgreSQL server takes in a second, with its log on a disk of its own: more than that are spread
over several, each with some of the domains."""
TOKEN_DAY = 1_000
"""Calls a day of one token, unless Egnyte raises it (fact sheet 8.1)."""
SCANS_SHARE = 0.75
"""Of a day's calls; the rest is kept for feed and remediation."""
PACE_SHARE = 0.9
"""Of the calls a second."""
DAY = 86_400
FILES_A_DAY = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
WALKED = 10_000_000
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Unit:
    """What one version costs."""

    clamd_ms: float
    own_ms: float
    calls: float
    commits: float
    wal_bytes: float
    server_ms: float
    ledger_bytes: float

    def rate(self, files: int) -> float:
        """Versions a second in the busiest hour."""
        return files / DAY * PEAK

    def cores(self, files: int, milliseconds: float) -> int:
        return max(1, math.ceil(self.rate(files) * milliseconds / 1000 / USE))


def unit() -> Unit:
    """Read from the recorded results: real documents under the shipped rules, one replica on PostgreSQL, the largest
    ledger."""
    rounds = [one["cpu_ms_per_file"] for one in _result("throughput")["office"]["rounds"]]
    server = _result("engine")["postgresql_by_processes"]["1"]
    largest = max(_result("growth")["by_versions"].items(), key=lambda item: int(item[0]))[1]
    return Unit(
        clamd_ms=statistics.median(one["clamd"] for one in rounds),
        own_ms=statistics.median(one["scanner"] for one in rounds),
        calls=_result("latency")["calls_per_version_without_polls"],
        commits=server["commits_per_job"],
        wal_bytes=server["wal_bytes_per_job"],
        server_ms=server["server_cpu_ms_per_job"],
        ledger_bytes=largest["bytes_per_version_with_events"],
    )


def unit_table() -> str:
    one = unit()
    rows = [
        ("clamd, CPU", f"{one.clamd_ms:.1f} ms", "throughput"),
        ("scanner, CPU", f"{one.own_ms:.1f} ms", "throughput"),
        ("calls of the API", f"{one.calls:.2f}", "latency"),
        ("commits of PostgreSQL", f"{one.commits:.1f}", "engine"),
        ("its log", f"{one.wal_bytes / 1024:.1f} KiB", "engine"),
        ("its CPU", f"{one.server_ms:.1f} ms", "engine"),
        ("ledger, five events included", f"{one.ledger_bytes:,.0f} bytes", "growth"),
    ]
    lines = [f"| {what} | {cost} | `bench/results/{name}.json`, {_when(name)} |" for what, cost, name in rows]
    return "\n".join(["| of one version | measured | from |", "| --- | --- | --- |", *lines])


def sizing_table() -> str:
    """The formulae of the page, for one rate in each row."""
    one = unit()
    heads = (
        "files a day",
        "a second at peak",
        "clamd cores",
        "scanner cores = replicas",
        "commits a second",
        "log MiB/s",
        "PostgreSQL cores",
        "servers",
        "calls a day",
        "tokens at 1,000",
        "ledger a year",
    )
    lines = ["| " + " | ".join(heads) + " |", "| --: " * len(heads) + "|"]
    lines += ["| " + " | ".join(_sized(one, files)) + " |" for files in FILES_A_DAY]
    return "\n".join(lines)


def _sized(one: Unit, files: int) -> tuple[str, ...]:
    rate, calls = one.rate(files), files * one.calls
    commits = rate * one.commits
    return (
        f"{files:,}",
        f"{rate:,.2f}" if rate < 1 else f"{rate:,.0f}",
        f"{one.cores(files, one.clamd_ms):,}",
        f"{one.cores(files, one.own_ms):,}",
        f"{commits:,.0f}",
        f"{rate * one.wal_bytes / 1024**2:,.1f}",
        f"{one.cores(files, one.server_ms):,}",
        f"{max(1, math.ceil(commits / COMMITS)):,}",
        f"{calls:,.0f}",
        f"{math.ceil(calls / (TOKEN_DAY * SCANS_SHARE)):,}",
        f"{files * 365 * one.ledger_bytes / GIB:,.0f} GiB",
    )


def growth_table() -> str:
    """What acts of the ledger cost by the number of versions on record; without a ratio where they read as much as
    there is to read."""
    found = _result("growth")["by_versions"]
    sizes = sorted(found, key=int)
    growth, cpu = (_result("growth")[name] for name in ("p99_growth", "cpu_growth"))
    heads = ["act", *(f"{int(size):,}, p50 / p99 ms" for size in sizes), "last over first, p99", "and CPU"]
    lines = ["| " + " | ".join(heads) + " |", "| --- " + "| --: " * (len(heads) - 1) + "|"]
    for act in found[sizes[0]]["acts"]:
        cells = (f"{found[size]['acts'][act]['p50_ms']:,} / {found[size]['acts'][act]['p99_ms']:,}" for size in sizes)
        lines.append(f"| {act} | {' | '.join(cells)} | {growth.get(act, '–')} | {cpu.get(act, '–')} |")
    return "\n".join(lines)


def engine_table() -> str:
    """Versions a second, and how soon one begins."""
    result = _result("engine")
    rows = [("SQLite", "1", result["sqlite"])]
    rows += [("PostgreSQL", count, one) for count, one in result["postgresql_by_processes"].items()]
    lines = [
        f"| {where} | {count} | {one['jobs_per_second']:,} | {one['start_p50_ms']} / {one['start_p99_ms']} | "
        f"{one['worker_cpu_ms_per_job']} | {one.get('server_cpu_ms_per_job', '–')} |"
        for where, count, one in rows
    ]
    heads = "| ledger | processes | versions a second | start p50 / p99, ms | CPU each, ms | CPU of PostgreSQL, ms |"
    return "\n".join([heads, "| --- | --: | --: | --: | --: | --: |", *lines])


def walks_table() -> str:
    """Walks as measured, and one of ten million files by what each further file cost."""
    result = _result("domain")
    lines = [
        f"| {one['files']:,} | {kind} | {walk['calls']:,} | {walk['forecast_calls']:,} | {walk['forecast_off']:+.1%} | "
        f"{walk['cpu_seconds']:,} s | {walk['peak_mib']:,} MiB |"
        for one in result["by_files"].values()
        for kind, walk in one["walks"].items()
    ]
    largest = max(result["by_files"].values(), key=lambda one: int(one["files"]))
    calls = largest["walks"]["all known"]["calls"] / largest["files"] * WALKED
    lines += [
        f"| {WALKED:,}, computed | {kind} | {calls:,.0f} | | | {cost * WALKED / 1000:,.0f} s | as above |"
        for kind, cost in result["cpu_ms_per_file"].items()
    ]
    heads = "| files | versions | calls | forecast | off by | CPU | peak memory |"
    return "\n".join([heads, "| --: | --- | --: | --: | --: | --: | --: |", *lines])


def _result(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def _when(name: str) -> str:
    """With the load of the machine where that was not all ours."""
    result = _result(name)
    load, cores = result["machine"]["load_before"], result["machine"]["cores"]
    busy = f", load {load:.0f} on {cores} cores: noisy" if load > cores else ""
    return f"{result['measured_at'][:10]}{busy}"
