"""Who is told what was found: every key with its meaning, unit, default and reason."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, ValidationInfo, field_validator

from scanner.settings.domain import is_loopback
from scanner.settings.section import Section
from scanner.settings.units import LocalPath, shown

WEB = ("http", "https")
SYSLOG = {"syslog+udp": "udp", "syslog+tcp": "tcp", "syslog+tls": "tls"}


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ValueError(f"{shown(name)} is not a name; use up to 40 small letters, digits and hyphens")
    return name


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port, user = parts.hostname, parts.port, parts.username
    except ValueError:
        raise ValueError("is not a URL") from None
    if user is not None or parts.password is not None or parts.fragment or not host or not url.isascii():
        raise ValueError("must be a URL with a host, without user, password and fragment")
    if parts.scheme in SYSLOG:
        _check_syslog(parts, port)
    elif parts.scheme == "http" and not is_loopback(host):
        raise ValueError(
            "plain http is allowed to loopback only, since names of files would travel in clear; use https"
        )
    elif parts.scheme not in WEB:
        raise ValueError(f"must begin with https, {', '.join(SYSLOG)}")
    return url


def _check_syslog(parts: SplitResult, port: int | None) -> None:
    if not port or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"must be {parts.scheme}://host:port")


class ReceiverSettings(Section):
    """A receiver of notices, for the step `notify` (docs/notify.md)."""

    name: Annotated[str, AfterValidator(_name)]
    """Its label in ledger, metrics and logs."""
    url: Annotated[str, AfterValidator(_url)]
    """https://… takes OCSF in JSON; syslog+tls://host:port, syslog+tcp:// and syslog+udp:// take CEF."""
    ca_file: LocalPath | None = None
    """CA certificates (PEM) to trust instead of the system's."""
    secret_file: LocalPath | None = None
    """File that holds the secret with which notices to a web service are signed; required there."""

    @property
    def parts(self) -> SplitResult:
        """Of the URL."""
        return urlsplit(self.url)

    @field_validator("secret_file")
    @classmethod
    def _only_for_the_web(cls, secret_file: object, info: ValidationInfo) -> object:
        url = info.data.get("url")
        if url is not None and (secret_file is None) is url.startswith(WEB):
            raise ValueError("is needed by a web service" if secret_file is None else "is for a web service only")
        return secret_file
