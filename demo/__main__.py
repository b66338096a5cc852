"""`make demo`: set the stage, let the people act, wait until everything has an outcome, show what came of it."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from demo import report, story
from demo.stage import Stage, stage, start_service

PATIENCE = 90.0
QUIET_FOR = 1.5
"""Seconds without anything new after which the story has ended."""

console = Console(stderr=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description="The product's main job as a short story.")
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    options = parser.parse_args()
    # As Ctrl-C does: otherwise clamd, emulator and service would be left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        # In the system's temporary folder: a socket's path has room for about a hundred bytes.
        with tempfile.TemporaryDirectory(prefix="scanner-demo-") as folder, stage(Path(folder)) as here:
            with console.status("starting the service …"):
                start_service(here)
            with console.status("people are uploading, copying, moving and deleting …"):
                links = story.play(here)
            with console.status("waiting until every version has its outcome …"):
                rows = wait_for_the_end(here)
            good = report.show(here, rows, links)
            if options.keep:
                wait_for_ctrl_c(here)
        return 0 if good else 1
    except (RuntimeError, FileNotFoundError) as error:
        console.print(f"The demo could not run: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130


def wait_for_the_end(here: Stage) -> list[dict[str, object]]:
    """Until no work is open, the file deleted at the end is told of, and nothing has changed for a while. Raises
    RuntimeError when that does not come."""
    deadline = time.monotonic() + PATIENCE
    before: list[dict[str, object]] = []
    since = time.monotonic()
    while time.monotonic() < deadline:
        rows = here.verdicts()
        if rows != before or any(row["state"] not in ("done", "parked") for row in rows):
            before, since = rows, time.monotonic()
        elif rows and time.monotonic() - since > QUIET_FOR and story.gone(here.account()):
            return rows
        time.sleep(0.2)
    raise RuntimeError(f"work is still open, or a deletion untold, after {PATIENCE:.0f} s; see {here.log}")


def wait_for_ctrl_c(here: Stage) -> None:
    console.print(f"\nStill running: metrics {here.metrics_url}/metrics, emulator {here.emulator_url}. Ctrl-C ends it.")
    console.print(f"Try: .venv/bin/scanner verdicts list --config {here.config}", markup=False)
    signal.pause()


if __name__ == "__main__":
    sys.exit(main())
