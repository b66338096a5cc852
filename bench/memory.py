"""What one 2 GiB file costs the service in memory: peak resident set while it is scanned, above idle."""

from __future__ import annotations

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
TARGET_MIB = 120
PATIENCE = 300.0


def run(folder: Path, size: int = SIZE) -> dict[str, Any]:
    with PrivateClamd(folder / "clamd") as clamd, Product(folder / "product", clamd.address) as product:
        with (product.folder / "scanner.log").open("wb") as log:
            service = subprocess.Popen(product.command("run"), stdout=log, stderr=log, cwd=REPOSITORY)
        try:
            return _measure(product, service, size)
        finally:
            service.terminate()
            service.wait(60)


def _measure(product: Product, service: subprocess.Popen[bytes], size: int) -> dict[str, Any]:
    process = psutil.Process(service.pid)
    # A first small file loads what any scan loads: libmagic's database, the pool's threads, the connections.
    product.control("upload", params={"path": "/Shared/bench/small.txt"}, content=b"small\n")
    _wait_for_verdicts(product, 1)
    time.sleep(2)
    idle = process.memory_info().rss
    peak, done = [idle], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process, peak, done))
    watcher.start()
    started = time.perf_counter()
    product.control("upload", params={"path": "/Shared/bench/large.bin"}, json={"size": size, "pattern": "zero"})
    _wait_for_verdicts(product, 2)
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    above = (peak[0] - idle) / 1024**2
    return {
        "what": f"peak RSS of the service above idle while one file of {size} bytes is scanned, MiB",
        "idle_mib": round(idle / 1024**2, 1),
        "peak_above_idle_mib": round(above, 1),
        "seconds": round(seconds, 1),
        "target_mib": TARGET_MIB,
        "met": above < TARGET_MIB,
    }


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
