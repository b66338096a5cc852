"""`python -m demo`, whole: real processes, and exit 0 only where all came as the story expects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_demo_shows_what_came_of_each_file_and_leaves_nothing_behind() -> None:
    command = [sys.executable, "-m", "demo"]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=110, cwd=Path(__file__).parents[2]
    )
    assert (ended.returncode, ended.stderr.replace("\n", "")) == (0, "")
    for part in (
        "Verdicts, one per file version",
        "In quarantine",
        "Comments",
        "Public links to bad files: 1 made, 0",
        "recorded as gone: 1.",
        " entries hold; the head is ",
    ):
        assert part in ended.stdout
    assert "NOT AS EXPECTED" not in ended.stdout
