"""A sampled stack belongs to one part of the product."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.hot_path import listening
from bench.stations import place_of, stacks, station_of

WRITTEN = """Stack (most recent call first):
  File "/x/lib/python3.11/socket.py", line 5 in recv
  File "/x/scanner/inspection/clamd_session.py", line 7 in scan
  File "/x/scanner/pipeline/look.py", line 9 in look
Stack (most recent call first):
  File "/x/scanner/docu"""


def test_stacks_are_read_from_the_inside_and_one_that_was_cut_off_is_none() -> None:
    [stack] = stacks(WRITTEN)
    assert stack == [
        ("/x/lib/python3.11/socket.py", "recv"),
        ("/x/scanner/inspection/clamd_session.py", "scan"),
        ("/x/scanner/pipeline/look.py", "look"),
    ]
    assert place_of(stack) == "scanner/inspection/clamd_session.py: scan"


@pytest.mark.parametrize(
    ("files", "station"),
    [
        (["/lib/socket.py", "/x/scanner/inspection/clamd_session.py", "/x/scanner/pipeline/look.py"], "clamd"),
        (["/x/scanner/inspection/unpack/openers/part_text.py", "/x/scanner/inspection/unpack/child.py"], "text"),
        (["/x/scanner/inspection/unpack/openers/pdf.py", "/x/scanner/inspection/unpack/child.py"], "taking apart"),
        (["/x/scanner/document.py", "/x/scanner/ledger/rows.py", "/x/scanner/pipeline/flow.py"], "ledger"),
        (["/lib/structlog/_base.py", "/x/scanner/pipeline/flow.py"], "log and metrics"),
        (["/x/scanner/files/digest.py"], "hashes and type"),
        (["/lib/httpcore/a.py", "/x/scanner/cloud/download.py", "/x/scanner/files/stream.py"], "download"),
        (["<frozen importlib._bootstrap>", "/x/scanner/ledger/rows.py"], "start"),
        (["/x/scanner/rulebook/pattern.py", "/x/scanner/rulebook/load.py"], "start"),
        (["/x/scanner/inspection/clamd_session.py", "/x/scanner/inspection/selftest/examination.py"], "self-test"),
        (["/x/scanner/inspection/selftest/formats.py", "/x/scanner/inspection/containers.py"], "rules"),
        (["/lib/asyncio/base_events.py", "/x/scanner/cli/run.py"], "loop"),
        (["/lib/concurrent/futures/thread.py"], "loop"),
    ],
)
def test_the_innermost_part_of_ours_is_meant(files: list[str], station: str) -> None:
    assert station_of([(file, "f") for file in files]) == station


def test_a_process_that_imports_the_sampler_tells_where_its_cpu_went(tmp_path: Path) -> None:
    (tmp_path / "scanner" / "judge").mkdir(parents=True)
    burning = tmp_path / "scanner" / "judge" / "burning.py"
    burning.write_text("def burn():\n    while time.process_time() < 0.3:\n        pass\nimport time\nburn()\n")
    with listening() as (where, heard):
        subprocess.run([sys.executable, str(burning)], env={"PYTHONPATH": str(where)}, check=True)
    [told] = heard
    found = [(station_of(one), place_of(one)) for one in stacks(told.decode())]
    assert found.count(("judge", "scanner/judge/burning.py: burn")) >= 10
