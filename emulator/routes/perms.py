"""Permissions (fact sheet 7.2): v2 is a delta with inheritance, v1 one level for many, `user` what it comes to."""

from __future__ import annotations

from typing import Any

from emulator import names
from emulator.acts.granting import Change, Grants, change_permissions, grants, shared_folder
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.http import Request, Response, json_response
from emulator.perms import FolderPerms, Level
from emulator.routes.fs import check_json
from emulator.routing import Routes
from emulator.tree import Folder

routes = Routes(scope="Egnyte.permission")

_V2_KEYS = {"userPerms", "groupPerms", "inheritsPermissions", "keepParentPermissions"}


@routes.on("GET", "/pubapi/v2/perms/{path*}")
async def show(domain: Domain, request: Request) -> Response:
    folder = _folder(domain, request)
    held = grants(domain, folder)
    inherits = domain.permissions.by_folder.get(folder.folder_id, FolderPerms()).inherits
    return json_response({"userPerms": held.users, "groupPerms": held.groups, "inheritsPermissions": inherits})


@routes.on("POST", "/pubapi/v2/perms/{path*}")
async def change(domain: Domain, request: Request) -> Response:
    """200 without a body."""
    check_json(request)
    body = await request.json()
    if unknown := sorted(set(body) - _V2_KEYS):
        raise ApiError(400, f"Unrecognized property {unknown[0]!r}")
    wanted = Change(
        Grants(_labels(body, "userPerms"), _labels(body, "groupPerms")),
        _flag(body, "inheritsPermissions"),
        _flag(body, "keepParentPermissions") or False,
    )
    change_permissions(domain, request.actor, _folder(domain, request), wanted)
    return Response()


@routes.on("GET", "/pubapi/v1/perms/folder/{path*}")
async def show_v1(domain: Domain, request: Request) -> Response:
    """`users=a|b` and `groups=…` choose; without either everybody."""
    held = grants(domain, _folder(domain, request))
    chosen = {name for key in ("users", "groups") for name in request.query.get(key, "").split("|") if name}
    rows = {"users": held.users, "groups": held.groups}
    return json_response(
        {
            key: [
                {"subject": name, "permission": label}
                for name, label in levels.items()
                if not chosen or name.casefold() in {each.casefold() for each in chosen}
            ]
            for key, levels in rows.items()
        }
    )


@routes.on("POST", "/pubapi/v1/perms/folder/{path*}")
async def change_v1(domain: Domain, request: Request) -> Response:
    check_json(request)
    body = await request.json()
    level = body.get("permission")
    users, groups = (_names(body, key) for key in ("users", "groups"))
    if not isinstance(level, str) or not (users or groups):
        raise ApiError(400, "permission, and users or groups, are required")
    wanted = Change(Grants(dict.fromkeys(users, level), dict.fromkeys(groups, level)))
    change_permissions(domain, request.actor, _folder(domain, request), wanted)
    return Response()


@routes.on("GET", "/pubapi/v1/perms/user", "/pubapi/v1/perms/user/{username}")
async def effective(domain: Domain, request: Request) -> Response:
    """One's own level, or for admins and owners of the folder anybody's. 403 for a folder that one cannot see."""
    caller = request.actor.user
    folder = _at(domain, request.query.get("folder", ""))
    held = domain.permission(caller, folder)
    if held == Level.NONE:
        raise ApiError(403, "You do not have permission to view this folder")
    name = request.params.get("username", caller.username)
    user = domain.users.named(name)
    if user is not caller and held < Level.OWNER:
        raise ApiError(403, "You do not have permission to view the permissions of others")
    if user is None:
        raise ApiError(404, f"User {name} does not exist")
    return json_response({"permission": domain.permission(user, folder).label})


def _folder(domain: Domain, request: Request) -> Folder:
    """Only those who can see a folder see who else can."""
    folder = shared_folder(domain.tree.find(request.params["path"]))
    domain.require(request.actor.user, folder, Level.VIEWER_ONLY)
    return folder


def _at(domain: Domain, path: str) -> Folder:
    node = domain.tree.find(names.normal(path))
    if not isinstance(node, Folder):
        raise ApiError(404, "Folder does not exist")
    return node


def _labels(body: dict[str, Any], name: str) -> dict[str, str]:
    value = body.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ApiError(400, f"{name} must be an object of names and permissions")
    return value


def _names(body: dict[str, Any], name: str) -> list[str]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ApiError(400, f"{name} must be a list of names")
    return value


def _flag(body: dict[str, Any], name: str) -> bool | None:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise ApiError(400, f"{name} must be true or false")
    return value
