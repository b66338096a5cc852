"""What one 2 GiB file costs the service in memory: peak resident set while it is scanned, above idle."""

from __future__ import annotations

import contextlib
import sqlite3
import statistics
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from bench.product import Product
from demo.clamd import PrivateClamd
from demo.stage import REPOSITORY

SIZE = 2 * 1024**3
ROUNDS = 3
TARGET_MIB = 120
PATIENCE = 300.0


def run(folder: Path, size: int = SIZE, rounds: int = ROUNDS) -> dict[str, Any]:
    with PrivateClamd(folder / "clamd") as clamd, Product(folder / "product", clamd.address) as product:
        with (product.folder / "scanner.log").open("wb") as log:
            service = subprocess.Popen(product.command("run"), stdout=log, stderr=log, cwd=REPOSITORY)
        try:
            return _measure(product, service, size, rounds)
        finally:
            service.terminate()
            service.wait(60)


def _measure(product: Product, service: subprocess.Popen[bytes], size: int, rounds: int) -> dict[str, Any]:
    process = psutil.Process(service.pid)
    # A first small file loads what any scan loads: libmagic's database, the pool's threads, the connections.
    product.control("upload", params={"path": "/Shared/bench/small.txt"}, content=b"small\n")
    _wait_for_verdicts(product, 1)
    time.sleep(2)
    idle = process.memory_info().rss
    done = [_large_file(product, process, size, number) for number in range(rounds)]
    _refuse_unread(product, rounds + 1)
    above = [(peak - idle) / 1024**2 for peak, _ in done]
    return {
        "what": f"peak RSS of the service above idle while one file of {size} bytes is scanned, MiB",
        "idle_mib": round(idle / 1024**2, 1),
        "peak_above_idle_mib": round(statistics.median(above), 1),
        "peak_above_idle_mib_spread": [round(min(above), 1), round(max(above), 1)],
        "seconds": round(statistics.median(seconds for _, seconds in done), 1),
        "target_mib": TARGET_MIB,
        "met": max(above) < TARGET_MIB,
    }


def _refuse_unread(product: Product, files: int) -> None:
    """One that is refused by its size costs no memory, and is not what is measured. Raises RuntimeError."""
    with contextlib.closing(sqlite3.connect(product.ledger)) as ledger:
        [(read,)] = ledger.execute("SELECT count(DISTINCT sha256) FROM verdicts WHERE sha256 <> ''").fetchall()
    if read != files:
        raise RuntimeError(f"{read} of {files} files were read to their end")


def _large_file(product: Product, process: psutil.Process, size: int, number: int) -> tuple[int, float]:
    """Bytes at the peak, and seconds until the verdict. Idle is what it was before the first of them."""
    peak, done = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process, peak, done))
    watcher.start()
    started = time.perf_counter()
    try:
        content = {"size": size - number, "pattern": "zero"}  # another content each time: what is known is not read
        product.control("upload", params={"path": f"/Shared/bench/large-{number}.bin"}, json=content)
        _wait_for_verdicts(product, number + 2)
        return peak[0], time.perf_counter() - started
    finally:
        done.set()
        watcher.join()


def _watch(process: psutil.Process, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.02):
        peak[0] = max(peak[0], process.memory_info().rss)


def _wait_for_verdicts(product: Product, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while product.verdicts() < count:
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"{product.verdicts()} of {count} verdicts: {(product.folder / 'scanner.log').read_text()[-2000:]}"
            )
        time.sleep(0.1)
