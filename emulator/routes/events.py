"""The Events API (fact sheet 3): v2 is v1 plus `permission_change`. `id` means strictly after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator import names
from emulator.clock import iso_event
from emulator.domain import Domain
from emulator.errors import ApiError, message
from emulator.eventlog import Event
from emulator.http import Request, Response, json_response
from emulator.perms import Level
from emulator.routing import Routes
from emulator.tree import Folder
from emulator.users import User

routes = Routes(shape=message, scope="Egnyte.filesystem")

DEFAULT_COUNT = 20
MAX_COUNT = 100
_TYPES = {"file_system", "note", "permission_change"}


@routes.on("GET", "/pubapi/v1/events/cursor", "/pubapi/v2/events/cursor")
async def cursor(domain: Domain, _request: Request) -> Response:
    """In a domain without events both ids are the last one ever given."""
    now = domain.clock.now()
    oldest, newest = domain.events.oldest(now), domain.events.newest(now)
    last = domain.events.last_id
    return json_response(
        {
            "timestamp": iso_event(newest.at if newest is not None else now),
            "latest_event_id": newest.id if newest is not None else (oldest.id - 1 if oldest is not None else last),
            "oldest_event_id": oldest.id if oldest is not None else last,
        }
    )


@routes.on("GET", "/pubapi/v1/events")
async def list_v1(domain: Domain, request: Request) -> Response:
    return _list(domain, request, _TYPES - {"permission_change"})


@routes.on("GET", "/pubapi/v2/events")
async def list_v2(domain: Domain, request: Request) -> Response:
    return _list(domain, request, _TYPES)


def _list(domain: Domain, request: Request, types: set[str]) -> Response:
    if "id" not in request.query:
        raise ApiError(400, "Parameter id is required")
    after = request.number("id", 0)
    count = _count(domain, request)
    wanted = _filter(domain, request, types)
    now = domain.clock.now()
    _check_cursor(domain, after, now)
    found = domain.events.after(after, now, count, wanted, reverse=request.query.get("reverse") == "1")
    if not found:
        return _empty(domain, after, now)
    ids = [event.id for event in found]
    newest = domain.events.newest(now)
    latest = newest.id if newest is not None and domain.switches.latest_id == "domain" else max(ids)
    rows = [event_row(domain, event) for event in found]
    return json_response({"count": len(rows), "latest_id": latest, "oldest_id": min(ids), "events": rows})


def event_row(domain: Domain, event: Event) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": event.id,
        "timestamp": iso_event(event.at),
        "action_source": event.source,
        "actor": event.actor_id,
        "type": event.type,
        "action": event.action,
    }
    if event.object_path is not None:
        row["object_detail"] = f"https://{domain.name}.egnyte.com{event.object_path}"
    row["data"] = event.data
    if event.attributes is not None:
        row["eventTypeSpecificAttributes"] = event.attributes
    return row


def _count(domain: Domain, request: Request) -> int:
    count = request.number("count", DEFAULT_COUNT, minimum=1)
    if count > MAX_COUNT and domain.switches.over_count == "refuse":
        raise ApiError(400, f"count must not be above {MAX_COUNT}")
    return min(count, MAX_COUNT)


def _check_cursor(domain: Domain, after: int, now: int) -> None:
    """404 for an id that has aged out (rows 10 and 11)."""
    oldest = domain.events.oldest(now)
    oldest_id = oldest.id if oldest is not None else domain.events.last_id
    just_before = after == oldest_id - 1 and domain.switches.before_oldest_status == 404
    beyond = after > domain.events.last_id and domain.switches.future_id_status == 404
    if after < oldest_id - 1 or just_before or beyond:
        raise ApiError(404, "Invalid cursor")


def _empty(domain: Domain, after: int, now: int) -> Response:
    """204; where newer events exist but are all filtered out, as row 9 says."""
    newest = domain.events.newest(now)
    if domain.switches.filtered_status == 204 or newest is None or newest.id <= after:
        return Response(204)
    latest = newest.id if domain.switches.latest_id == "domain" else after
    return json_response({"count": 0, "latest_id": latest, "oldest_id": after, "events": []})


def _filter(domain: Domain, request: Request, types: set[str]) -> Callable[[Event], bool]:
    asked = request.query.get("type")
    shown = types if not asked else types & set(asked.split("|"))
    folder = request.query.get("folder")
    prefix = None if folder is None else names.normal(folder).casefold().rstrip("/")
    hidden = _suppressed(request)
    sees = _visible_to(domain, request.actor.user)

    def wanted(event: Event) -> bool:
        return event.type in shown and _inside(event, prefix) and not hidden(event) and sees(event)

    return wanted


def _inside(event: Event, prefix: str | None) -> bool:
    if prefix is None:
        return True
    return any(path.casefold() == prefix or path.casefold().startswith(prefix + "/") for path in event.paths)


def _suppressed(request: Request) -> Callable[[Event], bool]:
    """`app`: done through this client id; `user`: through it and for this user (row 16)."""
    mode = request.query.get("suppress")
    client_id, user_id = request.token.client_id, request.actor.user.id
    if mode in (None, ""):
        return lambda _event: False
    if mode == "app":
        return lambda event: event.client_id == client_id
    if mode == "user":
        return lambda event: event.client_id == client_id and event.user_id == user_id
    raise ApiError(400, "suppress must be app or user")


def _visible_to(domain: Domain, user: User) -> Callable[[Event], bool]:
    """Only what the user may read; for what is gone the nearest folder that is left decides (row 15)."""
    if user.is_admin:
        return lambda _event: True
    return lambda event: any(_readable(domain, user, path) for path in event.paths)


def _readable(domain: Domain, user: User, path: str) -> bool:
    node = domain.tree.find(path)
    while node is None:
        path = names.split(path)[0]
        node = domain.tree.find(path)
    level = domain.permission(user, node)
    return level >= (Level.NAV if isinstance(node, Folder) and node.path == path else Level.VIEWER_ONLY)
