"""The commands there are, and the ways to run one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import CompletedProcess, Popen
from typing import Any

import httpx
from typer import Typer
from typer.testing import CliRunner, Result

from scanner.cli.commands import app
from tests.clamd import free_port
from tests.journeys.world import World, stop, wait_until
from tests.plain_http import call


def names_in(group: Typer, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Each command as the words that are typed, in the order of the help; groups are left out, but for those that
    do something themselves."""
    found: list[tuple[str, ...]] = []
    for command in group.registered_commands:
        assert command.callback is not None
        found.append((*before, command.name or command.callback.__name__))
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        assert inner.name is not None
        callback = inner.typer_instance.registered_callback
        if callback is not None and callback.invoke_without_command is True:
            found.append((*before, inner.name))
        found += names_in(inner.typer_instance, (*before, inner.name))
    return found


COMMANDS = names_in(app)
GROUPS = sorted({command[:-1] for command in COMMANDS} - set(COMMANDS))


def scanner(world: World, *arguments: str) -> Result:
    """One command in this process, on the settings of a world. Not `run`, which may end the process."""
    world.settings()
    return CliRunner().invoke(app, [*arguments, "--config", str(world.config)], catch_exceptions=False)


ONCE = ("run", "--once", "--no-self-test")
"""The self-test has its own tests, and takes seconds."""


def spawned(world: World, *arguments: str) -> CompletedProcess[str]:
    """One command as a process of its own."""
    world.settings()
    command = [sys.executable, "-m", "scanner", *arguments, "--config", str(world.config)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def lines(output: str) -> list[dict[str, Any]]:
    """JSON, one object a line."""
    return [json.loads(line) for line in output.splitlines()]


@dataclass(frozen=True, slots=True)
class Service:
    """`scanner run` as a process of its own."""

    process: Popen[bytes]
    url: str

    def status(self, path: str) -> int:
        """0 where nobody listens."""
        try:
            return call("GET", self.url + path, timeout=10).status_code
        except httpx.TransportError:
            return 0


@contextmanager
def running(world: World, probe: str = "/readyz") -> Iterator[Service]:
    """Started, until a probe says yes; at the end stopped by SIGTERM where it still runs."""
    address = f"127.0.0.1:{free_port()}"
    world.sections["http"] = {"listen": address}
    service = Service(world.spawn(), f"http://{address}")
    try:
        wait_until(lambda: service.status(probe) == 200 or service.process.poll() is not None, probe)
        yield service
    finally:
        stop(service.process)
