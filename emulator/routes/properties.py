"""Custom metadata (fact sheet 7.3): namespaces and keys under /properties, values under /fs/ids/…/properties.

It has no scope of its own in any list seen: Egnyte.filesystem is taken (inferred).
"""

from __future__ import annotations

from typing import Any

from emulator.acts import namespaces
from emulator.acts.tagging import Target, set_values, tagged
from emulator.domain import Domain
from emulator.http import Request, Response, json_response
from emulator.perms import Level
from emulator.properties import Namespace, Values
from emulator.routes.fs import check_json
from emulator.routing import Routes

routes = Routes(scope="Egnyte.filesystem")

_ALL = "/pubapi/v1/properties/namespace"
_ONE = f"{_ALL}/{{ns}}"
_FILE = "/pubapi/v1/fs/ids/file/{file_id}/properties"
_FOLDER = "/pubapi/v1/fs/ids/folder/{folder_id}/properties"


@routes.on("GET", _ALL)
async def list_namespaces(domain: Domain, request: Request) -> Response:
    held = domain.properties.namespaces.values()
    return json_response([_row(each) for each in held if each.readable(request.token.client_id)])


@routes.on("POST", _ALL)
async def create(domain: Domain, request: Request) -> Response:
    check_json(request)
    namespaces.create(domain, request.token.client_id, await request.json())
    return Response(204)


@routes.on("GET", _ONE)
async def show(domain: Domain, request: Request) -> Response:
    return json_response(_row(namespaces.found(domain, request.token.client_id, request.params["ns"])))


@routes.on("PATCH", _ONE)
async def change(domain: Domain, request: Request) -> Response:
    check_json(request)
    namespaces.change(domain, _owned(domain, request), await request.json())
    return Response(204)


@routes.on("DELETE", _ONE)
async def delete(domain: Domain, request: Request) -> Response:
    namespaces.delete(domain, _owned(domain, request), force=_forced(request))
    return Response(204)


@routes.on("POST", f"{_ONE}/keys")
async def add_key(domain: Domain, request: Request) -> Response:
    check_json(request)
    namespaces.add_key(domain, _owned(domain, request), await request.json())
    return Response(204)


@routes.on("PATCH", f"{_ONE}/keys/{{key}}")
async def change_key(domain: Domain, request: Request) -> Response:
    check_json(request)
    namespaces.change_key(domain, _owned(domain, request), request.params["key"], await request.json())
    return Response(204)


@routes.on("DELETE", f"{_ONE}/keys/{{key}}")
async def delete_key(domain: Domain, request: Request) -> Response:
    namespaces.delete_key(domain, _owned(domain, request), request.params["key"], force=_forced(request))
    return Response(204)


@routes.on("PUT", f"{_FILE}/{{ns}}", f"{_FOLDER}/{{ns}}")
async def write(domain: Domain, request: Request) -> Response:
    """Of the file for a group id, of one version for an entry id. 200 without a body."""
    check_json(request)
    target = _target(domain, request)
    set_values(domain, request.actor, target, _owned(domain, request), await request.json())
    return Response()


@routes.on("GET", _FILE, _FOLDER)
async def read_all(domain: Domain, request: Request) -> Response:
    return json_response({"results": _values(domain, request)})


@routes.on("GET", f"{_FILE}/{{ns}}", f"{_FOLDER}/{{ns}}")
async def read(domain: Domain, request: Request) -> Response:
    name = namespaces.found(domain, request.token.client_id, request.params["ns"]).name
    return json_response({"results": [values for values in _values(domain, request) if name in values]})


def _target(domain: Domain, request: Request) -> Target:
    kind = "file" if "file_id" in request.params else "folder"
    target = tagged(domain, kind, request.params[f"{kind}_id"])
    domain.require(request.actor.user, target.node, Level.VIEWER_ONLY)
    return target


def _values(domain: Domain, request: Request) -> list[Values]:
    return domain.properties.of(_target(domain, request).resource_id, request.token.client_id)


def _owned(domain: Domain, request: Request) -> Namespace:
    return namespaces.owned(domain, request.token.client_id, request.params["ns"])


def _forced(request: Request) -> bool:
    return (request.header("x-egnyte-force-delete") or "").lower() == "yes"


def _row(namespace: Namespace) -> dict[str, Any]:
    return {
        "name": namespace.name,
        "scope": namespace.scope,
        "displayName": namespace.display_name,
        "keys": namespace.keys,
        **namespace.more,
    }
