"""Codes and tokens: what each OAuth grant asks for, and the refusals of fact sheet 2.3 (409 is the throttle here)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.oauth import CODE_LIFETIME_MS, Application, Code
from emulator.tokens import Token
from emulator.users import User

Form = Mapping[str, str]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def application(domain: Domain, client_id: str, redirect_uri: str) -> Application:
    """For the step in the browser; 400 for an unknown key and for an address that is not its own."""
    found = domain.oauth.applications.get(client_id)
    if found is None:
        raise ApiError(400, "invalid_client: unknown client_id")
    parts = urlsplit(redirect_uri)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or found.redirect_uri not in ("", redirect_uri):
        raise ApiError(400, "invalid_request: redirect_uri is not the registered one")
    return found


def give_code(domain: Domain, app: Application, redirect_uri: str, user: User, *, scope: str, challenge: str) -> str:
    """A code for whoever exchanges it first, within two minutes."""
    if domain.switches.pkce == "demand" and not challenge:
        raise ApiError(400, "invalid_request: code_challenge is missing")
    scopes = asked_scopes(app, scope)
    expires = domain.clock.now() + CODE_LIFETIME_MS
    code = domain.ids.word(20)
    kept = None if scopes is None else tuple(scopes)
    domain.oauth.codes[code] = Code(app.client_id, redirect_uri, user.id, kept, expires, challenge)
    return code


def login(domain: Domain, username: str, password: str) -> User | None:
    """None where name and password do not fit. A user without a password (SSO) cannot log in."""
    user = domain.users.named(username)
    if user is None or not user.password or not user.active:
        return None
    return user if hmac.compare_digest(user.password.encode(), password.encode()) else None


def exchange(domain: Domain, form: Form) -> Token:
    """A token for a code, a password or a refresh token. Raises 400, 401 and the throttle, 409."""
    app = _client(domain, form)
    grant = form.get("grant_type", "")
    if grant not in _GRANTS:
        raise ApiError(400, f"unsupported_grant_type: {grant}")
    if grant == "password":
        _throttle(domain, f"user {form.get('username', '').casefold()}", domain.oauth.password_limit)
    else:
        _throttle(domain, f"key {app.client_id}", domain.oauth.public_limit)
    return _GRANTS[grant](domain, app, form)


def revoke(domain: Domain, value: str, secret: str) -> None:
    """Kills both halves; an unknown token is dead already. 401 for a secret that is not of the token's application."""
    token = domain.tokens.by_value.get(value) or domain.tokens.by_refresh.get(value)
    if token is None:
        return
    app = domain.oauth.applications.get(token.client_id)
    if app is None or not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise ApiError(401, "invalid_client: the client_secret is wrong")
    domain.tokens.revoke(value)
    domain.changes += 1


def asked_scopes(app: Application, scope: str) -> list[str] | None:
    """None, which opens everything, is for internal keys that ask for nothing."""
    scopes = scope.split()
    if not scopes and app.internal:
        return app.scopes
    if not scopes or (app.scopes is not None and not set(scopes) <= set(app.scopes)):
        raise ApiError(400, "invalid_scope: the key is not registered for this scope")
    return scopes


def _client(domain: Domain, form: Form) -> Application:
    found = domain.oauth.applications.get(form.get("client_id", ""))
    secret = form.get("client_secret", "")
    if found is None or not hmac.compare_digest(found.secret.encode(), secret.encode()):
        raise ApiError(401, "invalid_client: client_id or client_secret is wrong")
    return found


def _throttle(domain: Domain, key: str, limit: int) -> None:
    wait = domain.oauth.wait(key, limit, domain.clock.now())
    if wait:
        raise ApiError(409, "temporarily_unavailable: too many token requests", headers={"Retry-After": str(wait)})


def _by_code(domain: Domain, app: Application, form: Form) -> Token:
    """Any try uses the code up."""
    code = domain.oauth.codes.pop(form.get("code", ""), None)
    now = domain.clock.now()
    if code is None or now >= code.expires or code.client_id != app.client_id:
        raise ApiError(400, "invalid_grant: the code is unknown, used or expired")
    if form.get("redirect_uri") != code.redirect_uri:
        raise ApiError(400, "invalid_grant: redirect_uri is not the one of the code")
    if domain.switches.pkce != "ignore" and code.challenge != _challenge(form.get("code_verifier", "")):
        raise ApiError(400, "invalid_grant: code_verifier does not fit the code")
    scopes = None if code.scopes is None else list(code.scopes)
    return _issue(domain, app, domain.users.by_id[code.user_id], scopes)


def _by_password(domain: Domain, app: Application, form: Form) -> Token:
    if not app.internal:
        raise ApiError(400, "unauthorized_client: the password flow is for internal applications")
    user = login(domain, form.get("username", ""), form.get("password", ""))
    if user is None:
        raise ApiError(400, "invalid_grant: user name or password is wrong")
    return _issue(domain, app, user, asked_scopes(app, form.get("scope", "")))


def _by_refresh(domain: Domain, app: Application, form: Form) -> Token:
    """The old pair ends with the new one (inferred), or as the switch says its refresh token goes on."""
    old = domain.tokens.by_refresh.get(form.get("refresh_token", ""))
    if old is None or old.client_id != app.client_id or not domain.users.by_id[old.user_id].active:
        raise ApiError(400, "invalid_grant: the refresh token is unknown or revoked")
    domain.tokens.revoke(old.value)
    kept = old.refresh if domain.switches.refresh == "keep" else None
    return _issue(domain, app, domain.users.by_id[old.user_id], old.scopes, kept)


def _challenge(verifier: str) -> str:
    """Empty for none."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") if verifier else ""


def _issue(domain: Domain, app: Application, user: User, scopes: list[str] | None, refresh: str | None = None) -> Token:
    """In the shape that the switch `token_expires_in` says (row 17)."""
    seconds = domain.switches.token_expires_in
    if seconds <= 0:
        return domain.issue_token(user, client_id=app.client_id, scopes=scopes)
    expires = domain.clock.now() + seconds * 1000
    refresh = refresh or domain.ids.word(24)
    return domain.issue_token(user, client_id=app.client_id, scopes=scopes, expires=expires, refresh=refresh)


_GRANTS: dict[str, Callable[[Domain, Application, Form], Token]] = {
    "authorization_code": _by_code, "password": _by_password, "refresh_token": _by_refresh,
}  # fmt: skip
