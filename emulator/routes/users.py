"""Users and groups (fact sheet 7.4): SCIM-like pages that count from 1, for admins. Ids may exceed 32 bits."""

from __future__ import annotations

import re
from typing import Any

from emulator.clock import iso_seconds
from emulator.domain import Domain
from emulator.errors import ApiError, form_errors
from emulator.http import Request, Response, json_response
from emulator.routing import Routes
from emulator.users import Group, User

routes = Routes(shape=form_errors, scope="Egnyte.user")
group_routes = Routes(shape=form_errors, scope="Egnyte.group")

MAX_COUNT = 100
_FILTER = re.compile(r'\s*(\w+)\s+(eq|sw|co)\s+"(.*)"\s*', re.DOTALL)


@routes.on("GET", "/pubapi/v2/users")
async def list_users(domain: Domain, request: Request) -> Response:
    _check_admin(request)
    users = sorted(domain.users.by_id.values(), key=lambda user: user.id)
    if (wanted := _filter(request, {"userName", "email", "externalId"})) is not None:
        name, operator, value = wanted
        if operator != "eq":
            raise ApiError(400, f"{name} can only be compared with eq")
        users = [user for user in users if _value(user, name).casefold() == value.casefold()]
    return _page(request, [_user_row(domain, user) for user in users])


@routes.on("GET", "/pubapi/v2/users/{user_id}")
async def show_user(domain: Domain, request: Request) -> Response:
    _check_admin(request)
    text = request.params["user_id"]
    user = domain.users.by_id.get(int(text)) if re.fullmatch("[0-9]{1,18}", text) else None
    if user is None:
        raise ApiError(404, f"User {text} does not exist")
    return json_response(_user_row(domain, user))


@group_routes.on("GET", "/pubapi/v2/groups")
async def list_groups(domain: Domain, request: Request) -> Response:
    """Without members."""
    _check_admin(request)
    groups = sorted(domain.users.groups.values(), key=lambda group: group.name)
    if (wanted := _filter(request, {"displayName"})) is not None:
        groups = [group for group in groups if _matches(group.name, *wanted[1:])]
    return _page(request, [{"id": group.id, "displayName": group.name} for group in groups])


@group_routes.on("GET", "/pubapi/v2/groups/{group_id}")
async def show_group(domain: Domain, request: Request) -> Response:
    _check_admin(request)
    return json_response(_group_row(domain, _group(domain, request)))


@group_routes.on("POST", "/pubapi/v2/groups")
async def create_group(domain: Domain, request: Request) -> Response:
    """`{"displayName", "members"?: [{"value": user id}]}`; 409 for a name that is taken."""
    _check_admin(request)
    body = await request.json()
    name = body.get("displayName")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(400, "displayName is required")
    if name in domain.users.groups:
        raise ApiError(409, f"The group {name} already exists")
    group = Group(domain.ids.uuid(), name, _members(domain, body.get("members", [])))
    domain.users.groups[name] = group
    domain.changes += 1
    return json_response(_group_row(domain, group), 201)


@group_routes.on("DELETE", "/pubapi/v2/groups/{group_id}")
async def delete_group(domain: Domain, request: Request) -> Response:
    _check_admin(request)
    del domain.users.groups[_group(domain, request).name]
    domain.changes += 1
    return Response()


def _check_admin(request: Request) -> None:
    if not request.actor.user.is_admin:
        raise ApiError(403, "Only administrators may manage users and groups")


def _filter(request: Request, names: set[str]) -> tuple[str, str, str] | None:
    text = request.query.get("filter")
    if text is None:
        return None
    match = _FILTER.fullmatch(text)
    if match is None or match[1] not in names:
        raise ApiError(400, f"Invalid filter {text}")
    return match[1], match[2], match[3]


def _matches(value: str, operator: str, wanted: str) -> bool:
    value, wanted = value.casefold(), wanted.casefold()
    return {"eq": value == wanted, "sw": value.startswith(wanted), "co": wanted in value}[operator]


def _page(request: Request, rows: list[dict[str, Any]]) -> Response:
    start = request.number("startIndex", 1, minimum=1)
    count = min(request.number("count", MAX_COUNT, minimum=1), MAX_COUNT)
    page = rows[start - 1 : start - 1 + count]
    return json_response({"totalResults": len(rows), "itemsPerPage": len(page), "startIndex": start, "resources": page})


def _value(user: User, name: str) -> str:
    return {"userName": user.username, "email": user.email, "externalId": user.external_id}[name]


def _user_row(domain: Domain, user: User) -> dict[str, Any]:
    """`lastActiveDate` is that of the creation: who logs in when is not kept."""
    groups = [group for group in domain.users.groups.values() if user.id in group.members]
    return {
        "id": user.id,
        "userName": user.username,
        "externalId": user.external_id,
        "email": user.email,
        "name": {"formatted": user.full_name, "familyName": user.last_name, "givenName": user.first_name},
        "active": user.active,
        "locked": False,
        "authType": "egnyte",
        "userType": user.user_type,
        "role": "",
        "idpUserId": "",
        "isServiceAccount": user.is_service_account,
        "createdDate": iso_seconds(user.created),
        "lastActiveDate": iso_seconds(user.created),
        "groups": [{"displayName": group.name, "value": group.id} for group in groups],
    }


def _group(domain: Domain, request: Request) -> Group:
    group_id = request.params["group_id"]
    found = next((group for group in domain.users.groups.values() if group.id == group_id), None)
    if found is None:
        raise ApiError(404, f"Group {group_id} does not exist")
    return found


def _group_row(domain: Domain, group: Group) -> dict[str, Any]:
    members = [domain.users.by_id[user_id] for user_id in sorted(group.members)]
    rows = [{"username": user.username, "value": user.id, "display": user.full_name} for user in members]
    return {"id": group.id, "displayName": group.name, "members": rows}


def _members(domain: Domain, rows: object) -> set[int]:
    if not isinstance(rows, list):
        raise ApiError(400, "members must be a list")
    ids = {row.get("value") if isinstance(row, dict) else None for row in rows}
    if unknown := ids - set(domain.users.by_id):
        raise ApiError(400, f"Unknown members: {sorted(map(str, unknown))}")
    return {int(each) for each in ids if each is not None}
