"""Tables of docs/performance.md from the recorded results: targets, by how much each was missed; the profile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "bench" / "results"

Result = dict[str, Any]

LEAST_MS = 0.05
"""What has less of the CPU for a document has no row."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing aimed at: the figure and its limit are read from the result of that name."""

    words: str
    name: str
    figure: Callable[[Result], float]
    limit: Callable[[Result], float]
    unit: str = ""
    at_least: bool = False
    """Otherwise at most."""


def _of(*keys: str) -> Callable[[Result], float]:
    def read(result: Result) -> float:
        found: Any = result
        for key in keys:
            found = found[key]
        return float(found)

    return read


def _large(way: str) -> Callable[[Result], float]:
    return lambda result: sum(result["large"]["ways"][way]["cpu_ms_per_mib"].values())


def _copies(result: Result) -> float:
    return max(
        float(result["with"][one]["calls_per_version"]) for one in ("copied into one folder", "copied as a folder")
    )


def _slowest_replay(result: Result) -> float:
    return max(one["seconds_per_rule"] * result["versions"] / one["versions"] for one in result["replay"].values())


def _yara(result: Result) -> float:
    return max(one["cpu_ms"] for name, one in result.items() if name.endswith(", 76 KiB"))


def _start(result: Result) -> float:
    return max(one["start_p99_ms"] for one in (result["sqlite"], *result["postgresql_by_processes"].values()))


TARGETS = (
    Target("speed of clamd alone that is kept, documents", "throughput", _of("office", "ratio_median"),
           _of("office", "target"), at_least=True),
    Target("speed of clamd alone that is kept, any files", "throughput", _of("raw", "ratio_median"),
           _of("raw", "target"), at_least=True),
    Target("the same from nginx, documents", "content", _of("office", "ratio_median"), _of("office", "target"),
           at_least=True),
    Target("the same from nginx, any files", "content", _of("raw", "ratio_median"), _of("raw", "target"),
           at_least=True),
    Target("the same from nginx, six files of 50 to 200 MB", "content", _of("large", "ratio_median"),
           _of("large", "target"), at_least=True),
    Target("the same from nginx, documents, as many signatures as ClamAV's own", "signatures",
           _of("office", "ratio_median"), _of("office", "target"), at_least=True),
    Target("own CPU for a document from nginx", "content", _of("office", "own_cpu_ms_per_file"),
           _of("office", "target_own_cpu_ms"), " ms"),
    Target("own CPU for a MB of a large file", "content", _of("large", "own_cpu_ms_per_mb"),
           _of("large", "target_own_cpu_ms_per_mb"), " ms"),
    Target("CPU of all but clamd over clamd's, documents", "overhead", _of("office", "share_of_clamd"),
           _of("office", "target")),
    Target("CPU of all but clamd over clamd's, any files", "overhead", _of("raw", "share_of_clamd"),
           _of("raw", "target")),
    Target("memory above idle for a file of 2 GiB", "memory", _of("peak_above_idle_mib"), _of("target_mib"), " MiB"),
    Target("memory above idle for eight files of 1 GiB at once", "together", _of("peak_above_idle_mib"),
           _of("target_mib"), " MiB"),
    Target("from a poll to the download, p99, service idle", "latency", _of("p99_ms"), _of("target_ms"), " ms"),
    Target("API calls for a clean version, polls and the start aside", "latency",
           _of("calls_per_version_without_polls"), _of("target_calls")),
    Target("API calls for a copy of what is known", "cache", _copies, _of("target_calls_per_version")),
    Target("a draft tried on 100,000 versions, the slowest", "replay", _slowest_replay, _of("target_seconds_per_rule"),
           " s"),
    Target("CPU of YARA for 76 KiB", "yara", _yara, _of("target_cpu_ms_76_kib"), " ms"),
    Target("CPU per MiB of a large content by descriptor, beside by stream", "transport", _large("FILDES, spool file"),
           _large("INSTREAM, Unix socket"), " ms"),
    Target("false hits in 10,000 files", "clean", _of("per_10_000"), _of("target_per_10_000")),
    Target("documents in 1,000 that nobody can look at", "noise", _of("per_1_000"), _of("target_per_1_000")),
    Target("versions a second through the engine, SQLite", "engine", _of("sqlite", "jobs_per_second"),
           _of("target_jobs_per_second_on_sqlite"), at_least=True),
    Target("until an idle worker claims, p99, the slowest", "engine", _start, _of("target_start_p99_ms"), " ms"),
    Target("acts of a ledger of a million versions over those of ten thousand, p99", "growth",
           lambda result: max(result["p99_growth"].values()), _of("target_growth")),
    Target("memory that a walk takes more for ten times as many files", "domain",
           _of("peak_mib_more_for_ten_times_as_many"), _of("target_mib_more"), " MiB"),
    Target("by how much a forecast of calls is off", "domain", lambda result: abs(result["forecast_off_at_most"]),
           _of("target_off")),
)  # fmt: skip
"""In the order of docs/performance.md. One whose result was not recorded yet has no row."""


