"""`make bench`: every figure, one after the other, written to bench/results/ with machine and versions."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import clean, latency, machine, memory, noise, overhead, replay, soak, throughput, yara

RESULTS = Path(__file__).parent / "results"
ALL: dict[str, Callable[[Path], dict[str, Any]]] = {
    "throughput": throughput.run,
    "memory": memory.run,
    "latency": latency.run,
    "yara": yara.run,
    "replay": replay.run,
    "overhead": overhead.run,
    "clean": clean.run,
    "noise": noise.run,
}
ASKED: dict[str, Callable[[Path], dict[str, Any]]] = {"soak": soak.run}
"""Takes too long to be among all: only by its name."""


def main() -> int:
    known = ALL | ASKED
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure; results go to bench/results/.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"any of {', '.join(known)}; without one all but {', '.join(ASKED)}"
    )
    names = parser.parse_args().names or list(ALL)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    met = True
    for name in names:
        print(f"{name} …", file=sys.stderr)
        described = machine.describe()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            result = known[name](Path(folder))
        report = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **result, "machine": described}
        (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
        print(json.dumps(result, indent=2))
        met = met and bool(result["met"])
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
