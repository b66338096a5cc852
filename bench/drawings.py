"""How each result is drawn: bars with their spread beside what they are compared with, and the target where one is set.

Pure but for the figure that it draws on; where pictures come from and go to is `bench.plots`' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

BLUE, GREEN, RED, GREY, AMBER = "#3a6ea5", "#3d8b57", "#b8342f", "#9aa3ab", "#c69a1d"
PALETTE = ("#9aa3ab", "#6b4c9a", "#3a6ea5", "#222222", "#2a9d8f", "#3d8b57", "#c69a1d", "#b8342f", "#e07b39", "#7a5230",
           "#5b8fd6", "#a05195", "#55606a")  # fmt: skip
HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
"""Keeps a figure legible where a line passes."""
TOLD = {"found": (GREEN, "told bad"), "refused": (AMBER, "refused, with a reason"), "ok": (RED, "said to be OK")}

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """A median, and the lowest and highest where there were several rounds."""

    name: str
    value: float
    spread: Sequence[float] = ()
    colour: str = BLUE


def bars(axes: Axes, rows: Iterable[Bar], unit: str, target: float | None = None) -> None:
    """From the top down, each with its figure; the target is a line through all."""
    drawn = list(rows)
    axes.barh([row.name for row in drawn], [row.value for row in drawn], color=[row.colour for row in drawn])
    reach = max([max((row.value, *row.spread)) for row in drawn] + ([] if target is None else [target]))
    for number, row in enumerate(drawn):
        if row.spread:
            axes.plot(row.spread, [number, number], color="black", linewidth=1, marker="|", markersize=5)
        end = max((row.value, *row.spread)) + reach * 0.02
        axes.text(end, number, f"{row.value:.4g}", va="center", fontsize=7, bbox=HALO, zorder=5)
    _finish(axes, reach, unit)
    if target is not None:
        _target(axes, target)


def stacked(axes: Axes, rows: dict[str, dict[str, float]], colours: dict[str, str], unit: str) -> None:
    """One bar for each row, of parts in the order of `colours`; each part that is wide enough holds its figure."""
    reach = max(sum(parts.values()) for parts in rows.values())
    for number, parts in enumerate(rows.values()):
        left = 0.0
        for part, colour in colours.items():
            value = parts.get(part, 0.0)
            axes.barh(number, value, left=left, color=colour, label=part if number == 0 else None)
            if value > reach * 0.05:
                axes.text(left + value / 2, number, f"{value:.3g}", ha="center", va="center", color="white", fontsize=7)
            left += value
        axes.text(left + reach * 0.02, number, f"{left:.3g}", va="center", fontsize=7)
    axes.set_yticks(range(len(rows)), list(rows))
    _finish(axes, reach, unit)
    whole = axes.get_figure(root=True)
    if whole is not None and not whole.legends:
        whole.legend(*axes.get_legend_handles_labels(), fontsize=7, loc="outside lower center", ncols=7, frameon=False)


def _finish(axes: Axes, reach: float, unit: str) -> None:
    axes.yaxis.set_inverted(True)
    axes.set_xlim(0, reach * 1.15)
    axes.set_xlabel(unit)
    axes.grid(axis="x", linewidth=0.3)
    axes.set_axisbelow(True)


def _target(axes: Axes, target: float) -> None:
    axes.axvline(target, color=RED, linewidth=1.2, linestyle="--")
    axes.annotate(
        f"target {target:.4g}", (target, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
        textcoords="offset points", color=RED, fontsize=7, ha="center",
    )  # fmt: skip


def _span(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def _throughput(figure: Figure, result: Result) -> None:
    for axes, corpus in zip(figure.subplots(1, 2), ("office", "raw"), strict=True):
        rounds = result[corpus]["rounds"]
        limits = sorted(one["limit_files_per_second"] for one in rounds)
        own = sorted(one["product_files_per_second"] for one in rounds)
        target = limits[len(limits) // 2] * result[corpus]["target"]
        limit = Bar("clamdscan", limits[len(limits) // 2], _span(limits), GREY)
        bars(axes, [limit, Bar("product", own[len(own) // 2], _span(own))], "files a second", target)
        axes.set_title(f"{corpus}: {result[corpus]['ratio_median']:.2f} of clamd's own speed", pad=14)


def _content(figure: Figure, result: Result) -> None:
    axes = figure.subplots(1, 2)
    for one, corpora in zip(axes, (("office", "raw"), ("large",)), strict=True):
        found = {name: result[name] for name in corpora if name in result}
        rows = [Bar(name, figures["ratio_median"], figures["ratio_spread"]) for name, figures in found.items()]
        bars(one, rows, "speed over that of clamd alone", result[corpora[0]]["target"])


def _overhead(figure: Figure, result: Result) -> None:
    rows = {corpus: result[corpus]["cpu_ms_per_file"] for corpus in ("office", "raw")}
    colours = {"clamd": GREY, "reading, hashes, type": GREEN, "rules": BLUE}
    stacked(figure.subplots(), rows, colours, "CPU ms per file")


def _memory(figure: Figure, result: Result) -> None:
    axes = figure.subplots()
    idle = result["idle_mib"]
    rows = {"2 GiB file": {"idle": idle, "above idle at the peak": result["peak_above_idle_mib"]}}
    stacked(axes, rows, {"idle": GREY, "above idle at the peak": BLUE}, "MiB resident")
    axes.set_xlim(0, (idle + result["target_mib"]) * 1.1)
    _target(axes, idle + result["target_mib"])


def _replay(figure: Figure, result: Result) -> None:
    drafts = result["replay"].items()
    rows = [Bar(name, one["seconds_per_rule"], one.get("seconds_per_rule_spread", ())) for name, one in drafts]
    bars(figure.subplots(), rows, "seconds per rule", result["target_seconds_per_rule"])


def _peers(figure: Figure, result: Result) -> None:
    fast, told = figure.subplots(1, 2, sharey=True)
    looks = {name: one for name, one in result["documents"].items() if name != "corpus"}
    own = {name: BLUE if name.startswith("scanner") else GREY for name in looks}
    rows = [
        Bar(name, one["files_per_second"], one["files_per_second_spread"], own[name]) for name, one in looks.items()
    ]
    bars(fast, rows, "files a second")
    fast.set_title("documents judged")
    hidden = {name: {TOLD[kind][1]: number for kind, number in result["hidden"][name].items()} for name in looks}
    stacked(told, hidden, {words: colour for colour, words in TOLD.values()}, "files of the self-test")
    told.set_title("what is told of bad files hidden in others")


def _cache(figure: Figure, result: Result) -> None:
    names = [name for name in result["with"] if name != "new"]
    rows = [
        Bar(f"{name}, {way} cache", result[way][name]["calls_per_version"], colour=colour)
        for name in names
        for way, colour in (("with", BLUE), ("without", GREY))
    ]
    bars(figure.subplots(), rows, "API calls for a version", result["target_calls_per_version"])


def _transport(figure: Figure, result: Result) -> None:
    for axes, corpus in zip(figure.subplots(1, 2, sharey=True), ("office", "large"), strict=True):
        rows = {name: one["cpu_ms_per_mib"] for name, one in result[corpus]["ways"].items()}
        stacked(axes, rows, {"clamd": GREY, "own": BLUE}, "CPU ms per MiB")
        median = result[corpus]["corpus"]["median_bytes"]
        axes.set_title(
            f"{corpus}, median {median / 1024:.0f} KiB"
            if median < 1024**2
            else f"{corpus}, median {median / 1024**2:.0f} MiB"
        )


def _growth(figure: Figure, result: Result) -> None:
    sizes = [int(size) for size in result["by_versions"]]
    each = figure.subplots(1, 2, sharex=True)
    for axes, of, words in zip(each, ("p99_ms", "cpu_p50_ms"), ("p99, ms", "CPU, median, ms"), strict=True):
        for act in next(iter(result["by_versions"].values()))["acts"]:
            times = [one["acts"][act][of] for one in result["by_versions"].values()]
            style = ("-", 1.6) if act in result["p99_growth"] else (":", 0.9)
            axes.plot(sizes, times, marker="o", markersize=3, linestyle=style[0], linewidth=style[1], label=act)
        axes.set(xscale="log", yscale="log", xlabel="versions on record", ylabel=words)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(linewidth=0.3)
    figure.legend(*each[0].get_legend_handles_labels(), fontsize=7, loc="outside lower center", ncols=4, frameon=False)


def _engine(figure: Figure, result: Result) -> None:
    speed, start = figure.subplots(1, 2, sharey=True)
    each = {"SQLite, 1 process": result["sqlite"]}
    each |= {f"PostgreSQL, {count}": one for count, one in result["postgresql_by_processes"].items()}
    rows = [Bar(name, one["jobs_per_second"], one.get("jobs_per_second_spread", ())) for name, one in each.items()]
    bars(speed, rows, "versions a second", result["target_jobs_per_second_on_sqlite"])
    waits = [Bar(name, one["start_p99_ms"], one.get("start_p99_ms_spread", ())) for name, one in each.items()]
    bars(start, waits, "ms until an idle worker claims, p99", result["target_start_p99_ms"])


def _domain(figure: Figure, result: Result) -> None:
    memory, calls = figure.subplots(1, 2)
    each = list(result["by_files"].values())
    bars(memory, [Bar(f"{one['files']:,} files", one["peak_mib"]) for one in each], "MiB at the peak of a walk")
    rows = {f"{one['files']:,} files, {name}": walk for one in each for name, walk in one["walks"].items()}
    whole = result["scanned_whole"]
    rows[f"{whole['files']:,} files, scanned"] = whole
    off = [Bar(name, 100 * abs(one["forecast_off"]), colour=GREEN) for name, one in rows.items()]
    bars(calls, off, "% by which the forecast of calls was off", 100 * result["target_off"])


def _latency(figure: Figure, result: Result) -> None:
    axes = figure.subplots()
    waits = sorted(result["waits_ms"])
    axes.step(waits, [(number + 1) / len(waits) for number in range(len(waits))], where="post", color=BLUE)
    axes.set(xscale="log", xlabel="ms from the poll that brought an event to its download", ylabel="share of versions")
    axes.set(ylim=(0, 1.02), xlim=(max(1, min(waits)) * 0.8, max(waits[-1], result["target_ms"]) * 1.3))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    for value, name in ((result["p50_ms"], "p50"), (result["p99_ms"], "p99")):
        axes.axvline(value, color=GREY, linewidth=0.8)
        axes.text(value, 0.04, f" {name} {value:.3g}", fontsize=7)
    axes.grid(linewidth=0.3)
    _target(axes, result["target_ms"])


def _profile(figure: Figure, result: Result) -> None:
    names = {name: f"{name}\n{result['commits'][name]}" for name in ("before", "now")}
    rows = {words: result[name]["by_station_ms_per_file"] for name, words in names.items()}
    stations = [
        name for name in result["now"]["by_station_ms_per_file"] if any(row[name] >= 0.1 for row in rows.values())
    ]
    colours = dict(zip(stations, PALETTE, strict=False))
    stacked(figure.subplots(), rows, colours, "CPU ms per document, the start of processes aside")


DRAWINGS: dict[str, Callable[[Figure, Result], None]] = {
    "throughput": _throughput,
    "content": _content,
    "signatures": _content,
    "overhead": _overhead,
    "latency": _latency,
    "memory": _memory,
    "replay": _replay,
    "peers": _peers,
    "cache": _cache,
    "transport": _transport,
    "growth": _growth,
    "domain": _domain,
    "engine": _engine,
    "profile": _profile,
}
"""By the name of the result; a result without one is shown as a table."""
TITLES = {
    "throughput": "Files a second from event to verdict, beside clamd alone",
    "content": "Contents from nginx, a small signature database",
    "signatures": "Contents from nginx, as many signatures as ClamAV's own",
    "overhead": "CPU of all but clamd, beside clamd",
    "latency": "How soon an idle service begins with a new version",
    "memory": "Resident memory while one file of 2 GiB is judged",
    "replay": "One draft of a rule tried on 100,000 versions of the past",
    "peers": "Other ways of asking the same clamd",
    "cache": "API calls for a version whose content is known",
    "transport": "Ways in which a content comes to clamd",
    "growth": "Acts of the ledger as it grows (solid: must stay flat)",
    "profile": "Where the product's CPU goes, for each document of 27 KB",
    "domain": "A domain of many files, walked by reconcile and scanned whole by backfill",
    "engine": "The work engine alone, each version a fake scan of 10 ms",
}
HEIGHTS = {"content": 2.0, "signatures": 2.0, "latency": 2.6, "memory": 1.9, "overhead": 2.3, "throughput": 2.3}
"""Inches, where it is not 3."""
