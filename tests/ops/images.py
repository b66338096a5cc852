"""The image, built once for all tests, and containers of it that run as an operator who is careful would run them.

Storage and configuration are our own (tools/ops/image.sh): whatever else is on this machine is left alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from tests.ops.conftest import ROOT

HERE = ROOT / ".tools" / "image"
IMAGE = "localhost/scanner:test"
ENVIRONMENT = os.environ | {
    "CONTAINERS_CONF": str(HERE / "containers.conf"),
    "CONTAINERS_STORAGE_CONF": str(HERE / "storage.conf"),
}
HARDENED = (
    *("--pull=never", "--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"),
    "--memory=1g",
)
"""Beside these the image's own word counts: its user, its folders, its health check."""
NO_CHECK = "--no-healthcheck"
"""podman would start timers of systemd for it."""


def tool(*words: str, patience: float = 120) -> subprocess.CompletedProcess[str]:
    """buildah or podman, started where the file that podman leaves after a lack of memory is in nobody's way."""
    return subprocess.run(
        words, cwd=HERE, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=patience
    )


def done(*words: str, patience: float = 120) -> str:
    """The same, and what it says; it must have gone well."""
    result = tool(*words, patience=patience)
    assert result.returncode == 0, f"{' '.join(words)}\n{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
    return result.stdout


@cache
def built() -> str:
    """The image's name. Builds what has changed since the last time."""
    with (HERE / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done(
            *(
                "buildah",
                "build",
                "--isolation=chroot",
                "--network=host",
                "--pull-never",
                "--format=docker",
                "--layers",
            ),
            *(f"--secret=id=pip.conf,src={HERE}/pip.conf", f"--volume={HERE}/wheels:/run/wheels:ro"),
            *("--quiet", f"--tag={IMAGE}", str(ROOT)),
            patience=600,
        )
    return IMAGE


def inside(script: str, *options: str) -> Any:
    """What a script of Python prints as JSON within the image."""
    words = (
        "podman",
        "run",
        "--rm",
        "--network=none",
        NO_CHECK,
        *options,
        "--entrypoint=python",
        built(),
        "-c",
        script,
    )
    return json.loads(done(*words))


def scanner(*words: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """One command in a container of its own."""
    return tool("podman", "run", "--rm", "--network=none", NO_CHECK, *HARDENED, *options, built(), *words)


@contextmanager
def container(*options: str, network: str = "none", command: tuple[str, ...] = ()) -> Iterator[str]:
    """The id of one that runs in the background, until the end; its anonymous volumes go with it."""
    words = ("podman", "run", "--detach", "--health-interval=disable", f"--network={network}", *HARDENED, *options)
    name = done(*words, built(), *command).strip()
    try:
        yield name
    finally:
        tool("podman", "rm", "--force", "--volumes", "--time", "5", name)


def within(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A further command in a container that runs."""
    return tool("podman", "exec", name, *words)


def logs(name: str) -> str:
    result = tool("podman", "logs", name)
    return result.stdout + result.stderr
