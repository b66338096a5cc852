"""Metadata, listings, actions and deletion, by path and by id (fact sheet 5.1 to 5.3, 5.7, 5.9).

An entry id in the place of a group id is a 404 (row 33): versions are named by the `entry_id` query only.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from emulator import render
from emulator.acts.locks import DEFAULT_TIMEOUT, lock, unlock
from emulator.acts.place import existing
from emulator.acts.removal import delete, delete_version
from emulator.acts.transfer import copy, move
from emulator.acts.upload import add_folder
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.generated import by_id
from emulator.http import Request, Response, json_response
from emulator.perms import Level
from emulator.routing import Routes
from emulator.tree import File, Folder, Node, Version

routes = Routes(scope="Egnyte.filesystem")

BY_PATH = ("/pubapi/v1/fs", "/pubapi/v1/fs/{path*}", "/pubapi/v2/fs", "/pubapi/v2/fs/{path*}")
BY_FILE = ("/pubapi/v1/fs/ids/file/{group_id}", "/pubapi/v2/fs/ids/file/{group_id}")
BY_FOLDER = ("/pubapi/v1/fs/ids/folder/{folder_id}", "/pubapi/v2/fs/ids/folder/{folder_id}")

_PROPERTIES = {
    "add_folder": {"action"},
    "move": {"action", "destination", "permissions"},
    "copy": {"action", "destination", "permissions"},
    "lock": {"action", "lock_timeout", "lock_token", "collaboration"},
    "unlock": {"action", "lock_token"},
}
_OPTIONS: dict[str, type] = {
    "folder_description": str, "public_links": str, "restrict_move_delete": bool, "email_preferences": str,
    "allow_links": bool,
}  # fmt: skip


def addressed(domain: Domain, request: Request) -> Node:
    """The file or folder that the URL names; 404 where there is none."""
    params = request.params
    if (group_id := params.get("group_id")) is not None:
        node: Node | None = file_of(domain, group_id)
    elif (folder_id := params.get("folder_id")) is not None:
        found = domain.tree.folders.get(folder_id) or by_id(domain.tree, folder_id)
        node = found if isinstance(found, Folder) else None
    else:
        return existing(domain, params.get("path", "/"))
    if node is None:
        raise ApiError(404, "Item does not exist")
    return node


def file_of(domain: Domain, group_id: str) -> File | None:
    found = domain.tree.files.get(group_id) or by_id(domain.tree, group_id)
    return found if isinstance(found, File) else None


def version_of(request: Request, file: File) -> Version:
    """The version that `entry_id` names, else the current one."""
    entry_id = request.query.get("entry_id")
    version = file.current if entry_id is None else file.version(entry_id)
    if version is None:
        raise ApiError(404, "Item does not exist")
    return version


@routes.on("GET", *BY_PATH, *BY_FILE, *BY_FOLDER)
async def show(domain: Domain, request: Request) -> Response:
    node = addressed(domain, request)
    if isinstance(node, Folder):
        domain.require(request.actor.user, node, Level.NAV)
        return json_response(render.folder_metadata(domain, request, node))
    domain.require(request.actor.user, node, Level.VIEWER_ONLY)
    return json_response(render.file_metadata(domain, request, node, version_of(request, node)))


@routes.on("GET", *(f"{pattern}/stats" for pattern in BY_FOLDER))
async def stats(domain: Domain, request: Request) -> Response:
    node = addressed(domain, request)
    assert isinstance(node, Folder)
    domain.require(request.actor.user, node, Level.NAV)
    return json_response(render.folder_stats(node))


@routes.on("POST", *BY_PATH, *BY_FILE, *BY_FOLDER)
async def act(domain: Domain, request: Request) -> Response:
    """Unknown properties are refused (live)."""
    check_json(request)
    body = await request.json()
    action = body.get("action")
    if not isinstance(action, str) or action not in _PROPERTIES:
        raise ApiError(400, f"Unsupported action {action!r}")
    if unknown := sorted(set(body) - _PROPERTIES[action]):
        raise ApiError(400, f"Unrecognized property {unknown[0]!r}")
    return await _ACTIONS[action](domain, request, body)


@routes.on("PATCH", *BY_PATH, *BY_FOLDER)
async def set_options(domain: Domain, request: Request) -> Response:
    check_json(request)
    body = await request.json()
    folder = addressed(domain, request)
    if not isinstance(folder, Folder):
        raise ApiError(400, "Only folders have options")
    domain.require(request.actor.user, folder, Level.OWNER)
    for name, value in body.items():
        if name not in _OPTIONS:
            raise ApiError(400, f"Unrecognized property {name!r}")
        if not isinstance(value, _OPTIONS[name]):
            raise ApiError(400, f"Invalid value of {name}")
    if len(body.get("folder_description", "")) > 200:
        raise ApiError(400, "folder_description is longer than 200 characters")
    if body.get("public_links", "files") not in ("files_folders", "files", "disabled"):
        raise ApiError(400, "public_links is files_folders, files or disabled")
    for name, value in body.items():
        setattr(folder.options, name, value)
    domain.changes += 1
    return json_response(render.folder_metadata(domain, request, folder))


@routes.on("DELETE", *BY_PATH, *BY_FILE, *BY_FOLDER)
async def remove(domain: Domain, request: Request) -> Response:
    """To the trash; with `entry_id` one version only. 200 without a body."""
    node = addressed(domain, request)
    entry_id = request.query.get("entry_id")
    if entry_id is None:
        delete(domain, request.actor, node)
    elif isinstance(node, File):
        delete_version(domain, request.actor, node, entry_id)
    else:
        raise ApiError(404, "Item does not exist")
    return Response()


def check_json(request: Request) -> None:
    """415 and 406, as the old back end had them."""
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "Content-Type must be application/json")
    accepted = request.header("accept") or "*/*"
    if not any(kind in accepted for kind in ("*/*", "application/json", "application/*")):
        raise ApiError(406, "Only application/json can be produced")


async def _add_folder(domain: Domain, request: Request, _body: dict[str, Any]) -> Response:
    path = request.params.get("path")
    if path is None:
        raise ApiError(400, "add_folder needs a path")
    folder = add_folder(domain, request.actor, path)
    return json_response({"path": folder.path, "folder_id": folder.folder_id}, 201)


async def _move(domain: Domain, request: Request, body: dict[str, Any]) -> Response:
    return _placed(move(domain, request.actor, addressed(domain, request), _text(body, "destination")))


async def _copy(domain: Domain, request: Request, body: dict[str, Any]) -> Response:
    return _placed(copy(domain, request.actor, addressed(domain, request), _text(body, "destination")))


async def _lock(domain: Domain, request: Request, body: dict[str, Any]) -> Response:
    timeout = body.get("lock_timeout", DEFAULT_TIMEOUT)
    if not isinstance(timeout, int) or timeout <= 0:
        raise ApiError(400, "lock_timeout is a number of seconds")
    file = _file(domain, request)
    token, collaboration = _text(body, "lock_token", ""), _text(body, "collaboration", "")
    made = lock(domain, request.actor, file, token=token, timeout=timeout, collaboration=collaboration)
    return json_response({"lock_token": made.token, "timeout": timeout})


async def _unlock(domain: Domain, request: Request, body: dict[str, Any]) -> Response:
    unlock(domain, request.actor, _file(domain, request), _text(body, "lock_token", ""))
    return Response()


_ACTIONS: dict[str, Callable[[Domain, Request, dict[str, Any]], Coroutine[Any, Any, Response]]] = {
    "add_folder": _add_folder, "move": _move, "copy": _copy, "lock": _lock, "unlock": _unlock,
}  # fmt: skip


def _placed(node: Node) -> Response:
    if isinstance(node, File):
        return json_response({"path": node.path, "group_id": node.group_id})
    return json_response({"path": node.path, "folder_id": node.folder_id})


def _file(domain: Domain, request: Request) -> File:
    node = addressed(domain, request)
    if not isinstance(node, File):
        raise ApiError(400, "Only files can be locked")
    return node


def _text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise ApiError(400, f"{name} is required and must be text")
    return value
