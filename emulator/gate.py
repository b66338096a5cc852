"""What Egnyte's gateway does before the API sees a call: bearer token, call budget, Act-As, scope.

A throttled call and a permission failure may both be 403; only the first carries X-Mashery-Error-Code (fact sheet 8.3).
"""

from __future__ import annotations

from emulator.clock import DAY_MS
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.http import Request
from emulator.tokens import Token
from emulator.users import Actor, User

_MASHERY = {"qps": ("OVER_QPS", "Developer Over Qps"), "day": ("OVER_RATE", "Developer Over Rate")}


def authenticate(domain: Domain, request: Request) -> Token:
    """401 (or the old gateway's 403) without a live token of an active user."""
    scheme, _, value = (request.header("authorization") or "").partition(" ")
    token = domain.tokens.by_value.get(value.strip()) if scheme.lower() == "bearer" else None
    expired = token is not None and token.expires is not None and domain.clock.now() >= token.expires
    if token is None or expired or not domain.users.by_id[token.user_id].active:
        raise _inactive(domain)
    return token


def throttle(domain: Domain, token: Token) -> None:
    """Counts the call; refuses it when the second's or the day's budget is gone."""
    now = domain.clock.now()
    token.count(now)
    if token.calls_in_day > limits(domain, token)[1]:
        raise throttled(domain, "day")
    if token.calls_in_second > limits(domain, token)[0]:
        raise throttled(domain, "qps")


def limits(domain: Domain, token: Token) -> tuple[int, int]:
    """Calls per second and per day."""
    qps = domain.qps if token.qps is None else token.qps
    return qps, domain.daily if token.daily is None else token.daily


def throttled(domain: Domain, window: str, dialect: str = "") -> ApiError:
    """The refusal for `qps` or `day`, in the given dialect or that of the switch."""
    now = domain.clock.now()
    wait = 1 if window == "qps" else (DAY_MS - now % DAY_MS + 999) // 1000
    code, text = _MASHERY[window]
    headers = {"Retry-After": str(wait)}
    if (dialect or domain.switches.throttle_dialect) == "429":
        return ApiError(429, text, body={"message": text}, headers=headers)
    headers |= {"X-Mashery-Error-Code": f"ERR_403_DEVELOPER_{code}", "X-Mashery-Responder": "emulator"}
    return ApiError(403, text, body=f"<h1>{text}</h1>", headers=headers)


def quota_headers(domain: Domain, token: Token) -> dict[str, str]:
    if not domain.switches.quota_headers:
        return {}
    qps, daily = limits(domain, token)
    return {
        "X-Accesstoken-Qps-Allotted": str(qps),
        "X-Accesstoken-Qps-Current": str(token.calls_in_second),
        "X-Accesstoken-Quota-Allotted": str(daily),
        "X-Accesstoken-Quota-Current": str(token.calls_in_day),
    }


def acting(domain: Domain, request: Request, token: Token) -> Actor:
    """Who acts: the token's user, or whom an admin names in X-Egnyte-Act-As (the name wins over the e-mail)."""
    user = domain.users.by_id[token.user_id]
    name, email = request.header("x-egnyte-act-as"), request.header("x-egnyte-act-as-email")
    if name is None and email is None:
        return Actor(user, client_id=token.client_id)
    if not user.is_admin:
        raise ApiError(403, "Only administrators may act as another user")
    other: User | None = domain.users.named(name) if name is not None else domain.users.with_email(email or "")
    if other is None:
        raise ApiError(400, f"Unknown user {name if name is not None else email}")
    return Actor(other, client_id=token.client_id, impersonator=user)


def check_scope(token: Token, scope: str | None) -> None:
    if scope is not None and token.scopes is not None and scope not in token.scopes:
        raise ApiError(403, f"Access token has no scope {scope}", body={"errorMessage": f"Missing scope {scope}"})


def _inactive(domain: Domain) -> ApiError:
    body = "<h1>Developer Inactive</h1>"
    if domain.switches.inactive_dialect == "401":
        return ApiError(401, "Developer Inactive", body=body)
    code = {"X-Mashery-Error-Code": "ERR_403_DEVELOPER_INACTIVE"}
    return ApiError(403, "Developer Inactive", body=body, headers=code)
