"""`scanner healthcheck`: a service that runs, one that does not, and strangers on its port."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner.cli.commands import app
from scanner.cli.healthcheck import Answer, address_of, understood
from tests.cli.commands import running, scanner
from tests.journeys.world import World

WELL = b'{"ok": true, "checks": {"events": {"ok": true, "reason": ""}}}'
ILL = b'{"ok": false, "checks": {"events": {"ok": false, "reason": "should have turned 9 s ago"}}}'
HEAVY = ("sqlalchemy", "httpx", "starlette", "alembic", "yara_x", "re2", "scanner.service", "scanner.cli.commands")


@contextmanager
def answering(raw: bytes) -> Iterator[int]:
    """A port on which each connection gets these bytes."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(raw)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def ask(tmp_path: Path, listen: str, *arguments: str) -> Result:
    config = tmp_path / "scanner.yaml"
    config.write_text(f"http: {{listen: '{listen}'}}\n")
    return CliRunner().invoke(app, ["healthcheck", *arguments, "--config", str(config)], catch_exceptions=False)


def test_a_service_that_runs_is_alive_and_ready(world: World) -> None:
    with running(world):
        alive, both = scanner(world, "healthcheck"), scanner(world, "healthcheck", "--ready", "--json")
    assert (alive.exit_code, alive.stdout, alive.stderr) == (0, "alive: yes\n", "")
    well = {"ok": True, "checks": {}}
    assert (both.exit_code, json.loads(both.stdout)) == (0, {"alive": well, "ready": well})


def test_a_service_that_says_no_is_exit_1_and_tells_why(tmp_path: Path) -> None:
    with answering(http(503, ILL)) as port:
        result = ask(tmp_path, f"127.0.0.1:{port}")
    assert (result.exit_code, result.stdout) == (1, "alive: no\n")
    assert result.stderr == "  events: should have turned 9 s ago\n"


def test_readiness_counts_only_where_it_is_asked_for(tmp_path: Path, world: World) -> None:
    world.clamd = f"unix:{tmp_path}/nobody"
    with running(world, "/livez"):
        alive, ready = scanner(world, "healthcheck"), scanner(world, "healthcheck", "--ready")
    assert (alive.exit_code, ready.exit_code, ready.stdout) == (0, 1, "alive: yes\nready: no\n")
    assert "  engines: engine-down: " in ready.stderr


def test_nobody_there_is_exit_3(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = ask(tmp_path, f"127.0.0.1:{port}")
    assert (result.exit_code, result.stdout) == (3, "")
    assert f"127.0.0.1:{port}/livez does not answer: " in result.stderr
    assert "Does `scanner run` run here" in result.stderr


@pytest.mark.parametrize(
    "raw",
    [
        http(200, b"It works!"),
        http(200, b'{"ok": true}'),
        http(404, WELL),
        http(302, WELL),
        http(200, b"[" * 100_000),
        http(200, WELL[:-1] + b" " * 100_000 + b"}"),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_another_program_on_the_port_is_exit_3(tmp_path: Path, raw: bytes) -> None:
    with answering(raw) as port:
        assert ask(tmp_path, f"127.0.0.1:{port}").exit_code == 3


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, WELL, Answer(True, {})),
        (503, ILL, Answer(False, {"events": "should have turned 9 s ago"})),
        (503, WELL, Answer(False, {})),
        (200, b'{"ok": 1, "checks": {}}', Answer(False, {})),
        (503, b'{"ok": false, "checks": {"a": 7, "b": {"ok": "yes"}}}', Answer(False, {"a": "", "b": ""})),
        (200, b"\xff", None),
        (200, b'{"ok": true, "checks": []}', None),
        (200, b"null", None),
    ],
)
def test_yes_is_what_status_and_body_agree_on(status: int, body: bytes, answer: Answer | None) -> None:
    assert understood(status, body) == answer


@pytest.mark.parametrize(
    ("listen", "asked"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:9464", ("127.0.0.1", 9464)),
        ("[::]:1", ("::1", 1)),
        ("[::1]:1", ("::1", 1)),
        ("scanner:80", ("scanner", 80)),
    ],
)
def test_who_listens_everywhere_is_asked_on_loopback(listen: str, asked: tuple[str, int]) -> None:
    assert address_of(listen) == asked


def test_a_port_that_nobody_knows_beforehand_is_a_wrong_use(tmp_path: Path) -> None:
    result = ask(tmp_path, "127.0.0.1:0")
    assert (result.exit_code, "give it a number" in result.stderr) == (2, True)


def test_settings_that_cannot_be_read_are_exit_2(tmp_path: Path) -> None:
    result = ask(tmp_path, "nonsense")
    assert (result.exit_code, "http.listen: must be host:port" in result.stderr) == (2, True)


def test_asking_loads_nothing_of_the_other_commands(tmp_path: Path) -> None:
    code = "import sys; from scanner.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    command = [sys.executable, "-c", code, "healthcheck", "--config", str(tmp_path / "none.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "none.yaml: cannot be read" in done.stderr) == (2, True)
    assert set(done.stdout.split()) & set(HEAVY) == set()
