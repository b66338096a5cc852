"""Registration of webhooks (fact sheet 4.1): for admins, a limited number per application, to loopback only."""

from __future__ import annotations

import re
from typing import Any

from emulator.domain import Domain
from emulator.errors import ApiError, code_and_message
from emulator.http import Request, Response, json_response
from emulator.routes.fs import check_json
from emulator.routing import Routes
from emulator.webhooks import EVENT_TYPES, Webhook, is_loopback

routes = Routes(shape=code_and_message, scope="Egnyte.webhooks")
control_routes = Routes(open_=True)

MAX_FOLDERS = 100
_LIFETIME = 10 * 365 * 86_400
_FIELDS = {"url", "eventType", "path", "authHeader", "authHeaderValue", "status"}
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")


@routes.on("POST", "/pubapi/v1/webhooks")
async def register(domain: Domain, request: Request) -> Response:
    """A `status` is passed over here: it counts in updates only."""
    body = await _body(request)
    client_id = request.token.client_id
    limit = domain.switches.webhook_limit
    if len(_own(domain, request)) >= limit:
        body = {"code": "QUOTA_EXCEEDED", "message": "Webhook quota exceeded"}
        raise ApiError(409, "Webhook quota exceeded", body=body)
    expires = domain.clock.now() // 1000 + _LIFETIME
    webhook = Webhook(domain.ids.uuid(), client_id, body["url"], expires)
    _fill(webhook, body)
    domain.webhooks.add(webhook)
    domain.changes += 1
    return json_response(_row(webhook), 201)


@routes.on("GET", "/pubapi/v1/webhooks")
async def list_webhooks(domain: Domain, request: Request) -> Response:
    _check_admin(request)
    return json_response([_row(each) for each in _own(domain, request)])


@routes.on("GET", "/pubapi/v1/webhooks/{webhook_id}/details")
async def details(domain: Domain, request: Request) -> Response:
    """Never the value of the header."""
    webhook = _found(domain, request)
    more = {"eventType": webhook.event_types, "path": webhook.path, "authHeader": webhook.auth_header}
    return json_response(_row(webhook) | more | {"url": webhook.url})


@routes.on("PUT", "/pubapi/v1/webhooks/{webhook_id}")
async def update(domain: Domain, request: Request) -> Response:
    """The whole configuration: what is absent is unset."""
    webhook = _found(domain, request)
    body = await _body(request)
    status = body.get("status", webhook.status)
    _check_status(status)
    webhook.url, webhook.status = body["url"], status
    _fill(webhook, body)
    domain.changes += 1
    return json_response({})


@routes.on("GET", "/pubapi/v1/webhooks/{webhook_id}/status")
async def status(domain: Domain, request: Request) -> Response:
    return json_response(_row(_found(domain, request)))


@routes.on("POST", "/pubapi/v1/webhooks/{webhook_id}/status")
async def set_status(domain: Domain, request: Request) -> Response:
    webhook = _found(domain, request)
    check_json(request)
    body = await request.json()
    _check_status(body.get("status"))
    webhook.status = body["status"]
    domain.changes += 1
    return json_response(_row(webhook))


@routes.on("DELETE", "/pubapi/v1/webhooks/{webhook_id}")
async def delete(domain: Domain, request: Request) -> Response:
    del domain.webhooks.rows[_found(domain, request).id]
    domain.changes += 1
    return Response(204)


@control_routes.on("GET", "/_emulator/deliveries")
async def deliveries(domain: Domain, _request: Request) -> Response:
    """Every attempt so far: `answers` are statuses or kinds of network failure, one for each copy sent."""
    return json_response(list(domain.deliveries))


def _check_admin(request: Request) -> None:
    if not request.actor.user.is_admin:
        raise ApiError(403, "Only administrators may manage webhooks")


def _own(domain: Domain, request: Request) -> list[Webhook]:
    return [each for each in domain.webhooks.rows.values() if each.client_id == request.token.client_id]


def _found(domain: Domain, request: Request) -> Webhook:
    """Those of other applications are a 404 too."""
    _check_admin(request)
    webhook = domain.webhooks.rows.get(request.params["webhook_id"])
    if webhook is None or webhook.client_id != request.token.client_id:
        raise ApiError(404, "Webhook does not exist")
    return webhook


def _row(webhook: Webhook) -> dict[str, Any]:
    return {"webhookId": webhook.id, "expires": webhook.expires, "status": webhook.status}


async def _body(request: Request) -> dict[str, Any]:
    _check_admin(request)
    check_json(request)
    body = await request.json()
    if unknown := sorted(set(body) - _FIELDS):
        raise ApiError(400, f"Unrecognized property {unknown[0]}")
    for name in _FIELDS - {"eventType"}:
        if not isinstance(body.get(name, ""), str):
            raise ApiError(400, f"{name} must be text")
    _check_url(body.get("url", ""))
    _check_event_types(body.get("eventType", ["fs:*"]))
    _check_folders(body.get("path", ""))
    header, value = body.get("authHeader", ""), body.get("authHeaderValue", "")
    pattern = _HEADER if value else _VALUE
    if (header or value) and (pattern.fullmatch(header) is None or _VALUE.fullmatch(value) is None):
        raise ApiError(400, "authHeader must be the name of a header, authHeaderValue its value")
    return body


def _check_url(url: str) -> None:
    """HTTPS as on Egnyte, or HTTP where that stays on this machine."""
    if not url.startswith(("https://", "http://")) or (url.startswith("http://") and not is_loopback(url)):
        raise ApiError(400, "url is required and must be HTTPS")
    if not is_loopback(url):
        body = {"code": "EMULATOR_LOOPBACK_ONLY", "message": f"The emulator delivers to loopback only, not to {url}"}
        raise ApiError(400, body["message"], body=body)


def _check_event_types(types: object) -> None:
    if not isinstance(types, list) or not types:
        raise ApiError(400, "eventType must be a non-empty array")
    if unknown := [each for each in types if each not in EVENT_TYPES]:
        raise ApiError(400, f"Unknown event type {unknown[0]}")


def _check_folders(path: str) -> None:
    folders = [each.strip() for each in path.split(",")] if path else []
    if len(folders) > MAX_FOLDERS or not all(each.startswith("/") for each in folders):
        raise ApiError(400, f"path must be up to {MAX_FOLDERS} folders, separated by commas")


def _check_status(status: object) -> None:
    if status not in ("enabled", "disabled"):
        raise ApiError(400, "status must be enabled or disabled")


def _fill(webhook: Webhook, body: dict[str, Any]) -> None:
    webhook.event_types = body.get("eventType", [])
    webhook.path = body.get("path", "")
    webhook.auth_header = body.get("authHeader", "")
    webhook.auth_header_value = body.get("authHeaderValue", "")
