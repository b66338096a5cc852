"""Hands notices to a syslog server: RFC 5424 with a line of CEF, over UDP, TCP or TLS (octet counting, RFC 6587, 5425).

Syslog has no receipt: over TCP and TLS a notice counts as taken when the connection took all of it, over UDP when it
was sent. A webhook is what tells for sure.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

from scanner.notify import cef
from scanner.notify.receiver import TIMEOUT, Notice, NotTaken, connect_and_leave, reason_of, tls_of

LONGEST_DATAGRAM = 8_192
"""Bytes; more is cut by many servers, and lost as a whole on the way by some networks."""
_FACILITY = 16
"""local0."""
_SEVERITIES = {5: 2, 4: 3, 3: 4, 2: 5, 1: 6}
"""From OCSF's critical to syslog's, and so on."""


class Syslog:
    """See the port. `kind`: udp, tcp or tls. Each notice has a connection of its own: one that died unseen takes
    nothing with it."""

    def __init__(self, name: str, kind: str, host: str, port: int, ca_file: Path | None = None) -> None:
        self._name, self._kind, self._host, self._port = name, kind, host, port
        self._tls: ssl.SSLContext | None = tls_of(name, ca_file) if kind == "tls" else None

    @property
    def name(self) -> str:
        return self._name

    async def take(self, notice: Notice) -> None:
        written = message(notice, datetime.now(UTC))
        try:
            async with asyncio.timeout(TIMEOUT):
                if self._kind == "udp":
                    await self._send(written[:LONGEST_DATAGRAM])
                else:
                    await self._stream(b"%d %s" % (len(written), written))
        except (OSError, TimeoutError, UnicodeError) as error:
            raise NotTaken(f"no connection: {reason_of(error)}") from error

    async def contact(self) -> bool:
        """Of UDP only whether the name is known."""
        if self._kind != "udp":
            await connect_and_leave(self._host, self._port, self._tls)
            return True
        try:
            async with asyncio.timeout(TIMEOUT):
                await asyncio.get_running_loop().getaddrinfo(self._host, self._port)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise NotTaken(f"no such host: {reason_of(error)}") from error
        return False

    async def close(self) -> None:
        """Nothing is open."""

    async def _send(self, datagram: bytes) -> None:
        loop = asyncio.get_running_loop()
        address = (self._host, self._port)
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=address)
        transport.sendto(datagram)
        transport.close()

    async def _stream(self, frame: bytes) -> None:
        _, writer = await asyncio.open_connection(
            self._host, self._port, ssl=self._tls, server_hostname=self._host if self._tls else None
        )
        try:
            writer.write(frame)
            await writer.drain()
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()


def message(notice: Notice, now: datetime) -> bytes:
    """One message of RFC 5424, in UTF-8. Its parts come from us but for the line of CEF, which has no line ends."""
    severity = _SEVERITIES.get(notice.event["severity_id"], 4)
    header = f"<{_FACILITY * 8 + severity}>1 {now:%Y-%m-%dT%H:%M:%S.%fZ} {_host()} scanner - finding - "
    return header.encode() + cef.line(notice.event).encode()


def _host() -> str:
    """A name of printable ASCII, as the format demands."""
    name = socket.gethostname()[:255]
    return name if name and name.isascii() and name.isprintable() and " " not in name else "-"
