"""`make bench`: every figure, one after the other, written to bench/results/ with machine and versions, drawn,
and told in the tables of docs/performance.md and docs/scaling.md.

One that fails does not keep the others from being measured. Exit 0: all targets are met; 1: one was missed; 2: one
could not be measured, or was not known.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import (
    cache,
    clean,
    content,
    domain,
    engine,
    growth,
    hot_path,
    latency,
    machine,
    memory,
    noise,
    overhead,
    plots,
    replay,
    soak,
    throughput,
    together,
    transport,
    yara,
)
from bench.drawings import DRAWINGS
from bench.peers import compare
from tools.tables import DOCS, renewed

ALL: dict[str, Callable[..., dict[str, Any]]] = {
    "latency": latency.run,
    "throughput": throughput.run,
    "content": content.run,
    "signatures": content.signatures,
    "overhead": overhead.run,
    "profile": hot_path.run,
    "transport": transport.run,
    "memory": memory.run,
    "together": together.run,
    "peers": compare.run,
    "cache": cache.run,
    "yara": yara.run,
    "replay": replay.run,
    "engine": engine.run,
    "growth": growth.run,
    "domain": domain.run,
    "noise": noise.run,
    "clean": clean.run,
}
"""In the order in which they are measured: first what a machine disturbs most that has been busy for long."""
ASKED: dict[str, Callable[..., dict[str, Any]]] = {"soak": soak.run, "soak_on_server": soak.run_on_server}
"""Take too long to be among all: only by their names."""
QUICK: dict[str, dict[str, Any]] = {
    "latency": {"samples": 5},
    "throughput": {"files": 40, "rounds": 1},
    "content": {"files": 20, "rounds": 1, "sizes": (4, 4)},
    "signatures": {"files": 20, "rounds": 1, "sizes": (4, 4), "hashes": 10_000},
    "overhead": {"files": 40, "rounds": 1},
    "profile": {"files": 40, "rounds": 1, "before": None},
    "transport": {"rounds": 1},
    "memory": {"size": 64 * 1024**2, "rounds": 1},
    "together": {"size": 16 * 1024**2, "files": 2},
    "peers": {"files": 40, "rounds": 1},
    "cache": {"copies": 20},
    "yara": {"rounds": 1},
    "replay": {"versions": 10_000, "rounds": 1},
    "engine": {"jobs": 100, "fed": 20, "processes": (1,)},
    "growth": {"sizes": (1_000, 10_000), "samples": 20},
    "domain": {"files": 2_000, "scanned": 50},
}
"""How `--quick` asks each, which shows that it runs and nothing more. Those left out fetch a corpus first."""
PLOTS = "plots"
PAGES = ("performance.md", "scaling.md")
"""Whose tables are made of results."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one measurement ended: `met` is None where there is no figure."""

    name: str
    seconds: float
    met: bool | None

    def __str__(self) -> str:
        word = {True: "met", False: "target missed", None: "FAILED"}[self.met]
        return f"{self.name:<12} {self.seconds:>7.0f} s  {word}"


def main(arguments: Sequence[str] | None = None) -> int:
    known = ALL | ASKED
    asked = _parser(known).parse_args(arguments)
    names = asked.names or [name for name in ALL if not asked.quick or name in QUICK]
    if unknown := [name for name in names if name not in (*known, PLOTS)]:
        print(f"bench: unknown: {', '.join(unknown)}; known: {', '.join((*known, PLOTS))}", file=sys.stderr)
        return 2
    if asked.quick and (whole := [name for name in names if name not in QUICK]):
        print(f"bench: --quick has no small form of {', '.join(whole)}", file=sys.stderr)
        return 2
    if PLOTS in names:
        drawn()
    ended = [_measured(name, known[name], quick=asked.quick) for name in names if name != PLOTS]
    return _told(ended) if ended else 0


def drawn() -> None:
    """All pictures anew."""
    for name in DRAWINGS:
        if (picture := plots.draw(name)) is not None:
            print(picture.relative_to(plots.ROOT), file=sys.stderr)


def _parser(known: dict[str, Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure; results go to bench/results/.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"any of {', '.join(known)}; without one all but {', '.join(ASKED)}. "
        f"`{PLOTS}` measures nothing and draws what is there",
    )
    parser.add_argument(
        "--quick", action="store_true", help="see that all run and are drawn, with little; nothing is written"
    )
    return parser


def _measured(name: str, run: Callable[..., dict[str, Any]], *, quick: bool) -> Ended:
    """Whatever it raises is told, and counts as failed: the others are worth their time without it."""
    print(f"{name} …", file=sys.stderr)
    began = time.monotonic()
    try:
        described = machine.describe()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            result = run(Path(folder), **(QUICK[name] if quick else {}))
        report = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **result, "machine": described}
        if not quick:
            _written(name, report)
        elif name in DRAWINGS:
            plots.figure_of(name, report)
    except Exception:
        traceback.print_exc()
        return Ended(name, time.monotonic() - began, None)
    print(json.dumps(result, indent=2))
    return Ended(name, time.monotonic() - began, bool(result["met"]) or quick)


def _written(name: str, report: dict[str, Any]) -> None:
    (plots.RESULTS / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
    plots.draw(name)
    for page in (DOCS / one for one in PAGES):
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


def _told(ended: Sequence[Ended]) -> int:
    for one in ended:
        print(one, file=sys.stderr)
    print(f"{'in all':<12} {sum(one.seconds for one in ended):>7.0f} s", file=sys.stderr)
    if any(one.met is None for one in ended):
        return 2
    return 0 if all(one.met for one in ended) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nbench: stopped; what was measured before is written", file=sys.stderr)
        sys.exit(130)
