"""What a real process can no longer do once it has shut itself in."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.sandbox.confinement import Confinement

SCRIPT = """
import ctypes, json, os, signal, socket, sys, threading
from dataclasses import asdict
from pathlib import Path
from scanner.sandbox.confinement import confine

port, allowed, secret, handed = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
service = os.getppid()
outside = socket.socket()
confinement = confine([allowed])


def fails(act):
    try:
        act()
    except OSError as error:
        return os.strerror(error.errno)
    return ""


def starts_a_thread():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()



died_with = ctypes.c_int()
libc = ctypes.CDLL(None)
libc.prctl(2, ctypes.byref(died_with), 0, 0, 0)
print(json.dumps({
    "confinement": asdict(confinement),
    "rights": libc.prctl(39, 0, 0, 0, 0), "signal": died_with.value,
    "network": {
        "with a new socket": fails(lambda: socket.create_connection(("127.0.0.1", port), 5)),
        "with an older one": fails(lambda: outside.connect(("127.0.0.1", port))),
    },
    "files": {
        "a secret": fails(lambda: open(secret)),
        "the memory of the service": fails(lambda: open(f"/proc/{service}/mem", "rb")),
        "a new file": fails(lambda: open(os.path.join(allowed, "new"), "w")),
        "a file to change": fails(lambda: open(os.path.join(allowed, "plain"), "a")),
    },
    "calls": {
        "fork": fails(os.fork),
        "a program": fails(lambda: os.execv("/bin/true", ["true"])),
        "a signal to the service": fails(lambda: os.kill(service, 0)),
        "a signal to the group": fails(lambda: os.kill(0, 0)),
        "a pair of sockets": fails(socket.socketpair),
        "the limits of the service": fails(lambda: __import__("resource").prlimit(service, 7)),
    },
    "work": {
        "reads what it may": fails(lambda: open(os.path.join(allowed, "plain"))),
        "reads what was handed to it": fails(lambda: os.pread(handed, 1, 0)),
        "opens that once more": fails(lambda: open(f"/proc/self/fd/{handed}", "rb")),
        "imports": fails(lambda: __import__("encodings.utf_7")),
        "has threads": fails(starts_a_thread),
        "signals itself": fails(lambda: os.kill(os.getpid(), 0)),
        "lowers its own limits": fails(lambda: __import__("resource").setrlimit(7, (60, 60))),
    },
}))
"""
NOT_ALLOWED = {"Operation not permitted", "Permission denied", "Network is unreachable"}


@pytest.fixture(params=["/dev/shm", None], ids=["in memory", "on disk"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where contents may lie: the place of a file decides whether it can be opened once more."""
    return Path(request.param or tmp_path)


def shut_in(folder: Path, tmp_path: Path) -> dict[str, dict[str, str]]:
    allowed, secret = folder / f"scanner-{os.getpid()}", tmp_path / "token"
    allowed.mkdir()
    (allowed / "plain").touch()
    secret.touch()
    handed = os.open(allowed, os.O_TMPFILE | os.O_RDWR)
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            given = [str(server.getsockname()[1]), str(allowed), str(secret), str(handed)]
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT, *given], capture_output=True, text=True, check=False, pass_fds=[handed]
            )
    finally:
        os.close(handed)
        (allowed / "plain").unlink()
        allowed.rmdir()
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_whoever_takes_it_over_has_no_network_no_files_no_programs_and_its_work_goes_on(
    folder: Path, tmp_path: Path
) -> None:
    found = shut_in(folder, tmp_path)
    told = found["confinement"]

    # A kernel may refuse a part: then it says why it could still do it.
    for part in ("network", "files", "calls"):
        if not told[part]:
            assert {act for act, error in found[part].items() if error not in NOT_ALLOWED} == set(), part
    assert {act: error for act, error in found["work"].items() if error} == {}
    assert (found["rights"], found["signal"]) == (1, signal.SIGKILL)


def test_only_what_a_kernel_does_not_have_is_missing(tmp_path: Path) -> None:
    told = shut_in(tmp_path, tmp_path)["confinement"]
    assert set(told.values()) <= {"", "Function not implemented", "Operation not supported"}


@pytest.mark.parametrize("part", ["network", "files", "calls"])
def test_it_is_complete_only_with_every_part(part: str) -> None:
    complete = Confinement()
    assert (complete.complete, replace(complete, **{part: "Operation not permitted"}).complete) == (True, False)
