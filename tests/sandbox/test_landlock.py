"""Files that a process can no longer open; how it is shut in as a whole is in test_confinement."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import ctypes, json, os, sys
from scanner.sandbox.landlock import close_files
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
why = close_files(sys.argv[1:3])


def opens(path):
    try:
        open(path).close()
    except PermissionError:
        return False
    return True


print(json.dumps({"why": why, "opens": [opens(path) for path in sys.argv[3:]]}))
"""


def test_a_file_or_a_folder_can_be_read_and_one_that_is_not_there_hinders_nothing(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
    allowed = [str(tmp_path / "a"), str(tmp_path / "none")]
    asked = [str(tmp_path / name) for name in ("a", "b", "c")]
    done = subprocess.run([sys.executable, "-c", SCRIPT, *allowed, *asked], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)

    assert found["opens"] == ([True, False, False] if not found["why"] else [True] * 3)
