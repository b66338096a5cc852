"""Webhooks of Egnyte as a wake-up signal: every key with its meaning, unit, default and reason."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo, field_validator

from scanner.settings.domain import is_loopback
from scanner.settings.section import Section
from scanner.settings.sections import ListenAddress
from scanner.settings.units import LocalPath


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        raise ValueError("is not a URL; write https://host[:port]") from None
    more = user is not None or parts.password is not None or parts.path not in ("", "/") or parts.query
    if parts.scheme not in ("http", "https") or not host or more or parts.fragment or not url.isascii():
        raise ValueError("must be https://host[:port] and nothing more")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http is allowed to loopback only, since the secret would travel in clear; use https")
    return url.rstrip("/")


class WebhookSettings(Section):
    """Webhooks of Egnyte, by which a domain's feed is read as soon as something happens (docs/webhooks.md). None are
    asked for unless both `url` and `secret_file` are written."""

    url: Annotated[str, AfterValidator(_url)] | None = None
    """https://host[:port] under which Egnyte reaches `listen`, usually a proxy that ends TLS; Egnyte calls
    /webhooks/NAME there."""
    secret_file: LocalPath | None = None
    """File that holds a secret of 16 bytes or more, from which that of each domain is derived."""
    listen: ListenAddress = "127.0.0.1:9465"
    """Address on which deliveries are taken; never that of the operations port."""

    @field_validator("secret_file")
    @classmethod
    def _both(cls, secret_file: LocalPath | None, info: ValidationInfo) -> LocalPath | None:
        if "url" in info.data and (info.data["url"] is None) is not (secret_file is None):
            raise ValueError(
                "is needed beside webhooks.url" if secret_file is None else "is of no use without webhooks.url"
            )
        return secret_file
