"""How the configured host is spoken to: TLS, timeouts, headers, limits.

httpx's transports are used without its clients: nothing there follows redirects, reads proxies from the environment or
keeps cookies, and a small download costs a quarter less CPU.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from scanner.cloud.request_ids import HEADER
from scanner.errors import ConfigurationError, Problem
from scanner.settings import DomainSettings

TIMEOUTS = {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 30.0}
"""Seconds; `read` is the longest silence, not the whole answer."""
_KEPT = 30.0
"""Seconds that an idle connection is kept; load balancers commonly drop theirs after 60."""

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Connection:
    """The one host that is called."""

    origin: str
    """Scheme and authority. Whatever is called is this with a target behind it."""
    host: bytes
    tls: ssl.SSLContext
    extensions: dict[str, object]
    """For each request; `timeout` in seconds."""

    def headers(self, token: str, request_id: str, *more: tuple[bytes, bytes]) -> RawHeaders:
        """No compression: of content it would spoil offsets, and of JSON a small answer could then be a huge one."""
        return [
            (b"Host", self.host),
            (b"Authorization", b"Bearer " + token.encode("ascii")),
            (b"Accept-Encoding", b"identity"),
            (b"User-Agent", b"scanner"),
            (HEADER, request_id.encode("ascii")),
            *more,
        ]

    def transport(self, connections: int) -> httpx.HTTPTransport:
        return httpx.HTTPTransport(verify=self.tls, trust_env=False, limits=_limits(connections))

    def async_transport(self, connections: int) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=self.tls, trust_env=False, limits=_limits(connections))


def connection(settings: DomainSettings, timeouts: dict[str, float]) -> Connection:
    """Raises ConfigurationError where the CA file holds no certificates."""
    host = urlsplit(settings.url).netloc.encode("idna")
    if not settings.url.startswith("https:"):
        return Connection(settings.url, host, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), {"timeout": timeouts})
    try:
        tls = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        what = "the CA file cannot be read or holds no certificates"
        raise ConfigurationError([Problem(str(settings.ca_file), what, "Give PEM certificates.")]) from error
    return Connection(settings.url, host, tls, {"timeout": timeouts})


def _limits(connections: int) -> httpx.Limits:
    return httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=_KEPT)
