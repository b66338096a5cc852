"""The wheel: all that it takes to run from it, wherever that is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.ops


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["build", "--wheel", "-q", "--build-constraints", "requirements-build.txt", "--out-dir", str(folder)]
    subprocess.run([ROOT / ".venv" / "bin" / "uv", *build], cwd=ROOT, check=True, timeout=110)
    (wheel,) = folder.glob("*.whl")
    ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


def test_the_shipped_rules_are_in_it_and_in_force_where_no_others_are_named(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scanner", "rules", "list", "--json"]
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True, timeout=60)
    found = {Path(json.loads(line)["file"]) for line in ended.stdout.splitlines()}
    shipped = {path.relative_to(ROOT) for path in (ROOT / "rules").glob("[!_]*/*.yaml")}
    assert found == {installed / "scanner" / path for path in shipped}
