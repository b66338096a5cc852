"""The token of a domain that was signed in to: taken from its store, renewed ahead of its end and after a refusal.

Whoever renews holds the store's lock, and looks first whether another process did it meanwhile. Nobody knows whether
Egnyte gives a new refresh token each time and ends the old one (fact sheet 2.3): a process that is killed between the
answer and the store then has lost it, and a person signs in again; the access token works to its own end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from scanner.cloud.auth import secret_in
from scanner.cloud.grants import Client, Issued, by_refresh
from scanner.cloud.token_endpoint import TokenEndpoint
from scanner.cloud.token_store import Stored, TokenStore
from scanner.errors import CloudRefused, ConfigurationError, RetryLater
from scanner.settings import DomainSettings, OAuthSettings

log = structlog.get_logger("scanner.cloud")

LEAST_AHEAD = timedelta(minutes=5)
MOST_AHEAD = timedelta(days=1)
AHEAD_SHARE = 10
"""A tenth of a token's life before its end, so that an hour without the token endpoint does no harm."""
AFTER_TROUBLE = timedelta(minutes=1)
AFTER_REFUSAL = timedelta(hours=1)


def utc_now() -> datetime:
    return datetime.now(UTC)


def client_of(oauth: OAuthSettings) -> Client:
    """Raises ConfigurationError where a file does not hold what it should."""
    return Client(secret_in(oauth.client_id_file, "client id"), secret_in(oauth.client_secret_file, "client secret"))


def stored(issued: Issued, now: datetime, before: Stored | None = None) -> Stored:
    """Where no new refresh token came, the one of before goes on."""
    refresh = issued.refresh_token or (before.refresh_token if before is not None else None)
    expires_at = None if issued.expires_in is None else now + timedelta(seconds=issued.expires_in)
    return Stored(issued.access_token, refresh, expires_at, now)


class StoredTokens:
    """As TokenFile, for a store. Thread-safe; `renew` and `keep_fresh` may block for an HTTP call."""

    def __init__(
        self,
        settings: DomainSettings,
        oauth: OAuthSettings,
        path: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`path`: the store of a further user. Raises ConfigurationError where nobody has signed in."""
        self._oauth = oauth
        self._store = TokenStore(path or oauth.token_store)
        self._endpoint = TokenEndpoint(settings)
        self._clock = clock
        self._domain = settings.name
        self._lock = threading.Lock()
        self._stored = self._store.read()
        self._not_before = clock()
        client_of(oauth)

    @property
    def current(self) -> str:
        """The token; not to be logged."""
        return self._stored.access_token

    @property
    def expires_at(self) -> datetime | None:
        return self._stored.expires_at

    def renew(self, refused: str) -> bool:
        """After `refused` was not accepted. True where there is another token to try."""
        with self._lock:
            if self._stored.access_token == refused:
                self._renewed(lambda found: found.access_token == refused)
            return self._stored.access_token != refused

    def keep_fresh(self) -> None:
        """Renew where the end is near. Trouble is logged; the token works on to its end."""
        with self._lock:
            if self._is_due(self._stored):
                self._renewed(self._is_due)

    def _is_due(self, found: Stored) -> bool:
        if found.expires_at is None:
            return False
        life = found.expires_at - found.obtained_at
        ahead = min(max(life / AHEAD_SHARE, LEAST_AHEAD), MOST_AHEAD, life / 2)
        return self._clock() >= found.expires_at - ahead

    def _renewed(self, still_old: Callable[[Stored], bool]) -> None:
        try:
            with self._store.locked():
                self._take(self._store.read())
                if still_old(self._stored):
                    self._refresh()
        except ConfigurationError as error:
            log.warning("token.not_renewed", domain=self._domain, reason=str(error))
        except OSError as error:
            reason = f"{self._store.path}: {error.strerror}"
            log.warning("token.not_renewed", domain=self._domain, reason=reason)

    def _take(self, found: Stored) -> None:
        """The newer one holds: what could not be written after an earlier renewal is written now."""
        if found.obtained_at >= self._stored.obtained_at:
            self._stored = found
        else:
            self._store.write(self._stored)

    def _refresh(self) -> None:
        token = self._stored.refresh_token
        if token is None or self._clock() < self._not_before:
            return
        try:
            issued = self._endpoint.ask(by_refresh(client_of(self._oauth), token))
        except RetryLater as error:
            wait = AFTER_TROUBLE if error.after is None else timedelta(seconds=error.after)
            self._put_off(wait, str(error))
        except CloudRefused as error:
            self._put_off(AFTER_REFUSAL, f"{error}. Run `scanner auth login`.")
        else:
            self._stored = stored(issued, self._clock(), self._stored)
            # Kept in memory whatever becomes of the file: the old pair may have ended with the answer.
            self._store.write(self._stored)
            ends = self._stored.expires_at
            log.info("token.renewed", domain=self._domain, expires_at=ends.isoformat() if ends else None)

    def _put_off(self, wait: timedelta, reason: str) -> None:
        self._not_before = self._clock() + wait
        log.warning("token.not_renewed", domain=self._domain, reason=reason, after=wait.total_seconds())
