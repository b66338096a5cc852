"""What everything but clamd costs for a content: reading, hashes and type, then the shipped rules, in CPU.

The same 800 files as `throughput`: first by clamd alone, through clamdscan; then by our own parts, in one process with
the sandboxed ones it starts. CPU, not time: the machine's noise counts less, and nothing is hidden by a second core.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.corpora import each_corpus
from bench.machine import cpu_seconds
from bench.rules import settings_in, shipped_rules, version_at
from bench.throughput import clamdscan
from demo.clamd import PrivateClamd
from scanner.files.local import read_local
from scanner.files.spool import Spool
from scanner.inspection.engine import NobodyToAsk
from scanner.model import Gap

FILES = 800
ROUNDS = 3
TARGET = 0.15
MIB = 1024**2


def run(folder: Path, files: int = FILES, rounds: int = ROUNDS) -> dict[str, Any]:
    def measure(folder: Path, local: Path, clamd: PrivateClamd) -> dict[str, Any]:
        done = [(_clamd(clamd, local), *_ours(folder, local)) for _ in range(rounds)]
        return _figures(done, files, sum(path.stat().st_size for path in local.iterdir()) / MIB)

    what = "CPU of reading, hashes, type and the shipped rules over that of clamd, for the same files"
    return {"what": what, **each_corpus(folder, files, measure)}


def _figures(done: list[tuple[float, float, float]], files: int, size: float) -> dict[str, Any]:
    names = ("clamd", "reading, hashes, type", "rules")
    parts = dict(zip(names, map(median, zip(*done, strict=True)), strict=True))
    shares = [(ours + asked) / theirs for theirs, ours, asked in done]
    return {
        "cpu_ms_per_file": {name: round(1000 * seconds / files, 3) for name, seconds in parts.items()},
        "cpu_ms_per_mib": {name: round(1000 * seconds / size, 2) for name, seconds in parts.items()},
        "share_of_clamd": round(median(shares), 3),
        "share_spread": [round(min(shares), 3), round(max(shares), 3)],
        "target": TARGET,
        "met": median(shares) < TARGET,
    }


def _clamd(clamd: PrivateClamd, local: Path) -> float:
    assert clamd.process is not None
    before = cpu_seconds(clamd.process.pid)
    clamdscan(clamd, local)
    return cpu_seconds(clamd.process.pid) - before


def _ours(folder: Path, local: Path) -> tuple[float, float]:
    """CPU seconds of reading all files, and of asking the rules about them, once all processes run."""
    settings = settings_in(folder)
    spool = Spool(settings.spool)
    files = sorted(local.iterdir())
    with shipped_rules(settings) as (engine, once):

        def look(path: Path) -> float:
            before = time.process_time()
            with read_local(path, spool, max_file=settings.spool.max_file) as content:
                reading = time.process_time() - before
                assert not isinstance(content, Gap), f"{path.name}: {content}"
                with once.shared(content):
                    engine.inspect(version_at(f"/Shared/bench/{path.name}"), NobodyToAsk(), content)
            return reading

        for path in files[:: max(len(files) // 10, 1)]:
            look(path)
        began = _cpu()
        reading = sum(map(look, files))
        return reading, _cpu() - began - reading


def _cpu() -> float:
    """Of this process, its ended processes, and the sandboxed ones that run."""
    return cpu_seconds(os.getpid()) + sum(
        cpu_seconds(child.pid) for child in psutil.Process().children() if _own(child)
    )


def _own(child: psutil.Process) -> bool:
    """Not clamd, which stands for itself."""
    return child.name().startswith(Path(sys.executable).name[:6])
