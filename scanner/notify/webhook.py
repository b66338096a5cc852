"""Hands notices to a web service, signed as the Standard Webhooks specification has it: HMAC-SHA256 over id, time and
body. Redirects are not followed, and nothing of the answer is read but its status."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from scanner.errors import ConfigurationError, Problem
from scanner.notify.receiver import TIMEOUT, Notice, NotTaken, connect_and_leave, tls_of

LONGEST_SECRET = 4_096
SHORTEST_SECRET = 16
_LONGEST_WAIT = 3_600.0
_TIMEOUTS = {"connect": TIMEOUT, "read": TIMEOUT, "write": TIMEOUT, "pool": TIMEOUT}


class Webhook:
    """See the port. Raises ConfigurationError where the secret or the CA file are no good."""

    def __init__(
        self,
        name: str,
        url: str,
        secret_file: Path,
        ca_file: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._name, self._url, self._clock = name, url, clock
        self._secret = read_secret(name, secret_file)
        self._tls = tls_of(name, ca_file)
        self._transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)

    @property
    def name(self) -> str:
        return self._name

    async def take(self, notice: Notice) -> None:
        body = json.dumps(notice.event, separators=(",", ":"), sort_keys=True).encode()
        request = httpx.Request(
            "POST",
            self._url,
            headers={"Host": urlsplit(self._url).netloc, **self._headers(notice, body)},
            content=body,
            extensions={"timeout": _TIMEOUTS},
        )
        try:
            answer = await self._transport.handle_async_request(request)
            await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotTaken(f"no answer: {type(error).__name__}") from error
        if not 200 <= answer.status_code < 300:
            raise NotTaken(f"HTTP {answer.status_code}", _retry_after(answer.headers.get("retry-after", "")))

    async def contact(self) -> bool:
        parts = urlsplit(self._url)
        assert parts.hostname is not None
        secure = parts.scheme == "https"
        await connect_and_leave(parts.hostname, parts.port or (443 if secure else 80), self._tls if secure else None)
        return True

    async def close(self) -> None:
        await self._transport.aclose()

    def _headers(self, notice: Notice, body: bytes) -> dict[str, str]:
        """The id is the same at each try, so that a receiver can drop what it has already."""
        ident, moment = f"scanner-{notice.id}", str(int(self._clock().timestamp()))
        return {
            "Content-Type": "application/json",
            "User-Agent": "scanner",
            "webhook-id": ident,
            "webhook-timestamp": moment,
            "webhook-signature": signature(self._secret, ident, moment, body),
        }


def signature(secret: bytes, ident: str, moment: str, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC over `id.timestamp.body`."""
    digest = hmac.new(secret, f"{ident}.{moment}.".encode() + body, sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def read_secret(name: str, path: Path) -> bytes:
    """The file's bytes without white space around them; after `whsec_` they are base64. Raises ConfigurationError, in
    which none of it stands."""
    where = f"notify, {name}"
    try:
        with path.open("rb") as file:
            written = file.read(LONGEST_SECRET + 1).strip()
    except OSError as error:
        what = f"the secret file cannot be read: {error.strerror}"
        raise ConfigurationError([Problem(where, what, "Check notify.secret_file.")]) from error
    try:
        secret = base64.b64decode(written[6:], validate=True) if written.startswith(b"whsec_") else written
    except binascii.Error:
        secret = b""
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        what = f"the secret has not {SHORTEST_SECRET} to {LONGEST_SECRET} bytes, or is no base64 after whsec_"
        raise ConfigurationError([Problem(where, what, "Write a new one, such as from `openssl rand -base64 32`.")])
    return secret


def _retry_after(written: str) -> float | None:
    return min(float(written), _LONGEST_WAIT) if written.isdecimal() and len(written) < 10 else None
