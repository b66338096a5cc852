"""Acts in the name of any user through any surface (`source`): how tests make the life of a domain.

The rules of the domain hold here too; only the gate is missing. Missing parent folders of an upload are made, each
with its event, unless `parents=false`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from emulator import names
from emulator.acts.locks import DEFAULT_TIMEOUT, lock, unlock
from emulator.acts.place import existing
from emulator.acts.removal import delete, delete_version, prune_versions, purge, restore, trashed
from emulator.acts.transfer import copy, move
from emulator.acts.upload import add_folder, promote_version, upload
from emulator.blobs import Blob, memory_blob, pattern_blob
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.http import Request, Response, json_response
from emulator.routes.content import received
from emulator.routes.control import number, only, user_named
from emulator.routes.control_side_acts import SIDE_ACTS
from emulator.routing import Routes
from emulator.tree import File, Node
from emulator.users import Actor

routes = Routes(open_=True)

_NO_LIMIT = 1 << 50
_RECIPE_BYTES = 1024

Body = dict[str, Any]


@routes.on("POST", "/_emulator/upload")
async def upload_as(domain: Domain, request: Request) -> Response:
    """`?path=&actor=&source=&parents=`; the raw body, or JSON `{"size": n, "pattern": "zero" or text to repeat}`."""
    query = request.query
    actor = actor_for(domain, query.get("actor", "svc-scanner"), query.get("source", "WebUI"))
    path = names.normal(query.get("path", ""))
    blob = await _content(domain, request)
    if request.flag("parents", default=True):
        make_parents(domain, actor, path)
    return json_response(described(upload(domain, actor, path, blob)))


@routes.on("POST", "/_emulator/act")
async def act(domain: Domain, request: Request) -> Response:
    """`{"as": user, "source": "WebUI", "action": …}` with `path`, `group_id` or `folder_id`, and the keys of _ACTS."""
    return json_response(perform(domain, await request.json()))


def perform(domain: Domain, body: Body) -> Body:
    """Does one act; also what a fault with `act` does, to make a race."""
    wanted = dict(body)
    actor = actor_for(domain, str(wanted.pop("as", "svc-scanner")), str(wanted.pop("source", "WebUI")))
    name = wanted.pop("action", None)
    if name not in _ACTS:
        raise ApiError(400, f"Unknown action {name!r}. Known: {', '.join(sorted(_ACTS))}")
    run, keys = _ACTS[name]
    only(wanted, keys)
    return run(domain, actor, wanted)


def actor_for(domain: Domain, username: str, source: str) -> Actor:
    """Somebody working through another application than ours: the client id is empty."""
    return Actor(user_named(domain, username), source=source)


def make_parents(domain: Domain, actor: Actor, path: str) -> None:
    parent = names.split(path)[0]
    if parent == "/" or domain.tree.find(parent) is not None:
        return
    make_parents(domain, actor, parent)
    add_folder(domain, actor, parent)


def described(node: Node) -> dict[str, Any]:
    if not isinstance(node, File):
        return {"path": node.path, "folder_id": node.folder_id}
    current = node.current
    ids = {"group_id": node.group_id, "entry_id": current.entry_id}
    return {"path": node.path, **ids, "checksum": current.checksum, "size": current.size}


async def _content(domain: Domain, request: Request) -> Blob:
    """A small JSON body with a `size` is a recipe, anything else is the content."""
    length = int(request.header("content-length") or _RECIPE_BYTES)
    if request.header("content-type") == "application/json" and length < _RECIPE_BYTES:
        text = await request.body()
        recipe = _recipe(text)
        if recipe is None:
            return memory_blob(text)
        return await asyncio.to_thread(pattern_blob, *recipe)
    return await received(domain, request, _NO_LIMIT)


def _recipe(text: bytes) -> tuple[bytes, int] | None:
    """Pattern and size; None for JSON (or what calls itself so) that is content."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, dict) or set(value) != {"size", "pattern"}:
        return None
    pattern, size = value["pattern"], int(number(value, "size", 0))
    if not isinstance(pattern, str) or not pattern or size < 0:
        raise ApiError(400, "A recipe has a size and a pattern: zero, or text to repeat")
    return (b"\0" * 4096 if pattern == "zero" else pattern.encode()), size


