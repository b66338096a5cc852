"""A domain of many files that nobody keeps, walked by the product: memory, calls, and whether the forecast was right.

`scanner reconcile` lists all of it twice: first when nothing is known, so that every version is queued, then when all
is, as the walk of a schedule does. Before each the product's own forecast is asked for; the truth is what the emulator
counted. The memory that counts is what a walk of the large domain takes more than one of a domain a tenth its size. A
third, small domain is scanned whole, since only that shows what a version costs in calls.

`python -m bench domain` takes a size that is measured within minutes; SCANNER_BENCH_FILES asks for another.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.product import TOKEN, Product
from demo.clamd import PrivateClamd
from demo.stage import REPOSITORY

FILES = 100_000
SCANNED = 2_000
SMALL = 10
"""A domain of so many times fewer files is what memory is compared with."""
WHERE = "/Shared/generated"
MOST_OFF = 0.1
"""By which a forecast may differ from what a walk took."""
MOST_MORE_MIB = 16
"""Memory that a walk of ten times as many files may take more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One command."""

    said: dict[str, Any]
    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(folder: Path, files: int | None = None, scanned: int = SCANNED) -> dict[str, Any]:
    files = files or int(os.environ.get("SCANNER_BENCH_FILES", FILES))
    small = _walked(folder / "small", files // SMALL)
    large = _walked(folder / "large", files)
    whole = _scanned(folder / "scanned", scanned)
    more = large["peak_mib"] - small["peak_mib"]
    off = [one["forecast_off"] for one in (*large["walks"].values(), whole)]
    return {
        "what": "walks of a generated domain by `scanner reconcile`, and one scanned whole by `scanner backfill`",
        "files": files,
        "by_files": {str(one["files"]): one for one in (small, large)},
        "cpu_ms_per_file": {kind: _marginal(small, large, kind) for kind in large["walks"]},
        "scanned_whole": whole,
        "peak_mib_more_for_ten_times_as_many": round(more, 1),
        "target_mib_more": MOST_MORE_MIB,
        "forecast_off_at_most": max(off, key=abs),
        "target_off": MOST_OFF,
        "met": more < MOST_MORE_MIB and all(abs(one) <= MOST_OFF for one in off),
    }


def _walked(folder: Path, files: int) -> dict[str, Any]:
    with Product(folder, "unix:/nobody", emulated=("--generated", str(files))) as product:
        unknown = _walk(product)
        size = sum(one.stat().st_size for one in product.folder.glob("ledger.db*"))
        known = _walk(product)
        emulator = psutil.Process(product.emulator.pid).memory_info().rss
    return {
        "files": files,
        "walks": {"all unknown": unknown, "all known": known},
        "peak_mib": max(unknown["peak_mib"], known["peak_mib"]),
        "emulator_mib": round(emulator / 1024**2, 1),
        "ledger_bytes_per_queued_version": round(size / files),
    }


def _walk(product: Product) -> dict[str, Any]:
    expected = _forecast(product)
    before = _calls(product)
    ended = _command(product, "reconcile", WHERE, "--json")
    calls = _calls(product) - before - 1
    # The forecast is one of listing and scanning; a walk alone makes its listings.
    listings = expected["calls"] - expected["versions"]
    return {
        **{name: ended.said[name] for name in ("folders", "files", "queued", "missed")},
        "calls": calls,
        "forecast_calls": listings,
        "forecast_off": round(listings / calls - 1, 3),
        "seconds": round(ended.seconds, 1),
        "cpu_seconds": round(ended.cpu_seconds, 1),
        "peak_mib": round(ended.peak_mib, 1),
    }


def _marginal(small: dict[str, Any], large: dict[str, Any], kind: str) -> float:
    """Milliseconds of CPU that one more file costs a walk; what the command takes to begin is in neither."""
    more = large["walks"][kind]["cpu_seconds"] - small["walks"][kind]["cpu_seconds"]
    return round(1000 * more / (large["files"] - small["files"]), 3)


def _scanned(folder: Path, files: int) -> dict[str, Any]:
    with ExitStack() as stack:
        clamd = stack.enter_context(PrivateClamd(folder / "clamd"))
        emulated = ("--generated", str(files))
        product = stack.enter_context(Product(folder / "product", clamd.address, emulated=emulated))
        expected = _forecast(product)
        _command(product, "backfill", WHERE, "--yes", "--json")
        before = _calls(product)
        ended = _command(product, "run", "--once", "--no-self-test", "--json")
        calls = _calls(product) - before - 1
    return {
        "files": files,
        "seconds": round(ended.seconds, 1),
        "calls": calls,
        "forecast_calls": expected["calls"],
        "forecast_off": round(expected["calls"] / calls - 1, 3),
    }


def _forecast(product: Product) -> dict[str, Any]:
    """Asked for without beginning."""
    found: dict[str, Any] = _command(product, "backfill", WHERE, "--json", codes=(2,)).said["forecast"]
    return found


def _calls(product: Product) -> int:
    """That the emulator has counted, this one included."""
    answer = httpx.get(f"{product.url}/pubapi/v1/userinfo", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
    return int(answer.raise_for_status().headers["x-accesstoken-quota-current"])


def _command(product: Product, *arguments: str, codes: tuple[int, ...] = (0, 1)) -> Ended:
    """Watched while it runs. Raises RuntimeError with what it said where it ends in another way than expected."""
    out, log = product.folder / "out", product.folder / "scanner.log"
    began = time.perf_counter()
    with out.open("wb") as output, log.open("wb") as errors:
        process = subprocess.Popen(product.command(*arguments), stdout=output, stderr=errors, cwd=REPOSITORY)
        peak, cpu = _watched(process)
    if process.returncode not in codes:
        raise RuntimeError(f"{arguments} ended with {process.returncode}: {log.read_text()[-2000:]}")
    return Ended(json.loads(out.read_text()), time.perf_counter() - began, cpu, peak)


def _watched(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Peak resident set in MiB, and CPU seconds. Both are asked for until it has ended."""
    seen, peak, cpu = psutil.Process(process.pid), 0.0, 0.0
    ended = threading.Event()
    while not ended.wait(0.02):
        with seen.oneshot():
            if seen.status() == psutil.STATUS_ZOMBIE:
                break
            times = seen.cpu_times()
            peak, cpu = max(peak, seen.memory_info().rss / 1024**2), times.user + times.system
    process.wait()
    return peak, cpu
