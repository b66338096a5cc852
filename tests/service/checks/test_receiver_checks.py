"""Whether notices would reach their receivers, and what is told where they would not."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.tls import make_certificate
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.checks.receiver_checks import check_receivers
from scanner.settings import ReceiverSettings
from tests.notify.world import Server, syslog_server

SECRET = "Zm9ydHktdHdvIGlzIG5vIHNlY3JldA"  # guards nothing


async def told(**values: object) -> Diagnosis:
    (line,) = [one async for one in check_receivers([ReceiverSettings.model_validate({"name": "siem", **values})])]
    return line


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "certificate.pem"


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Server]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*make_certificate(tmp_path))
    with syslog_server(socket.SOCK_STREAM, context) as server:
        yield server
        server.thread.join(20)


async def test_a_receiver_whose_certificate_is_trusted_is_well_and_was_sent_nothing(
    secured: Server, certificate: Path
) -> None:
    line = await told(url=f"syslog+tls://localhost:{secured.port}", ca_file=str(certificate))
    assert line == Diagnosis(
        Level.OK, "deploy: siem", f"localhost:{secured.port} takes connections, and its certificate is trusted"
    )
    assert secured.wait() == b""


async def test_a_web_service_is_asked_for_no_more_than_its_certificate_and_no_secret_is_told(
    secured: Server, certificate: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    url = f"https://localhost:{secured.port}/hook/{SECRET}?key={SECRET}"
    line = await told(url=url, secret_file=str(tmp_path / "secret"), ca_file=str(certificate))
    assert (line.level, SECRET in str(line), secured.wait()) == (Level.OK, False, b"")


async def test_a_certificate_that_nobody_vouches_for_is_a_failure(secured: Server) -> None:
    line = await told(url=f"syslog+tls://localhost:{secured.port}")
    assert (line.level, "self-signed certificate" in line.finding) == (Level.FAIL, True)


async def test_who_is_away_could_not_be_asked() -> None:
    line = await told(url="syslog+tcp://127.0.0.1:9")
    assert line.level is Level.UNREACHABLE
    assert line.finding == "127.0.0.1:9: no connection: Connect call failed ('127.0.0.1', 9)"


async def test_of_datagrams_nothing_is_known() -> None:
    line = await told(url="syslog+udp://localhost:514")
    assert line.level is Level.OK
    assert line.finding == "localhost:514 is sent datagrams; whether they arrive is not seen from here"


async def test_a_secret_that_is_none_keeps_the_service_from_starting(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    line = await told(url="https://localhost:9/hook", secret_file=str(tmp_path / "secret"))
    assert (line.level, line.finding.startswith("the secret has not 16")) == (Level.FAIL, True)
