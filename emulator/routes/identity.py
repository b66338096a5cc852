"""Who the token belongs to: /userinfo and /whoami."""

from __future__ import annotations

from emulator.domain import Domain
from emulator.http import Request, Response, json_response
from emulator.routing import Routes

routes = Routes()


@routes.on("GET", "/pubapi/v1/userinfo")
async def userinfo(_domain: Domain, request: Request) -> Response:
    user = request.actor.user
    return json_response(
        {
            "id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "username": user.username,
            "user_type": user.user_type,
            "email": user.email,
        }
    )


@routes.on("GET", "/pubapi/v1/whoami")
async def whoami(domain: Domain, request: Request) -> Response:
    token = request.token
    scopes = ["fs"] if token.scopes is None else token.scopes
    return json_response(
        {
            "clientId": token.client_id,
            "username": request.actor.user.username,
            "domain": domain.name,
            "scopes": scopes,
        }
    )
