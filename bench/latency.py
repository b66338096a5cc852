"""How long an idle service takes from the poll that brings an event to the start of its scan, and what calls it spends.

Both come from the emulator's own log of requests: the download's time minus that of the poll before it. What a service
asks at its start, before the first download, is told apart: who it is, and how its quarantine folder stands.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from bench.product import Product
from demo.clamd import PrivateClamd
from demo.stage import REPOSITORY

SAMPLES = 100
TARGET_MS = 300
TARGET_CALLS = 1.0


def run(folder: Path, samples: int = SAMPLES) -> dict[str, Any]:
    with PrivateClamd(folder / "clamd") as clamd, Product(folder / "product", clamd.address) as product:
        with (product.folder / "scanner.log").open("wb") as log:
            service = subprocess.Popen(product.command("run"), stdout=log, stderr=log, cwd=REPOSITORY)
        try:
            _upload_now_and_then(product, samples)
            log_of_requests = httpx.get(f"{product.url}/_emulator/requests", timeout=60).json()
        finally:
            service.terminate()
            service.wait(60)
    return _report(log_of_requests, samples)


def _upload_now_and_then(product: Product, samples: int) -> None:
    pauses = random.Random(1)
    for number in range(samples):
        product.control("upload", params={"path": f"/Shared/bench/{number}.txt"}, content=f"file {number}\n".encode())
        time.sleep(pauses.uniform(0.1, 0.5))
        while product.verdicts() <= number:
            time.sleep(0.02)


def _report(requests: list[dict[str, Any]], samples: int) -> dict[str, Any]:
    waits, poll, starting = [], 0.0, 0
    for one in requests:
        if not waits and "/events" not in one["path"] and "/fs-content/" not in one["path"]:
            starting += 1
        if one["path"].endswith("/events"):
            poll = one["time"]
        elif "/fs-content/" in one["path"] and one["method"] == "GET":
            waits.append(float(one["time"] - poll))
    calls = Counter(_call(one) for one in requests)
    polls = sum(number for call, number in calls.items() if "/events" in call)
    each = round((sum(calls.values()) - polls - starting) / samples, 3)
    waits.sort()
    p99 = waits[int(len(waits) * 0.99) - 1]
    return {
        "what": "idle service: ms from the poll that brought an event to its download; API calls per version",
        "samples": len(waits),
        "p50_ms": statistics.median(waits),
        "p99_ms": p99,
        "max_ms": waits[-1],
        "waits_ms": waits,
        "target_ms": TARGET_MS,
        "target_calls": TARGET_CALLS,
        "met": p99 < TARGET_MS and len(waits) == samples and each <= TARGET_CALLS,
        "calls_at_the_start": starting,
        "calls_per_version_without_polls": each,
        "calls": dict(calls),
    }


def _call(one: dict[str, Any]) -> str:
    path = one["path"].split("/ids/file/")[0]
    return f"{one['method']} {path}"
