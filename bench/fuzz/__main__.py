"""`python -m bench.fuzz`; see the package."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bench.fuzz.campaign import HANG_CPU, Campaign
from bench.fuzz.child import MEMORY

RESULT = Path(__file__).parents[1] / "results" / "fuzz.json"
NAMES = ("rules", "shared", "suppressions", "matcher", "openers")
WANTED = 1800
"""Seconds of fuzzing without a finding, of all runs together."""
PACKAGES = ("atheris", "libarchive-c", "olefile", "oletools", "msoffcrypto-tool", "pypdf", "pyyaml", "google-re2")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description="Fuzz what reads hostile bytes.")
    parser.add_argument("target", choices=(*NAMES, "all"))
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--engine", choices=("atheris", "mutations"), help="atheris where it is installed")
    parser.add_argument("--findings", type=Path, help="folder for inputs that led to a finding; a new one without it")
    parser.add_argument(
        "--record", action="store_true", help=f"write {RESULT.name}, with what it says of other targets"
    )
    given = parser.parse_args()
    engine = given.engine or _engine()
    keep = given.findings or Path(tempfile.mkdtemp(prefix="fuzz-findings-"))
    measured = {}
    for name in NAMES if given.target == "all" else (given.target,):
        print(f"{name}: {given.seconds:g} s by {engine}; findings go to {keep}", file=sys.stderr)
        measured[f"{name}, {engine}"] = {**_described(engine), **Campaign(name, engine, given.seconds, keep).run()}
    print(json.dumps(measured, indent=2))
    if given.record:
        _record(measured)
    return 1 if any(one["findings"] for one in measured.values()) else 0


def _engine() -> str:
    if find_spec("atheris"):
        return "atheris"
    print("atheris is not installed (it has wheels for x86-64 only): blind mutations instead", file=sys.stderr)
    return "mutations"


def _described(engine: str) -> dict[str, object]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "engine": engine,
        "hang_over_s": HANG_CPU,
        "memory_limit_mib": MEMORY // 1024**2,
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _record(measured: dict[str, dict[str, object]]) -> None:
    before = json.loads(RESULT.read_text())["runs"] if RESULT.exists() else {}
    runs = {**before, **measured}
    seconds = sum(int(str(one["seconds"])) for one in runs.values())
    met = seconds >= WANTED and not any(one["findings"] for one in runs.values())
    RESULT.write_text(json.dumps({"wanted_s": WANTED, "seconds": seconds, "met": met, "runs": runs}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
