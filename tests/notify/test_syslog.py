"""A notice goes to a real syslog server, by each way."""

from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path

import pytest

from emulator.tls import make_certificate
from scanner.notify import cef
from scanner.notify.receiver import NotTaken, NotTrusted
from scanner.notify.syslog import LONGEST_DATAGRAM, Syslog, message
from tests.notify.world import NOW, notice, syslog_server

HEADER = rb"<130>1 [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z \S+ scanner - finding - "


def is_ours(written: bytes) -> bool:
    return re.fullmatch(HEADER + re.escape(cef.line(notice().event).encode()), written) is not None


async def test_a_datagram_is_one_message() -> None:
    with syslog_server(socket.SOCK_DGRAM) as server:
        await Syslog("siem", "udp", "127.0.0.1", server.port).take(notice())
        assert is_ours(server.wait())


async def test_a_stream_has_the_length_before_each_message() -> None:
    with syslog_server(socket.SOCK_STREAM) as server:
        await Syslog("siem", "tcp", "127.0.0.1", server.port).take(notice())
        length, _, written = server.wait().partition(b" ")
    assert (int(length), is_ours(written)) == (len(written), True)


async def test_a_stream_under_tls_goes_to_who_has_the_certificate(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with syslog_server(socket.SOCK_STREAM, context) as server:
        await Syslog("siem", "tls", "localhost", server.port, certificate).take(notice())
        assert is_ours(server.wait().partition(b" ")[2])


@pytest.mark.parametrize("kind", ["tcp", "tls"])
async def test_an_absent_server_takes_nothing(kind: str) -> None:
    with pytest.raises(NotTaken, match="no connection: "):
        await Syslog("siem", kind, "127.0.0.1", 9).take(notice())


async def test_a_host_that_is_no_name_takes_nothing() -> None:
    with pytest.raises(NotTaken, match="no connection: "):
        await Syslog("siem", "tcp", f"{'x' * 70}.invalid", 514).take(notice())


@pytest.mark.parametrize("kind", ["tcp", "tls"])
async def test_a_server_is_contacted_with_nothing_sent(tmp_path: Path, kind: str) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with syslog_server(socket.SOCK_STREAM, context if kind == "tls" else None) as server:
        assert await Syslog("siem", kind, "localhost", server.port, certificate).contact()
        assert server.wait() == b""


async def test_a_server_whose_certificate_nobody_vouches_for_is_told_apart_from_an_absent_one(
    tmp_path: Path,
) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with syslog_server(socket.SOCK_STREAM, context) as server:
        with pytest.raises(NotTrusted, match="its certificate is not to be trusted: self-signed certificate"):
            await Syslog("siem", "tls", "localhost", server.port).contact()
        server.thread.join(20)
    with pytest.raises(NotTaken, match="no connection: ") as away:
        await Syslog("siem", "tls", "127.0.0.1", 9).contact()
    assert not isinstance(away.value, NotTrusted)


async def test_of_a_server_of_datagrams_only_its_name_can_be_known() -> None:
    assert not await Syslog("siem", "udp", "localhost", 514).contact()
    with pytest.raises(NotTaken, match="no such host: "):
        await Syslog("siem", "udp", "siem.invalid", 514).contact()


def test_a_message_is_one_line_of_the_format() -> None:
    written = message(notice(), NOW)
    assert written.startswith(b"<130>1 2026-03-04T09:15:00.000000Z ")
    assert (b"\n" in written, len(written) < LONGEST_DATAGRAM) == (False, True)
