"""OAuth2 (fact sheet 2.1 to 2.4): the page in the browser, the token endpoint, revocation; and its control calls."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlencode

from emulator.acts.oauth import application, asked_scopes, exchange, give_code, login, revoke
from emulator.domain import Domain
from emulator.errors import ApiError, oauth_error
from emulator.http import Request, Response, json_response
from emulator.oauth import Application
from emulator.routes.control import checked, number, only
from emulator.routing import Routes

routes = Routes(shape=oauth_error, open_=True)
control_routes = Routes(open_=True)

_ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge")
_PAGE = """<!DOCTYPE html>
<html><head><title>Emulator: log in</title></head><body>
<h1>{app} asks for access</h1><p>{problem}</p>
<form method="post" action="/puboauth/authorize">{hidden}
<label>User <input name="username"></label> <label>Password <input name="password" type="password"></label>
<button name="decision" value="approve">Allow</button> <button name="decision" value="deny">Deny</button>
</form></body></html>
"""


@routes.on("GET", "/puboauth/token", "/puboauth/authorize")
async def ask(domain: Domain, request: Request) -> Response:
    """The page; 400 where there is nobody to send an answer to."""
    return _page(domain, request.query)


@routes.on("POST", "/puboauth/authorize")
async def decide(domain: Domain, request: Request) -> Response:
    """Back to the application with a code, or with `access_denied`; the page again after a wrong password."""
    form = await request.form()
    app = _checked(domain, form)
    state = {"state": form["state"]} if form.get("state") else {}
    if form.get("decision") != "approve":
        return _back(form["redirect_uri"], {"error": "access_denied", **state})
    user = login(domain, form.get("username", ""), form.get("password", ""))
    if user is None:
        return _page(domain, form, "User name or password is wrong.")
    asked = {"scope": form.get("scope", ""), "challenge": form.get("code_challenge", "")}
    code = give_code(domain, app, form["redirect_uri"], user, **asked)
    return _back(form["redirect_uri"], {"code": code, **state})


@routes.on("POST", "/puboauth/token")
async def token(domain: Domain, request: Request) -> Response:
    """Without a lifetime `expires_in` is -1 and there is no refresh token."""
    made = exchange(domain, await _form(request))
    answer: dict[str, Any] = {"access_token": made.value, "token_type": "bearer", "expires_in": -1}
    if made.expires is not None:
        answer |= {"refresh_token": made.refresh, "expires_in": domain.switches.token_expires_in}
    return json_response(answer)


@routes.on("POST", "/pubapi/v1/tokens/revoke")
async def revoke_pair(domain: Domain, request: Request) -> Response:
    form = await _form(request)
    revoke(domain, form.get("token", ""), form.get("client_secret", ""))
    return Response()


@control_routes.on("POST", "/_emulator/applications")
async def register(domain: Domain, request: Request) -> Response:
    """`{"client_id", "secret", "redirect_uri"?, "internal"?, "scopes"?}`; an existing one is replaced."""
    body = await request.json()
    only(body, {"client_id", "secret", "redirect_uri", "internal", "scopes"})
    app = checked(Application, body)
    domain.oauth.applications[app.client_id] = app
    return json_response(body, 201)


@control_routes.on("POST", "/_emulator/oauth")
async def set_limits(domain: Domain, request: Request) -> Response:
    """`{"public_limit": per key and hour, "password_limit": per user and hour}`."""
    body = await request.json()
    only(body, {"public_limit", "password_limit"})
    domain.oauth.public_limit = int(number(body, "public_limit", domain.oauth.public_limit))
    domain.oauth.password_limit = int(number(body, "password_limit", domain.oauth.password_limit))
    return json_response({"public_limit": domain.oauth.public_limit, "password_limit": domain.oauth.password_limit})


def _checked(domain: Domain, asked: dict[str, str]) -> Application:
    app = application(domain, asked.get("client_id", ""), asked.get("redirect_uri", ""))
    if asked.get("response_type") != "code":
        raise ApiError(400, "unsupported_response_type: only code")
    asked_scopes(app, asked.get("scope", ""))
    return app


def _page(domain: Domain, asked: dict[str, str], problem: str = "") -> Response:
    app = _checked(domain, asked)
    pairs = ((name, asked[name]) for name in _ASKED if name in asked)
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in pairs)
    page = _PAGE.format(app=escape(app.client_id), problem=problem, hidden=hidden)
    return Response(200, page.encode(), {"Content-Type": "text/html;charset=UTF-8"})


def _back(redirect_uri: str, answer: dict[str, str]) -> Response:
    joint = "&" if "?" in redirect_uri else "?"
    return Response(302, b"", {"Location": f"{redirect_uri}{joint}{urlencode(answer)}"})


async def _form(request: Request) -> dict[str, str]:
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ApiError(400, "invalid_request: the body must be application/x-www-form-urlencoded")
    return await request.form()
