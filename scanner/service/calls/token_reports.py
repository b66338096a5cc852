"""What is known of a domain's tokens: whose each is, what it may do, when it ends. No secret is in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scanner.cloud.auth import secret_in
from scanner.cloud.identity import Identity, identity
from scanner.cloud.token_store import Stored, TokenStore
from scanner.errors import CloudRefused, ConfigurationError, RetryLater, TokenRefused
from scanner.settings import DomainSettings


@dataclass(frozen=True, slots=True)
class TokenReport:
    """One token of a domain, as `scanner auth status` shows it."""

    domain: str
    token: int
    """1 for the first, which does everything; the others download."""
    source: Path
    renewed: bool
    """By the service, ahead of its end."""
    expires_at: datetime | None
    username: str | None = None
    user_type: str | None = None
    scopes: Sequence[str] | None = None
    calls_a_second: int | None = None
    calls_a_day: int | None = None
    calls_today: int | None = None
    problem: str = ""
    unreachable: bool = False
    """It could not be asked; nobody knows whether there is a problem."""


def reports(settings: DomainSettings, now: datetime) -> list[TokenReport]:
    """Of each of a domain's tokens; asks the platform twice with each."""
    first = settings.oauth.token_store if settings.oauth is not None else settings.token_file
    assert first is not None  # the settings have checked it
    paths = (first, *settings.download_token_files)
    return [_report(settings, number, path, now) for number, path in enumerate(paths, start=1)]


def _report(settings: DomainSettings, number: int, path: Path, now: datetime) -> TokenReport:
    try:
        found = _read(settings, path, now)
    except ConfigurationError as error:
        return TokenReport(settings.name, number, path, renewed=False, expires_at=None, problem=str(error))
    renewed = found.refresh_token is not None
    try:
        who = identity(settings, found.access_token)
    except TokenRefused as error:
        return TokenReport(settings.name, number, path, renewed, found.expires_at, problem=_refused(error, renewed))
    except (RetryLater, CloudRefused) as error:
        away = isinstance(error, RetryLater)
        return TokenReport(settings.name, number, path, renewed, found.expires_at, problem=str(error), unreachable=away)
    return _told(settings, number, path, found, who)


def _read(settings: DomainSettings, path: Path, now: datetime) -> Stored:
    """A bare token as one without an end."""
    is_store = settings.oauth is not None and (path == settings.oauth.token_store or TokenStore.looks_like(path))
    return TokenStore(path).read() if is_store else Stored(secret_in(path, "token", "access token"), None, None, now)


def _told(settings: DomainSettings, number: int, path: Path, found: Stored, who: Identity) -> TokenReport:
    renewed = found.refresh_token is not None
    problem = ""
    if renewed and not os.access(path.parent, os.W_OK):
        problem = f"{path.parent} cannot be written to, so a renewed token would be lost at a restart"
    elif found.expires_at is not None and not renewed:
        problem = "it cannot be renewed: sign in again before it ends"
    return TokenReport(
        domain=settings.name,
        token=number,
        source=path,
        renewed=renewed,
        expires_at=found.expires_at,
        username=who.account.username,
        user_type=who.account.user_type,
        scopes=who.scopes,
        calls_a_second=who.quota.qps_limit,
        calls_a_day=who.quota.day_limit,
        calls_today=who.quota.day_used,
        problem=problem,
    )


def _refused(error: TokenRefused, renewed: bool) -> str:
    more = "; the service will try to renew it" if renewed else "; sign in again, or put another one into the file"
    return f"{error}{more}"
