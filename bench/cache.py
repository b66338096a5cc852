"""What known contents cost: API calls and time for copies, one by one, as a folder, and in folders of their own.

The same acts with and without the cache, each in a world of its own; counted from the emulator's own log of requests.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from bench.product import TOKEN, Product
from demo.clamd import PrivateClamd

COPIES = 200
FILES = 20
"""Different contents, which are copied again and again."""
TARGET = 0.1
"""Calls for a version, all polls included."""


def run(folder: Path, copies: int = COPIES) -> dict[str, Any]:
    found = {}
    with PrivateClamd(folder / "clamd") as clamd:
        for name, cache in (("with", {"audit_share": 0.01}), ("without", {"enabled": False})):
            with Product(folder / name, clamd.address, cache=cache) as product:
                found[name] = _figures(product, copies)
    together = found["with"]["copied into one folder"]["calls_per_version"]
    whole = found["with"]["copied as a folder"]["calls_per_version"]
    return {
        "what": "API calls (feed included) and downloads for a version whose content is known; seconds of the run",
        "copies": copies,
        **found,
        "target_calls_per_version": TARGET,
        "met": max(together, whole) <= TARGET,
    }


def _figures(product: Product, copies: int) -> dict[str, Any]:
    for number in range(FILES):
        _upload(product, f"/Shared/bench/{number}.txt", number)
    figures = {"new": _measured(product, FILES, FILES)}
    for number in range(copies):
        source = f"/Shared/bench/{number % FILES}.txt"
        _act(product, "copy", path=source, destination=f"/Shared/bench/copy-{number}.txt")
    figures["copied into one folder"] = _measured(product, FILES + copies, copies)
    # What was there already is copied with it.
    _act(product, "copy", path="/Shared/bench", destination="/Shared/again")
    figures["copied as a folder"] = _measured(product, 2 * (FILES + copies), FILES + copies)
    for number in range(copies):
        _upload(product, f"/Shared/apart/{number}/b.txt", number % FILES)
    figures["uploaded again, each in a folder of its own"] = _measured(product, 2 * FILES + 3 * copies, copies)
    return figures


def _upload(product: Product, path: str, number: int) -> None:
    content = f"content {number}\n".encode() * 2_000
    product.control("upload", params={"path": path, "source": "WebUI"}, content=content)


def _act(product: Product, action: str, **what: str) -> None:
    product.control("act", json={"action": action, "source": "WebUI", **what})


def _measured(product: Product, verdicts: int, versions: int) -> dict[str, Any]:
    before = _calls(product)
    whole, _, own = product.run_once(verdicts)
    calls = _calls(product) - before
    return {
        "calls_per_version": round(calls.total() / versions, 3),
        "downloads_begun": calls["GET /pubapi/v1/fs-content"],
        "calls": dict(calls),
        "seconds": round(whole, 2),
        "cpu_ms_per_version": round(1000 * own / versions, 1),
    }


def _calls(product: Product) -> Counter[str]:
    log = httpx.get(f"{product.url}/_emulator/requests", timeout=60, headers={"Authorization": f"Bearer {TOKEN}"})
    return Counter(f"{one['method']} {'/'.join(one['path'].split('/')[:4])}" for one in log.json())
