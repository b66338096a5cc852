"""What is asked of Egnyte's token endpoint, and what it answers (fact sheet 2.1 to 2.3). Pure.

Secrets are in the forms only; no message of an error repeats anything of an answer that holds one of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from scanner.cloud.refusal import Headers
from scanner.errors import BadAnswer, CloudRefused, CloudUnavailable, ScannerError, Throttled

Page = Literal["token", "authorize"]
"""Where the user consents: `token` in the documentation, `authorize` in newer clients (fact sheet 2.1)."""
TOKEN_PATH = "/puboauth/token"  # noqa: S105 -- a path
REVOKE_PATH = "/pubapi/v1/tokens/revoke"
LONGEST_TOKEN = 4_096
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_WORD = re.compile(r"[a-z_]{1,40}")
_THROTTLE_WAIT = 3_600.0
"""Seconds where a throttle says none: the limits are per hour (fact sheet 8.1)."""
_LONGEST_WAIT = 86_400.0
_LONGEST_LIFE = 10 * 365 * 86_400
_LONGEST_SENTENCE = 200


class GrantRefused(CloudRefused):
    """The code, password or refresh token is not accepted; a person must sign in again."""


class ClientRefused(CloudRefused):
    """Client id or secret are wrong, or the key may not do this."""


@dataclass(frozen=True, slots=True)
class Client:
    """A key of the developer portal."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens as the endpoint gave them."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int | None
    """Seconds; None where the token has no known end."""


def authorize_url(
    origin: str, page: Page, client: Client, redirect_uri: str, *, scopes: Sequence[str], state: str, verifier: str
) -> str:
    """The page at which a person consents. `verifier` empty: without PKCE."""
    asked = {
        "client_id": client.id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(scopes),
        "state": state,
    }
    if verifier:
        asked |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    return f"{origin}/puboauth/{page}?{urlencode(asked)}"


def challenge(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def code_of(address: str, state: str) -> str:
    """The code in the address to which the browser was sent back. Raises GrantRefused for a refusal, for another
    state (somebody else's answer), and for what is no such address."""
    try:
        answer = dict(parse_qsl(urlsplit(address.strip()).query))
    except ValueError:
        answer = {}
    if answer.get("state") != state:
        raise GrantRefused("the address is not the answer to this sign-in: its state is another one, or none", 400)
    if "error" in answer:
        raise GrantRefused(f"Egnyte says {_word(answer['error'])}: access was not given", 400)
    code = answer.get("code", "")
    if not _TOKEN.fullmatch(code):
        raise GrantRefused("the address has no code", 400)
    return code


def by_code(client: Client, code: str, redirect_uri: str, verifier: str) -> dict[str, str]:
    more = {"code_verifier": verifier} if verifier else {}
    return _form(client, "authorization_code", code=code, redirect_uri=redirect_uri, **more)


def by_password(client: Client, username: str, password: str, scopes: Sequence[str]) -> dict[str, str]:
    """For internal applications only (fact sheet 2.2)."""
    return _form(client, "password", username=username, password=password, scope=" ".join(scopes))


def by_refresh(client: Client, refresh_token: str) -> dict[str, str]:
    return _form(client, "refresh_token", refresh_token=refresh_token)


def revocation(client: Client, token: str) -> dict[str, str]:
    """Revoking an access token kills its refresh token (fact sheet 2.4)."""
    return {"token": token, "client_secret": client.secret}


def issued(body: bytes) -> Issued:
    """Raises BadAnswer for a success without a token."""
    answer = _object(body)
    token, refresh, life = answer.get("access_token"), answer.get("refresh_token"), answer.get("expires_in")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise BadAnswer("the token endpoint gave no token", 200)
    if not isinstance(refresh, str) or not _TOKEN.fullmatch(refresh):
        refresh = None
    if isinstance(life, str) and life.isascii() and life.isdigit() and len(life) < 12:
        life = int(life)
    known = isinstance(life, int) and not isinstance(life, bool) and 0 < life <= _LONGEST_LIFE
    return Issued(token, refresh, life if known else None)


def refused(status: int, headers: Headers, body: bytes, secrets: Collection[str]) -> ScannerError:
    """The error for an answer that is no success. 409 is the throttle here (fact sheet 8.3)."""
    if status in (409, 429):
        after = _retry_after(headers)
        return Throttled(f"the token endpoint had too many requests and asks to wait {after:.0f} s", after, "token")
    if status >= 500 or status == 408:
        return CloudUnavailable(f"the token endpoint answers HTTP {status}")
    text = body.decode("utf-8", "replace")
    answer = {} if any(secret and secret in text for secret in secrets) else _object(body)
    word = _word(answer.get("error"))
    said = " ".join(str(answer.get("error_description") or "").split())[:_LONGEST_SENTENCE]
    message = f"the token endpoint refuses (HTTP {status}, {word})" + (f": {said}" if said else "")
    if status == 401 or word in ("invalid_client", "unauthorized_client", "invalid_scope"):
        return ClientRefused(message, status)
    return GrantRefused(message, status)


def _form(client: Client, grant: str, **more: str) -> dict[str, str]:
    form = {"grant_type": grant, "client_id": client.id, "client_secret": client.secret, **more}
    return {name: value for name, value in form.items() if value}


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _word(written: object) -> str:
    """Of the closed vocabulary of OAuth; anything else is not repeated."""
    return written if isinstance(written, str) and _WORD.fullmatch(written) else "no reason given"


def _retry_after(headers: Headers) -> float:
    written = headers.get("retry-after", "")
    seconds = float(written) if written.isascii() and written.isdigit() and len(written) < 9 else _THROTTLE_WAIT
    return min(max(seconds, 1.0), _LONGEST_WAIT)
