"""What a figure was measured on, and the CPU each part spent."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from demo.clamd import find_clamd

PACKAGES = ("httpx", "pgqueuer", "sqlalchemy", "python-magic", "uvicorn", "yara-x")


def describe() -> dict[str, object]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    clamd = subprocess.run([find_clamd(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 1024**3),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "clamd": clamd.split("/")[0],
        "packages": {name: version(name) for name in PACKAGES},
        "load_before": os.getloadavg()[0],
    }


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its ended children so far."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def resident_mib(pid: int) -> float:
    """Memory that a process has in use."""
    return round(psutil.Process(pid).memory_info().rss / 1024**2, 1)
