"""Signing in to a domain: the keys of `domains[].oauth`."""

from __future__ import annotations

from scanner.settings.section import Section
from scanner.settings.units import LocalPath


class OAuthSettings(Section):
    """Signing in with a key of Egnyte's developer portal (docs/sign-in.md): `scanner auth login` fetches the token, the
    service renews it."""

    client_id_file: LocalPath
    """File that holds the key's client id."""
    client_secret_file: LocalPath
    """File that holds the key's client secret."""
    token_store: LocalPath
    """File for the tokens, which `scanner auth login` makes and the service renews; its folder must be writable."""
