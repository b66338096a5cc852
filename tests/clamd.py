"""Real clamds for the tests: private socket, own folder, demo signatures; up in a twentieth of a second.

Session-wide ones are shared and must not be disturbed; a test that kills, freezes or configures starts its own.
"""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.clamd import PrivateClamd
from scanner.settings import ClamavSettings

StartClamd = Callable[..., PrivateClamd]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(address: str, **other: object) -> ClamavSettings:
    return ClamavSettings.model_validate({"address": address, "scan_timeout": "20s", **other})


def private(tcp: bool = False, **settings: str) -> PrivateClamd:
    """Not started yet. The folder is short, since a socket's path has room for about a hundred bytes."""
    return PrivateClamd(Path(tempfile.mkdtemp(prefix="clamd-")), settings, free_port() if tcp else None)


def remove(clamd: PrivateClamd) -> None:
    if clamd.process is not None and clamd.process.poll() is None:
        clamd.process.send_signal(signal.SIGCONT)
    clamd.stop()
    shutil.rmtree(clamd.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def clamd() -> Iterator[PrivateClamd]:
    """Shared, on a Unix socket."""
    one = private()
    yield one.start()
    remove(one)


@pytest.fixture(scope="session")
def clamd_by_tcp() -> Iterator[PrivateClamd]:
    """Shared, on a TCP port."""
    one = private(tcp=True)
    yield one.start()
    remove(one)


@pytest.fixture
def new_clamd() -> Iterator[StartClamd]:
    """Makes clamds of the test's own, with settings of clamd.conf by name; not started yet."""
    made: list[PrivateClamd] = []

    def make(tcp: bool = False, **settings: str) -> PrivateClamd:
        made.append(private(tcp, **settings))
        return made[-1]

    yield make
    for one in made:
        remove(one)
