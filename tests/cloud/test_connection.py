"""TLS to the configured host: its certificate is checked, always."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.tls import make_certificate
from scanner.cloud.client import EgnyteClient
from scanner.cloud.connection import TIMEOUTS, connection
from scanner.cloud.port import Priority
from scanner.errors import CloudUnavailable, ConfigurationError
from scanner.model import Account, EntryId, GroupId
from scanner.settings import DomainSettings
from tests.cloud.egnyte import QUICK
from tests.cloud.rawserver import RawServer, answer, raw_server


@contextmanager
def tls_server(folder: Path, *answers: bytes) -> Iterator[RawServer]:
    certificate, key = make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with raw_server(*answers, tls=context) as server:
        yield server


def settings(url: str, folder: Path, ca_file: Path | None) -> DomainSettings:
    (folder / "token").write_text("s3cr3t")
    return DomainSettings(name="acme", base_url=url, token_file=folder / "token", ca_file=ca_file)


async def test_a_host_with_a_trusted_certificate_is_called(tmp_path: Path) -> None:
    with tls_server(
        tmp_path, answer(200, b'{"id":7,"username":"x"}'), answer(200, b"bytes", f"X-Sha512-Checksum: {'a' * 128}")
    ) as server:
        client = EgnyteClient(settings(server.url, tmp_path, tmp_path / "certificate.pem"), timeouts=QUICK)
        assert await client.account() == Account(7, "x")
        assert await asyncio.to_thread(download, client) == b"bytes"
        await client.close()


async def test_a_host_with_another_certificate_gets_no_token(tmp_path: Path) -> None:
    with tls_server(tmp_path, answer(200, b"{}")) as server:
        client = EgnyteClient(settings(server.url, tmp_path, None), timeouts=QUICK)
        with pytest.raises(CloudUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await client.account()
        with pytest.raises(CloudUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await asyncio.to_thread(download, client)
        await client.close()

    assert server.asked == []


@pytest.mark.parametrize("written", ["", "no certificate"])
def test_a_ca_file_without_certificates_is_told(tmp_path: Path, written: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(written)

    with pytest.raises(ConfigurationError, match="holds no certificates"):
        connection(settings("https://127.0.0.1:1", tmp_path, file), TIMEOUTS)


def test_a_plain_connection_is_to_loopback_and_loads_no_certificates(tmp_path: Path) -> None:
    made = connection(settings("http://127.0.0.1:8800", tmp_path, None), TIMEOUTS)

    assert (made.origin, made.host, made.tls.get_ca_certs()) == ("http://127.0.0.1:8800", b"127.0.0.1:8800", [])


def download(client: EgnyteClient) -> bytes:
    with client.open_content(GroupId("g1"), EntryId("e1"), priority=Priority.LIVE) as opened:
        return b"".join(opened.chunks())
