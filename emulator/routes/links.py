"""Links (fact sheet 7.1): v1 lists ids, v2 whole objects; their times differ in form."""

from __future__ import annotations

from typing import Any

from emulator import names
from emulator.acts.linking import (
    ACCESSIBILITIES,
    TYPES,
    LinkTerms,
    add_links,
    delete_link,
    found_link,
    link_url,
    node_of,
    sees,
)
from emulator.clock import iso_date, iso_offset
from emulator.domain import Domain
from emulator.errors import ApiError, links_errors
from emulator.http import Request, Response, json_response
from emulator.links import Link
from emulator.routes.control import parsed_time
from emulator.routes.fs import check_json
from emulator.routing import Routes
from emulator.tree import Node

routes = Routes(shape=links_errors, scope="Egnyte.link")

MAX_COUNT = 500
_FILTERS: dict[str, tuple[str, ...]] = {"username": (), "type": TYPES, "accessibility": ACCESSIBILITIES}
_PROPERTIES: dict[str, type] = {
    "path": str, "type": str, "accessibility": str, "send_email": bool, "recipients": list, "message": str,
    "copy_me": bool, "notify": bool, "link_to_current": bool, "expiry_date": str, "expiry_clicks": int,
    "add_file_name": bool, "add_filename": bool, "password": str, "protection": str, "folder_per_recipient": bool,
}  # fmt: skip


@routes.on("GET", "/pubapi/v1/links")
async def list_ids(domain: Domain, request: Request) -> Response:
    """`count` is 0 when it was not asked for, however many ids there are."""
    found = _found(domain, request)
    offset, page = _page(request, found)
    count = len(page) if "count" in request.query else 0
    ids = [link.id for link, _ in page]
    return json_response({"ids": ids, "offset": offset, "count": count, "total_count": len(found)})


@routes.on("GET", "/pubapi/v2/links")
async def list_links(domain: Domain, request: Request) -> Response:
    _, page = _page(request, _found(domain, request))
    return json_response({"links": [_row(domain, *each, v2=True) for each in page], "count": len(page)})


@routes.on("GET", "/pubapi/v1/links/settings")
async def settings(_domain: Domain, _request: Request) -> Response:
    """What admins allow; here everything. Names as in the cookbook, values inferred."""
    kinds = {"accessibility": list(ACCESSIBILITIES), "default_accessibility": "anyone"}
    return json_response({"file_links": kinds, "folder_links": kinds, "expiration": {"required": False}})


@routes.on("POST", "/pubapi/v1/links", "/pubapi/v2/links")
async def create(domain: Domain, request: Request) -> Response:
    check_json(request)
    body = await request.json()
    _check_body(body)
    path = names.normal(body["path"])
    links = add_links(domain, request.actor, path, _terms(body))
    node = found_link(domain, request.actor.user, links[0].id)[1]
    answer: dict[str, Any] = {
        "links": [{"id": each.id, "url": link_url(domain, each), "recipients": each.recipients} for each in links],
        "path": node.path,
        "type": links[0].type,
        "accessibility": links[0].accessibility,
        "notify": links[0].notify,
        "link_to_current": links[0].link_to_current,
        "creation_date": iso_date(links[0].created),
        "send_mail": body.get("send_email", False),
        "copy_me": body.get("copy_me", False),
    }
    if links[0].accessibility == "password":
        answer["password"] = body.get("password") or domain.ids.word(8)
    return json_response(answer)


@routes.on("GET", "/pubapi/v1/links/{link_id}")
async def show(domain: Domain, request: Request) -> Response:
    link, node = found_link(domain, request.actor.user, request.params["link_id"])
    return json_response(_row(domain, link, node, v2=False))


@routes.on("GET", "/pubapi/v2/links/{link_id}")
async def show_v2(domain: Domain, request: Request) -> Response:
    link, node = found_link(domain, request.actor.user, request.params["link_id"])
    return json_response(_row(domain, link, node, v2=True))


