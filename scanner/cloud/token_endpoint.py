"""The one HTTP to Egnyte's token endpoint. It blocks, for a person at a terminal or in a thread of its own."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from scanner.cloud.connection import TIMEOUTS, connection
from scanner.cloud.grants import REVOKE_PATH, TOKEN_PATH, Client, Issued, issued, refused, revocation
from scanner.cloud.meter import lowered
from scanner.cloud.refusal import unanswered
from scanner.errors import BadAnswer
from scanner.settings import DomainSettings

LARGEST_ANSWER = 65_536
_FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
_SECRET = ("client_secret", "password", "refresh_token", "code", "code_verifier", "token")
"""What of a form must not come back in a message."""


class TokenEndpoint:
    """Of one domain. Raises ConfigurationError where the CA file is no good."""

    def __init__(self, settings: DomainSettings, timeouts: dict[str, float] = TIMEOUTS) -> None:
        self._connection = connection(settings, timeouts)

    @property
    def origin(self) -> str:
        return self._connection.origin

    def ask(self, form: Mapping[str, str]) -> Issued:
        """Raises GrantRefused, ClientRefused, Throttled, CloudUnavailable, BadAnswer. Never repeated here: each try
        counts towards the limit of the hour, and a code can be used once."""
        return issued(self._post(TOKEN_PATH, form))

    def revoke(self, client: Client, token: str) -> None:
        """Raises as `ask` does. An unknown token is dead already."""
        self._post(REVOKE_PATH, revocation(client, token), token)

    def _post(self, path: str, form: Mapping[str, str], token: str = "") -> bytes:
        headers = [
            (b"Host", self._connection.host), (b"User-Agent", b"scanner"), (b"Accept", b"application/json"), _FORM
        ]  # fmt: skip
        if token:
            headers.append((b"Authorization", b"Bearer " + token.encode("ascii")))
        request = httpx.Request(
            "POST",
            self._connection.origin + path,
            headers=headers,
            content=urlencode(form).encode(),
            extensions=self._connection.extensions,
        )
        try:
            with self._connection.transport(1) as transport:
                response = transport.handle_request(request)
                try:
                    body = _read(response)
                finally:
                    response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unanswered(error, "the token endpoint") from error
        if response.status_code != 200:
            secrets = [form[name] for name in _SECRET if name in form]
            raise refused(response.status_code, lowered(response.headers.raw), body, secrets)
        return body


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise BadAnswer("the token endpoint's answer is too long", response.status_code)
    return bytes(body)
