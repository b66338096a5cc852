"""The trash (fact sheet 5.9): v1 and v2 lists, and RESTORE and PURGE of one to ten items, which may succeed in part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.acts.removal import purge, restore
from emulator.bin import TrashItem
from emulator.clock import DAY_MS, iso_seconds
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.http import Request, Response, json_response
from emulator.routes.control import parsed_time
from emulator.routes.fs import check_json
from emulator.routing import Routes
from emulator.users import Actor, User

routes = Routes(scope="Egnyte.filesystem")

DEFAULT_COUNT = 50
MAX_COUNT = 500  # inferred: no source names a maximum
MAX_IDS = 10
_ACTS: dict[str, Callable[[Domain, Actor, str], None]] = {"RESTORE": restore, "PURGE": purge}


@routes.on("GET", "/pubapi/v1/fs/trash")
async def list_v1(domain: Domain, request: Request) -> Response:
    found = _sorted(domain, request, _held(domain, request.actor.user))
    offset, page = _page(request, found)
    rows = [_row(domain, item) for item in page]
    return json_response({"count": len(rows), "offset": offset, "total_count": len(found), "items": rows})


@routes.on("GET", "/pubapi/v2/fs/trash")
async def list_v2(domain: Domain, request: Request) -> Response:
    """With owner and retention; `has_more` in place of a total."""
    found = _sorted(domain, request, _chosen(domain, request))
    offset, page = _page(request, found)
    more = offset + len(page) < len(found)
    rows = [_row(domain, item) | _details(domain, item) for item in page]
    return json_response({"count": len(rows), "offset": offset, "has_more": more, "items": rows})


@routes.on("GET", "/pubapi/v2/fs/trash/totalcount")
async def total_count(domain: Domain, request: Request) -> Response:
    return json_response({"totalCount": len(_chosen(domain, request))})


@routes.on("POST", "/pubapi/v1/fs/trash", "/pubapi/v2/fs/trash")
async def act(domain: Domain, request: Request) -> Response:
    """200 when all went well, else 207 with what did not; 403 without the right to the trash."""
    check_json(request)
    body = await request.json()
    action, ids = body.get("action"), body.get("ids")
    if action not in _ACTS:
        raise ApiError(400, "action must be RESTORE or PURGE")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_IDS or not all(isinstance(each, str) for each in ids):
        raise ApiError(400, f"ids must be a list of 1 to {MAX_IDS} ids")
    user = request.actor.user
    if not _may_manage(user):
        raise ApiError(403, "You do not have permission to manage the trash")
    failed = [problem for each in ids if (problem := _try(domain, request.actor, action, each)) is not None]
    return json_response({"resources": failed}, 207) if failed else Response()


def _try(domain: Domain, actor: Actor, action: str, item_id: str) -> dict[str, str] | None:
    try:
        _ACTS[action](domain, actor, item_id)
    except ApiError as error:
        return {"id": item_id, "code": str(error.status), "descriptions": error.text}
    return None


def _may_manage(user: User) -> bool:
    return user.is_admin or (user.user_type == "power" and user.trash_role)


def _held(domain: Domain, user: User) -> list[TrashItem]:
    """Without the role a power user sees what it deleted itself; others see nothing: 403."""
    if not _may_manage(user) and user.user_type != "power":
        raise ApiError(403, "You do not have permission to view the trash")
    now = domain.clock.now()
    held = [item for item in domain.trash.values() if item.retained or now < item.purge]
    return held if _may_manage(user) else [item for item in held if item.deleted_by == user.id]


def _chosen(domain: Domain, request: Request) -> list[TrashItem]:
    """The filters of v2; the dates come as a pair."""
    query = request.query
    found = _held(domain, request.actor.user)
    if (deleted_by := query.get("deletedBy")) is not None:
        user = domain.users.named(deleted_by)
        found = [item for item in found if user is not None and item.deleted_by == user.id]
    if ("startDate" in query) != ("endDate" in query):
        raise ApiError(400, "startDate and endDate must be given together")
    if "startDate" in query:
        first, last = parsed_time(query["startDate"]), parsed_time(query["endDate"])
        last += DAY_MS - 1 if len(query["endDate"]) == len("2026-03-04") else 0
        found = [item for item in found if first <= item.deleted <= last]
    return found


def _sorted(domain: Domain, request: Request, found: list[TrashItem]) -> list[TrashItem]:
    """By date of deletion, newest first, unless told otherwise."""
    keys: dict[str, Callable[[TrashItem], tuple[int, str]]] = {
        "delete_date": lambda item: (item.deleted, ""),
        "date_deleted": lambda item: (item.deleted, ""),
        "purge_date": lambda item: (item.purge, ""),
        "name": lambda item: (0, item.name.casefold()),
        "deleted_by": lambda item: (0, domain.users.by_id[item.deleted_by].full_name.casefold()),
    }
    key = request.query.get("sort_by", "delete_date")
    direction = request.query.get("sort_direction", "desc")
    if key not in keys or direction not in ("asc", "desc"):
        raise ApiError(400, "Unknown sort_by or sort_direction")
    ordered = sorted(found, key=keys[key])
    return ordered[::-1] if direction == "desc" else ordered


def _page(request: Request, found: list[TrashItem]) -> tuple[int, list[TrashItem]]:
    offset = request.number("offset", 0)
    count = min(request.number("count", DEFAULT_COUNT, minimum=1), MAX_COUNT)
    return offset, found[offset : offset + count]


def _row(domain: Domain, item: TrashItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": item.kind,
        "path": item.path,
        "name": item.name,
        "size": item.size,
        "deleted_by": domain.users.by_id[item.deleted_by].full_name,
        "delete_date": iso_seconds(item.deleted),
        "purge_date": iso_seconds(item.purge),
        "last_modified": iso_seconds(item.last_modified),
    }


def _details(domain: Domain, item: TrashItem) -> dict[str, Any]:
    retention = "RETENTION_POLICY" if item.retained else "DEFAULT_RETENTION_PERIOD"
    details: dict[str, Any] = {
        "data_retention_info": {
            "retention": retention, "earliest_expiry": iso_seconds(item.purge), "is_retained": item.retained,
        }
    }  # fmt: skip
    if (owner := domain.users.named(item.owner)) is not None:
        names = {"firstName": owner.first_name, "lastName": owner.last_name}
        contact = {"email": owner.email, "typeName": owner.user_type}
        details["owner"] = {"id": owner.id, "username": owner.username, **names, **contact}
    return details
