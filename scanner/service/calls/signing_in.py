"""Getting a token for a domain, and ending it. It blocks, for a person at a terminal."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from scanner.cloud.callback import callback
from scanner.cloud.grants import Issued, Page, authorize_url, by_code, by_password, code_of
from scanner.cloud.stored_tokens import client_of, stored
from scanner.cloud.token_endpoint import TokenEndpoint
from scanner.cloud.token_store import Stored, TokenStore, encoded
from scanner.errors import ConfigurationError, Problem, RetryLater
from scanner.settings import DomainSettings, OAuthSettings

SCOPES = ("Egnyte.filesystem", "Egnyte.link", "Egnyte.user", "Egnyte.permission")
PATIENCE = 300.0
"""Seconds for a person to log in and consent."""
LONGEST_PASSWORD = 1_024


@dataclass(frozen=True, slots=True)
class Consent:
    """How a person is asked for it in a browser."""

    scopes: Sequence[str] = SCOPES
    page: Page = "token"
    port: int = 8_765
    redirect_uri: str | None = None
    """The registered one, where it is not on this machine: then the address is pasted."""
    paste: bool = False
    pkce: bool = True


def oauth_of(settings: DomainSettings) -> OAuthSettings:
    """Raises ConfigurationError for a domain whose token comes from a file."""
    if settings.oauth is None:
        remedy = "Write oauth instead of token_file, see docs/sign-in.md."
        raise ConfigurationError([Problem(f"domain {settings.name}", "its token comes from a file", remedy)])
    return settings.oauth


def by_consent(
    settings: DomainSettings, how: Consent, show: Callable[[str], None], pasted: Callable[[], str]
) -> Issued:
    """Through a browser: `show` tells a person the address to open, `pasted` asks for the one where it ended. Raises
    what the token endpoint raises, RetryLater where nobody came in time."""
    client, endpoint = client_of(oauth_of(settings)), TokenEndpoint(settings)
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48) if how.pkce else ""

    def url(redirect_uri: str) -> str:
        return authorize_url(
            endpoint.origin, how.page, client, redirect_uri, scopes=how.scopes, state=state, verifier=verifier
        )

    if how.redirect_uri is not None or how.paste:
        back = how.redirect_uri or f"http://127.0.0.1:{how.port}/callback"
        show(url(back))
        address = pasted()
    else:
        with callback(how.port, state) as waiting:
            back = waiting.redirect_uri
            show(url(back))
            found = waiting.wait(PATIENCE)
        if found is None:
            raise RetryLater(f"Nobody signed in within {PATIENCE:.0f} seconds.")
        address = found
    return endpoint.ask(by_code(client, code_of(address, state), back, verifier))


def by_login(settings: DomainSettings, username: str, password: str, scopes: Sequence[str]) -> Issued:
    """With a password of Egnyte's own; for keys of internal applications."""
    form = by_password(client_of(oauth_of(settings)), username, password, scopes)
    return TokenEndpoint(settings).ask(form)


def password_in(path: Path) -> str:
    """The first line of a file. Raises ConfigurationError."""
    try:
        with path.open(encoding="utf-8") as file:
            found = file.readline(LONGEST_PASSWORD + 2).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([Problem(str(path), "the password file cannot be read")]) from error
    if not 0 < len(found) <= LONGEST_PASSWORD:
        raise ConfigurationError([Problem(str(path), "the password file does not begin with a password")])
    return found


def kept(store: Path, issued: Issued, now: datetime) -> Stored:
    """Write the tokens. Raises ConfigurationError where that cannot be."""
    found = stored(issued, now)
    place = TokenStore(store)
    with _writing(place):
        place.write(found)
    return found


def imported(file: Path, store: Path) -> bool:
    """Put the tokens of another store, such as a Secret holds, into `store`. False where that holds as new ones
    already: the service may have renewed them. Raises ConfigurationError where `file` holds none, or `store` cannot be
    written."""
    found, place = TokenStore(file).read(), TokenStore(store)
    with _writing(place):
        before = place.read() if place.path.exists() else None
        if before is not None and before.obtained_at >= found.obtained_at:
            return False
        place.write(found)
    return True


@contextmanager
def _writing(place: TokenStore) -> Iterator[None]:
    """Under the store's lock."""
    try:
        with place.locked():
            yield
    except OSError as error:
        what = f"the token store cannot be written: {error.strerror}"
        raise ConfigurationError([Problem(str(place.path), what, "Make its folder writable for this user.")]) from error


def secret_manifest(name: str, issued: Issued, now: datetime) -> str:
    """A Secret for Kubernetes: `token` for a token_file, and where the token can be renewed `store` to begin a
    token_store with."""
    data = {"token": _base64(issued.access_token)}
    if issued.refresh_token is not None:
        data["store"] = _base64(encoded(stored(issued, now)))
    manifest = {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "Opaque", "data": data
    }  # fmt: skip
    return str(yaml.safe_dump(manifest, sort_keys=False))


def revoke(settings: DomainSettings) -> Path:
    """End the tokens at Egnyte, then remove their store, which is given. Raises what the token endpoint raises; the
    store stays then."""
    oauth = oauth_of(settings)
    store = TokenStore(oauth.token_store)
    client = client_of(oauth)
    try:
        with store.locked():
            TokenEndpoint(settings).revoke(client, store.read().access_token)
            store.remove()
    except OSError as error:
        what = f"the token store cannot be removed: {error.strerror}"
        raise ConfigurationError([Problem(str(store.path), what, "Remove it by hand.")]) from error
    return store.path


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