def _node(domain: Domain, body: Body) -> Node:
    if "group_id" in body:
        node: Node | None = domain.tree.files.get(body["group_id"])
    elif "folder_id" in body:
        node = domain.tree.folders.get(body["folder_id"])
    else:
        return existing(domain, names.normal(str(body.get("path", ""))))
    if node is None:
        raise ApiError(404, "Item does not exist")
    return node


def _file(domain: Domain, body: Body) -> File:
    node = _node(domain, body)
    if not isinstance(node, File):
        raise ApiError(400, f"{node.path} is a folder")
    return node


def _trash_id(domain: Domain, body: Body) -> str:
    """By id, or the newest item that was at `path`."""
    if "id" in body:
        return str(body["id"])
    path = names.normal(str(body.get("path", ""))).casefold()
    found = [item.id for item in domain.trash.values() if item.path.casefold() == path]
    if not found:
        raise ApiError(404, "Item does not exist")
    return found[-1]


def _delete(domain: Domain, actor: Actor, body: Body) -> Body:
    return {"trash_id": delete(domain, actor, _node(domain, body)).id}


def _delete_version(domain: Domain, actor: Actor, body: Body) -> Body:
    return {"trash_id": delete_version(domain, actor, _file(domain, body), str(body.get("entry_id", ""))).id}


def _restore(domain: Domain, actor: Actor, body: Body) -> Body:
    item = trashed(domain, _trash_id(domain, body))
    restore(domain, actor, item.id)
    return described(existing(domain, item.path))


def _purge(domain: Domain, actor: Actor, body: Body) -> Body:
    purge(domain, actor, _trash_id(domain, body))
    return {}


def _retain(domain: Domain, _actor: Actor, body: Body) -> Body:
    trashed(domain, _trash_id(domain, body)).retained = bool(body.get("retained", True))
    return {}


def _lock(domain: Domain, actor: Actor, body: Body) -> Body:
    token, timeout = str(body.get("lock_token", "")), int(number(body, "lock_timeout", DEFAULT_TIMEOUT))
    return {"lock_token": lock(domain, actor, _file(domain, body), token=token, timeout=timeout).token}


def _unlock(domain: Domain, actor: Actor, body: Body) -> Body:
    unlock(domain, actor, _file(domain, body), str(body.get("lock_token", "")))
    return {}


def _promote(domain: Domain, actor: Actor, body: Body) -> Body:
    return {"entry_id": promote_version(domain, actor, _file(domain, body), str(body.get("entry_id", ""))).entry_id}


def _move(domain: Domain, actor: Actor, body: Body) -> Body:
    return described(move(domain, actor, _node(domain, body), str(body.get("destination", ""))))


def _copy(domain: Domain, actor: Actor, body: Body) -> Body:
    return described(copy(domain, actor, _node(domain, body), str(body.get("destination", ""))))


def _add_folder(domain: Domain, actor: Actor, body: Body) -> Body:
    return described(add_folder(domain, actor, names.normal(str(body.get("path", "")))))


def _prune_versions(domain: Domain, _actor: Actor, body: Body) -> Body:
    return {"pruned": prune_versions(domain, _file(domain, body), int(number(body, "keep", 1)))}


def _upload(domain: Domain, actor: Actor, body: Body) -> Body:
    path = names.normal(str(body.get("path", "")))
    make_parents(domain, actor, path)
    return described(upload(domain, actor, path, memory_blob(str(body.get("text", "")).encode())))


_WHICH = {"path", "group_id", "folder_id"}
_ACTS: dict[str, tuple[Callable[[Domain, Actor, Body], Body], set[str]]] = {
    "add_folder": (_add_folder, {"path"}),
    "copy": (_copy, _WHICH | {"destination"}),
    "delete": (_delete, _WHICH),
    "delete_version": (_delete_version, _WHICH | {"entry_id"}),
    "lock": (_lock, _WHICH | {"lock_token", "lock_timeout"}),
    "move": (_move, _WHICH | {"destination"}),
    "promote_version": (_promote, _WHICH | {"entry_id"}),
    "prune_versions": (_prune_versions, _WHICH | {"keep"}),
    "purge": (_purge, {"path", "id"}),
    "restore": (_restore, {"path", "id"}),
    "retain": (_retain, {"path", "id", "retained"}),
    "upload": (_upload, {"path", "text"}),
    "unlock": (_unlock, _WHICH | {"lock_token"}),
    **SIDE_ACTS,
}
