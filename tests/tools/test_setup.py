"""What `make setup` says where it cannot go on, and that it has nothing to do the second time."""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NEEDED = ("tools/setup.sh", "tools/apt.sh", "requirements-dev.txt", "pyproject.toml")
COMMANDS = ("bash", "env", "cat", "sha256sum", "grep", "fold", "dirname", "ldconfig")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that setup reads, and a folder of commands without any Python."""
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name in COMMANDS:
        found = shutil.which(name, path=os.defpath + ":/usr/sbin:/sbin")
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def command(folder: Path, name: str, prints: str) -> None:
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\necho {prints}\n")
    path.chmod(0o755)


def setup(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [folder / "tools/setup.sh"],
        env={"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_without_any_python_it_says_so(clone: Path) -> None:
    code, said = setup(clone)
    assert code == 1
    assert said.startswith(
        "setup: Python 3.11 or newer is needed, and PATH holds none. Found: no python3 at all. Install one"
    )


def test_a_python_that_is_too_old_is_named(clone: Path) -> None:
    command(clone, "python3", "3.9")
    code, said = setup(clone)
    assert (code, f"Found: 3.9 ({clone}/bin/python3)." in said) == (1, True)


def test_the_second_time_there_is_nothing_to_do_and_it_takes_no_time(clone: Path) -> None:
    stamp = hashlib.sha256(b"".join((clone / name).read_bytes() for name in NEEDED)).hexdigest()
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "ready").write_text(f"{stamp}  -\n")
    for path in (".venv/bin/scanner", ".venv/bin/python", "bin/clamd", "bin/clamdscan"):
        shutil.copy(shutil.which("true") or "", clone / path)
    started = time.monotonic()
    assert setup(clone) == (0, "")
    assert time.monotonic() - started < 1
