"""The control surface under /_emulator/: what no Egnyte has. No token, no throttling, not in the request log.

Acts in another user's name are in control_acts.py.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from emulator.clock import parse_iso
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.http import Request, Response, json_response
from emulator.routing import Routes
from emulator.summary import summary
from emulator.tokens import Token
from emulator.users import User

routes = Routes(open_=True)
T = TypeVar("T")

_TOKEN_KEYS = {"user", "value", "client_id", "scopes", "qps", "daily", "expires_in", "refresh"}


@routes.on("GET", "/_emulator/state")
async def state(domain: Domain, _request: Request) -> Response:
    return json_response(summary(domain))


@routes.on("GET", "/_emulator/certificate")
async def certificate(domain: Domain, _request: Request) -> Response:
    """What a client must trust to use the HTTPS port; 404 without one."""
    if not domain.certificate:
        raise ApiError(404, "There is no HTTPS port")
    return Response(200, domain.certificate, {"Content-Type": "application/x-pem-file"})


@routes.on("GET", "/_emulator/clock")
async def read_clock(domain: Domain, _request: Request) -> Response:
    return json_response({"now": domain.clock.now()})


@routes.on("POST", "/_emulator/clock")
async def set_clock(domain: Domain, request: Request) -> Response:
    """`{"set": epoch ms or ISO}`, `{"advance": seconds}`, `{"freeze": true|false}`, in this order.

    A clock that is to stand is stopped first, so that it stands at the very moment that was set.
    """
    body = await request.json()
    only(body, {"set", "advance", "freeze"})
    frozen = body.get("freeze")
    if frozen:
        domain.clock.freeze()
    if (moment := body.get("set")) is not None:
        domain.clock.set(moment if isinstance(moment, int) else parsed_time(str(moment)))
    domain.clock.advance(round(number(body, "advance", 0) * 1000))
    if frozen is not None and not frozen:
        domain.clock.freeze(False)
    return json_response({"now": domain.clock.now()})


@routes.on("GET", "/_emulator/faults")
async def list_faults(domain: Domain, _request: Request) -> Response:
    return json_response([asdict(fault) for fault in domain.faults.rules])


@routes.on("POST", "/_emulator/faults")
async def add_faults(domain: Domain, request: Request) -> Response:
    """One rule or a list of them, put behind those that are there; fields as in emulator/faults.py."""
    body = await request.json_value()
    rules = body if isinstance(body, list) else [body]
    if not all(isinstance(rule, dict) for rule in rules):
        raise ApiError(400, "A fault is a JSON object")
    added = [asdict(domain.faults.add(rule)) for rule in rules]
    return json_response(added, 201)


@routes.on("DELETE", "/_emulator/faults")
async def clear_faults(domain: Domain, _request: Request) -> Response:
    domain.faults.rules.clear()
    return Response(204)


@routes.on("GET", "/_emulator/switches")
async def list_switches(domain: Domain, _request: Request) -> Response:
    return json_response(domain.switches.dump())


@routes.on("POST", "/_emulator/switches")
async def set_switches(domain: Domain, request: Request) -> Response:
    domain.switches.update(await request.json())
    domain.changes += 1
    return json_response(domain.switches.dump())


@routes.on("POST", "/_emulator/limits")
async def set_limits(domain: Domain, request: Request) -> Response:
    """`{"qps": n, "daily": n}` for every token without limits of its own."""
    body = await request.json()
    only(body, {"qps", "daily"})
    qps, daily = number(body, "qps", domain.qps), number(body, "daily", domain.daily)
    domain.qps, domain.daily = int(qps), int(daily)
    return json_response({"qps": domain.qps, "daily": domain.daily})


@routes.on("POST", "/_emulator/events/prune")
async def prune_events(domain: Domain, request: Request) -> Response:
    """`{"keep": n}` newest, or `{"older_than": seconds}`."""
    body = await request.json()
    only(body, {"keep", "older_than"})
    keep = int(number(body, "keep", 0)) if "keep" in body else None
    before = None
    if "older_than" in body:
        before = domain.clock.now() - round(number(body, "older_than", 0) * 1000)
    domain.changes += 1
    return json_response({"pruned": domain.events.prune(keep=keep, before=before)})


@routes.on("GET", "/_emulator/requests")
async def list_requests(domain: Domain, _request: Request) -> Response:
    return json_response(domain.requests.dump())


@routes.on("DELETE", "/_emulator/requests")
async def clear_requests(domain: Domain, _request: Request) -> Response:
    domain.requests.entries.clear()
    return Response(204)


@routes.on("POST", "/_emulator/tokens")
async def make_token(domain: Domain, request: Request) -> Response:
    """`{"user": name, "value"?, "client_id"?, "scopes"?, "qps"?, "daily"?, "expires_in"? seconds, "refresh"?}`."""
    body = await request.json()
    only(body, _TOKEN_KEYS)
    user = user_named(domain, str(body.pop("user", "")))
    if "expires_in" in body:
        body["expires"] = domain.clock.now() + round(number(body, "expires_in", 0) * 1000)
        del body["expires_in"]
    token = checked(Token, {"value": "", "user_id": user.id, **body})
    token.value = token.value or domain.ids.word(24)
    domain.changes += 1
    return json_response(asdict(domain.tokens.add(token)), 201)


@routes.on("DELETE", "/_emulator/tokens/{value}")
async def revoke_token(domain: Domain, request: Request) -> Response:
    """As after a change of password: calls under way end, the next one is a 401."""
    if domain.tokens.revoke(request.params["value"]) is None:
        raise ApiError(404, "No such token")
    domain.changes += 1
    return Response(204)


@routes.on("POST", "/_emulator/users")
async def make_user(domain: Domain, request: Request) -> Response:
    """`{"username", "user_type"?: admin|power|standard, "email"?, "first_name"?, "last_name"?, "id"?, "password"?}`."""
    body = await request.json()
    only(body, {"id", "username", "email", "first_name", "last_name", "user_type", "password", "trash_role"})
    name = body.get("username")
    if not isinstance(name, str) or not name or domain.users.named(name) is not None:
        raise ApiError(400, f"The user name {name!r} is empty or taken")
    defaults = {"id": 0, "email": f"{name}@example.org", "first_name": name.capitalize(), "last_name": "Example"}
    return json_response(asdict(domain.add_user(checked(User, {**defaults, **body}))), 201)


def only(body: dict[str, object], known: set[str]) -> None:
    """400 for a key that means nothing: a typing error in a test must not pass."""
    if unknown := sorted(set(body) - known):
        raise ApiError(400, f"Unknown keys: {', '.join(unknown)}. Known: {', '.join(sorted(known))}")


def number(body: dict[str, Any], name: str, default: float) -> float:
    """A finite number, 400 for anything else."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ApiError(400, f"{name} must be a number, not {value!r}")
    return value


def checked(kind: type[T], values: dict[str, Any]) -> T:
    """A dataclass from JSON; 400 for a value of the wrong type."""
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise ApiError(400, f"Bad {kind.__name__.lower()}: {error.errors()[0]['loc']}") from error


def parsed_time(text: str) -> int:
    try:
        return parse_iso(text)
    except ValueError as error:
        raise ApiError(400, f"{text!r} is no ISO-8601 time") from error


def user_named(domain: Domain, name: str) -> User:
    user = domain.users.named(name)
    if user is None:
        raise ApiError(400, f"Unknown user {name!r}")
    return user