@routes.on("DELETE", "/pubapi/v1/links/{link_id}", "/pubapi/v2/links/{link_id}")
async def delete(domain: Domain, request: Request) -> Response:
    delete_link(domain, request.actor, request.params["link_id"])
    return Response()


def _found(domain: Domain, request: Request) -> list[tuple[Link, Node]]:
    """The caller's links that pass the filters. A path that names nothing has no links."""
    query = request.query
    path = names.normal(query["path"]).casefold() if "path" in query else None
    wanted = _filters(request)
    before, after = (_moment(query.get(name)) for name in ("created_before", "created_after"))
    found: list[tuple[Link, Node]] = []
    for link in domain.links.rows.values():
        node = node_of(domain, link)
        if node is None or not sees(request.actor.user, link):
            continue
        in_time = (before is None or link.created < before) and (after is None or link.created >= after)
        if in_time and path in (None, node.path.casefold()) and _fits(domain, link, wanted):
            found.append((link, node))
    return found


def _filters(request: Request) -> dict[str, str]:
    wanted = {name: request.query[name].casefold() for name in _FILTERS if name in request.query}
    for name, value in wanted.items():
        if _FILTERS[name] and value not in _FILTERS[name]:
            raise ApiError(400, f"{name} must be one of {', '.join(_FILTERS[name])}")
    return wanted


def _fits(domain: Domain, link: Link, wanted: dict[str, str]) -> bool:
    creator = domain.users.by_id[link.created_by].username.casefold()
    has = {"username": creator, "type": link.type, "accessibility": link.accessibility}
    return all(has[name] == value for name, value in wanted.items())


def _page(request: Request, found: list[tuple[Link, Node]]) -> tuple[int, list[tuple[Link, Node]]]:
    offset = request.number("offset", 0)
    count = min(request.number("count", MAX_COUNT, minimum=1), MAX_COUNT)
    return offset, found[offset : offset + count]


def _moment(text: str | None) -> int | None:
    return None if text is None else parsed_time(text)


def _check_body(body: dict[str, Any]) -> None:
    for name, value in body.items():
        if name not in _PROPERTIES:
            raise ApiError(400, f"Unrecognized property {name}")
        if type(value) is not _PROPERTIES[name]:
            raise ApiError(400, f"Invalid value of {name}")
    for name in ("path", "type"):
        if name not in body:
            raise ApiError(400, f"{name} is required")
    if not all(isinstance(each, str) and each for each in body.get("recipients", [])):
        raise ApiError(400, "recipients must be e-mail addresses")
    if body.get("send_email") and not body.get("recipients"):
        raise ApiError(400, "recipients are required with send_email")


def _terms(body: dict[str, Any]) -> LinkTerms:
    expires = parsed_time(body["expiry_date"]) if "expiry_date" in body else None
    return LinkTerms(
        type=body["type"].lower(),
        accessibility=body.get("accessibility", "anyone").lower(),
        recipients=tuple(body.get("recipients", [])),
        link_to_current=body.get("link_to_current", body["type"].lower() == "file"),
        notify=body.get("notify", False),
        protection=body.get("protection", "NONE"),
        expires=expires,
        expiry_clicks=body.get("expiry_clicks"),
    )


def _row(domain: Domain, link: Link, node: Node, *, v2: bool) -> dict[str, Any]:
    time = iso_offset if v2 else iso_date
    row: dict[str, Any] = {
        "path": node.path,
        "type": link.type,
        "accessibility": link.accessibility,
        "protection": link.protection,
        "recipients": link.recipients,
        "notify": link.notify,
        "url": link_url(domain, link),
        "id": link.id,
        "link_to_current": link.link_to_current,
        "creation_date": time(link.created),
        "created_by": domain.users.by_id[link.created_by].username,
        "resource_id": link.resource_id,
    }
    if link.expires is not None:
        row["expiry_date"] = time(link.expires)
    if link.expiry_clicks is not None:
        row["expiry_clicks"] = link.expiry_clicks
    if link.last_accessed is not None:
        row["last_accessed"] = time(link.last_accessed)
    return row
