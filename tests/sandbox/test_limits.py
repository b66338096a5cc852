"""Limits that a real process sets on itself."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, resource, sys
from scanner.sandbox.limits import Limits
{before}
limits = Limits(memory=512 * 1024**2, cpu=7, file_size=4096, open_files=32)
limits.apply()
limits.renew_cpu()
names = ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_CPU")
print(json.dumps({{name: resource.getrlimit(getattr(resource, name)) for name in names}}))
{after}
"""


def run(before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
    script = SCRIPT.format(before=before, after=after)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_what_is_limited_cannot_be_raised_again():
    limits = json.loads(run().stdout)
    cpu = limits.pop("RLIMIT_CPU")

    assert limits == {
        "RLIMIT_AS": [512 * 1024**2] * 2,
        "RLIMIT_FSIZE": [4096] * 2,
        "RLIMIT_NOFILE": [32] * 2,
        "RLIMIT_CORE": [0, 0],
    }
    assert 8 <= cpu[0] <= 12


def test_a_lower_limit_that_it_came_with_stays():
    limits = json.loads(run(before="resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))").stdout)

    assert limits["RLIMIT_NOFILE"] == [20, 20]


def test_more_memory_than_that_is_refused():
    assert "MemoryError" in run(after="bytearray(600 * 1024**2)").stderr


def test_cpu_time_begins_anew_with_each_request():
    spin = "import time\nend = time.process_time() + 1.5\nwhile time.process_time() < end: pass\n"
    after = f"{spin}limits.renew_cpu()\nprint(json.dumps(resource.getrlimit(resource.RLIMIT_CPU)))"
    first, second = map(json.loads, run(after=after).stdout.splitlines())

    assert second[0] > first["RLIMIT_CPU"][0]
