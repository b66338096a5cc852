from __future__ import annotations

import pytest

from emulator.acts.oauth import asked_scopes, exchange, login, revoke
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.oauth import Application
from tests.emulator.conftest import actor

REFRESH = {"client_id": "demo-client", "client_secret": "demo-secret", "grant_type": "refresh_token"}


@pytest.mark.parametrize(
    ("app", "asked", "scopes"),
    [
        (Application("a", "s"), "", None),
        (Application("a", "s", scopes=["x"]), "", ["x"]),
        (Application("a", "s", scopes=["x", "y"]), "y", ["y"]),
        (Application("a", "s", internal=False), "x  y", ["x", "y"]),
        (Application("a", "s", internal=False), "", "refused"),
        (Application("a", "s", scopes=["x"]), "x y", "refused"),
    ],
)
def test_scopes_that_a_key_gets(app: Application, asked: str, scopes: object) -> None:
    if scopes != "refused":
        assert asked_scopes(app, asked) == scopes
        return
    with pytest.raises(ApiError, match="invalid_scope"):
        asked_scopes(app, asked)


def test_who_has_left_can_neither_log_in_nor_refresh(domain: Domain) -> None:
    user = actor(domain, "pnovak").user
    user.password = "secret"
    domain.issue_token(user, refresh="again")
    assert login(domain, "PNovak", "secret") is user
    user.active = False
    assert login(domain, "pnovak", "secret") is None
    with pytest.raises(ApiError, match="invalid_grant"):
        exchange(domain, {**REFRESH, "refresh_token": "again"})


def test_a_token_of_an_application_that_nobody_registered_stays(domain: Domain) -> None:
    token = domain.issue_token(actor(domain).user, client_id="unregistered")
    with pytest.raises(ApiError) as refused:
        revoke(domain, token.value, "")
    assert (refused.value.status, token.value in domain.tokens.by_value) == (401, True)
