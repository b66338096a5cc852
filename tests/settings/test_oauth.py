"""Where a domain's token comes from: a file or signing in, never both."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from scanner.settings import DomainSettings, OAuthSettings

KEY = {"client_id_file": "/run/secrets/id", "client_secret_file": "/run/secrets/secret", "token_store": "/data/acme"}


def domain(**keys: object) -> DomainSettings:
    return DomainSettings.model_validate({"name": "acme", "host": "acme.egnyte.com", **keys})


def test_a_domain_is_signed_in_to_by_its_own_files() -> None:
    assert domain(oauth=KEY).oauth == OAuthSettings(
        client_id_file=Path("/run/secrets/id"),
        client_secret_file=Path("/run/secrets/secret"),
        token_store=Path("/data/acme"),
    )


@pytest.mark.parametrize("keys", [{}, {"token_file": "token", "oauth": KEY}])
def test_a_token_has_one_source(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="give either token_file or oauth"):
        domain(**keys)


@pytest.mark.parametrize("key", KEY)
def test_every_file_of_it_is_named(key: str) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        domain(oauth={name: path for name, path in KEY.items() if name != key})
