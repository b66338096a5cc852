"""What eight files of 1 GiB at the same time cost in memory: peak resident set of the service above idle.

All eight are downloaded, spooled, hashed and shown to clamd, whose limits are raised for it; the processes of the
sandbox are told apart.
"""

from __future__ import annotations

import statistics
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from bench.product import Product
from demo.clamd import PrivateClamd
from demo.stage import REPOSITORY

SIZE = 1024**3
FILES = 8
TARGET_MIB = 200
PATIENCE = 900.0
CLAMD = {"StreamMaxLength": "1200M", "MaxFileSize": "1200M", "MaxScanSize": "2000M", "MaxScanTime": "590000"}
SETTINGS: dict[str, dict[str, object]] = {
    "clamav": {"max_stream": "1100MiB", "connections": FILES, "scan_timeout": "10m"},
    "spool": {"max_total": "16GiB"},
    "workers": {"concurrency": FILES},
}
MIB = 1024**2


def run(folder: Path, size: int = SIZE, files: int = FILES) -> dict[str, Any]:
    with ExitStack() as stack:
        clamd = stack.enter_context(PrivateClamd(folder / "clamd", settings=CLAMD))
        settings = SETTINGS | {
            "clamav": {**SETTINGS["clamav"], "address": clamd.address},
            "spool": {**SETTINGS["spool"], "dir": str(folder)},
        }
        product = stack.enter_context(Product(folder / "product", clamd.address, **settings))
        log = stack.enter_context((product.folder / "scanner.log").open("wb"))
        service = subprocess.Popen(product.command("run"), stdout=log, stderr=log, cwd=REPOSITORY)
        try:
            return _measured(product, psutil.Process(service.pid), size, files)
        finally:
            service.terminate()
            service.wait(60)


def _measured(product: Product, service: psutil.Process, size: int, files: int) -> dict[str, Any]:
    # A first small file loads what any scan loads: libmagic's database, the pool's threads, the connections.
    product.control("upload", params={"path": "/Shared/bench/small.txt"}, content=b"small\n")
    _wait_for(product, 1)
    time.sleep(2)
    idle = _resident(service)
    peaks, stop = [idle], threading.Event()
    watcher = threading.Thread(target=_watch, args=(service, peaks, stop))
    watcher.start()
    began = time.perf_counter()
    try:
        for number in range(files):
            content = {"size": size + number, "pattern": "zero"}  # another content each time: what is known is not read
            product.control("upload", params={"path": f"/Shared/bench/large-{number}.bin"}, json=content)
        _wait_for(product, files + 1)
    finally:
        stop.set()
        watcher.join()
    seconds = time.perf_counter() - began
    kinds = product.verdict_kinds()
    above = [(max(one) - start) / MIB for one, start in zip(zip(*peaks, strict=True), idle, strict=True)]
    return {
        "what": f"peak RSS of the service above idle while {files} files of {size} bytes are scanned at once, MiB",
        "idle_mib": round(idle[0] / MIB, 1),
        "peak_above_idle_mib": round(above[0], 1),
        "median_above_idle_mib": round((statistics.median(one[0] for one in peaks) - idle[0]) / MIB, 1),
        "peak_of_sandbox_above_idle_mib": round(above[1], 1),
        "verdicts": kinds,
        "seconds": round(seconds, 1),
        "target_mib": TARGET_MIB,
        "met": above[0] < TARGET_MIB and kinds == {"clean": files + 1},
    }


def _resident(service: psutil.Process) -> tuple[int, int]:
    """Bytes of the service, and of the processes it has."""
    below = 0
    for child in service.children(recursive=True):
        try:
            below += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return service.memory_info().rss, below


def _watch(service: psutil.Process, peaks: list[tuple[int, int]], stop: threading.Event) -> None:
    while not stop.wait(0.05):
        peaks.append(_resident(service))


def _wait_for(product: Product, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while product.verdicts() < count:
        if time.monotonic() > deadline:
            log = (product.folder / "scanner.log").read_text()
            raise RuntimeError(f"{product.verdicts()} of {count} verdicts: {log[-2000:]}")
        time.sleep(0.1)