def targets_table(results: Path = RESULTS) -> str:
    """Each target with its figure, whether it is met, and when that was measured."""
    lines = ["| what | measured | target | | measured on |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *_rows(results)])


def _rows(results: Path) -> Iterator[str]:
    for one in TARGETS:
        if (file := results / f"{one.name}.json").exists():
            result = json.loads(file.read_text(encoding="utf-8"))
            value, limit = one.figure(result), one.limit(result)
            day = datetime.fromisoformat(result["measured_at"]).strftime("%d %B").lstrip("0")
            most = "at least" if one.at_least else "at most"
            yield (
                f"| {one.words} (`{one.name}`) | **{value:.3g}{one.unit}** | {most} {limit:.3g}{one.unit} "
                f"| {outcome(value, limit, at_least=one.at_least)} | {day} |"
            )


def outcome(value: float, limit: float, *, at_least: bool) -> str:
    """`met`, or by how much not."""
    if (value >= limit) if at_least else (value <= limit):
        return "met"
    if at_least:
        return f"**missed**: {value / limit:.0%} of it"
    if value >= 1.5 * limit:
        return f"**missed**: {value / limit:.2g} times as much"
    return f"**missed** by {value / limit - 1:.0%}"


def profile_table(results: Path = RESULTS) -> str:
    """CPU for each document by station, before and now, with the spread of the rounds."""
    result = json.loads((results / "profile.json").read_text(encoding="utf-8"))
    before, now = (result[name] for name in ("before", "now"))
    return "\n".join(
        [
            f"| CPU for a document, ms | before ({result['commits']['before']}) | now ({result['commits']['now']}) |",
            "|---|---|---|",
            *(
                f"| {station} | {_spread(before, station)} | {_spread(now, station)} |"
                for station in now["by_station_ms_per_file"]
                if max(one["by_station_ms_per_file"][station] for one in (before, now)) >= LEAST_MS
            ),
            *(f"| {name}, once for a run | {_once(before, name)} | {_once(now, name)} |" for name in now["once_ms"]),
            f"| **all of it**, divided by {result['corpus']['files']} documents | {_whole(before)} | {_whole(now)} |",
        ]
    )


def _spread(one: Result, station: str) -> str:
    low, high = one["by_station_spread"][station]
    return f"{one['by_station_ms_per_file'][station]:.2f} ({low:.2f}–{high:.2f})"


def _whole(one: Result) -> str:
    low, high = one["cpu_ms_per_file_in_all_spread"]
    return f"**{one['cpu_ms_per_file_in_all']:.1f}** ({low:.1f}–{high:.1f})"


def _once(one: Result, name: str) -> str:
    return f"{one['once_ms'][name]:,} in all"
