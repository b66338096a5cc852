"""Whose a token is and what it may do, asked with the token alone (fact sheet 2.4). It blocks, for a person."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from scanner.cloud import wire
from scanner.cloud.budget import LONGEST_WAIT, Budget
from scanner.cloud.connection import TIMEOUTS, Connection, connection
from scanner.cloud.meter import lowered
from scanner.cloud.port import Quota
from scanner.cloud.refusal import parsed, refusal, unanswered
from scanner.cloud.request_ids import new_id
from scanner.errors import BadAnswer, CloudRefused, ScannerError, Throttled
from scanner.model import Account
from scanner.settings import DomainSettings

LARGEST_ANSWER = 65_536
MOST_WAITS = 5
_MOST_SCOPES = 100
_LONGEST_SCOPE = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """What the platform says of a token."""

    account: Account
    scopes: tuple[str, ...] | None
    """None where it does not say."""
    quota: Quota


def identity(settings: DomainSettings, token: str, pause: Callable[[float], None] = time.sleep) -> Identity:
    """Two calls of the token's quota; where a service spends it as well, a short throttle is waited out.

    Raises RetryLater (TokenRefused where it is not accepted), CloudRefused, and ConfigurationError where the CA file is
    no good.
    """
    where = connection(settings, TIMEOUTS)
    budget = Budget()

    def get(path: str) -> Any:
        for _ in range(MOST_WAITS):
            try:
                return _get(where, path, token, budget)
            except Throttled as error:
                if error.after is None or error.after > LONGEST_WAIT:
                    raise
                pause(error.after)
        return _get(where, path, token, budget)

    account = wire.account(get("/pubapi/v1/userinfo"))
    try:
        scopes = _scopes(get("/pubapi/v1/whoami"))
    except CloudRefused:
        scopes = None  # a newer call, which not every gateway has
    return Identity(account, scopes, budget.quota())


def _scopes(value: object) -> tuple[str, ...] | None:
    found = value.get("scopes") if isinstance(value, dict) else None
    if not isinstance(found, list) or len(found) > _MOST_SCOPES:
        return None
    return tuple(one[:_LONGEST_SCOPE] for one in found if isinstance(one, str))


def _get(where: Connection, path: str, token: str, budget: Budget) -> Any:
    request_id = new_id()
    try:
        return _sent(where, path, token, budget, request_id)
    except ScannerError as error:
        error.request_id = request_id
        raise


def _sent(where: Connection, path: str, token: str, budget: Budget, request_id: str) -> Any:
    headers = where.headers(token, request_id, (b"Accept", b"application/json"))
    request = httpx.Request("GET", where.origin + path, headers=headers, extensions=where.extensions)
    body = bytearray()
    try:
        with where.transport(1) as transport:
            response = transport.handle_request(request)
            try:
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        raise BadAnswer("account: the answer is too long", response.status_code)
            finally:
                response.close()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unanswered(error, "account") from error
    answered = lowered(response.headers.raw)
    budget.learn(answered)
    if response.status_code != 200:
        raise refusal(response.status_code, answered, bytes(body), "account", token)
    return parsed(bytes(body), "account")
