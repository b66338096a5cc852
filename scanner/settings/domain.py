"""One Egnyte domain: where it is, with which token, and which of its folders matter.

Checks across keys look at what stands above them, so that each problem is reported beside all others
and with its own line.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo, field_validator

from scanner.settings.oauth import OAuthSettings
from scanner.settings.section import Section
from scanner.settings.units import Folder, LocalPath, inside, not_empty, shown


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ValueError(f"{shown(name)} is not a name; use up to 40 small letters, digits and hyphens")
    return name


def _host(host: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", host):
        raise ValueError("is not a host name; write it without https:// and without a path, like acme.egnyte.com")
    return host


class DomainSettings(Section):
    """One domain that is watched."""

    name: Annotated[str, AfterValidator(_name)]
    """Label of the domain in ledger, metrics and logs."""
    host: Annotated[str, AfterValidator(_host)] | None = None
    """Host of the domain, such as acme.egnyte.com; HTTPS always. No two domains may have the same."""
    base_url: str | None = None
    """Instead of host, for an emulator: http only to loopback, https anywhere."""
    ca_file: LocalPath | None = None
    """CA certificates (PEM) to trust instead of the system's; for an emulator or an inspecting proxy."""
    token_file: LocalPath | None = None
    """File that holds the access token; read again when the API refuses it. Instead of `oauth`."""
    oauth: OAuthSettings | None = None
    """Instead of `token_file`: sign in with `scanner auth login`, see below."""
    download_token_files: tuple[LocalPath, ...] = ()
    """Files with access tokens of further users who may see all that is watched: versions are downloaded by the one
    with most calls left, everything else is done by the first. Each has a quota of its own (docs/budget.md)."""
    quarantine_folder: Folder = "/Shared/Quarantine"
    """Where bad files are moved. Created with closed permissions if it does not exist."""
    ignore: tuple[Folder, ...] = ()
    """Folders below the watched ones that are not scanned. The quarantine folder never is."""
    watch: Annotated[tuple[Folder, ...], AfterValidator(not_empty)] = ("/Shared",)
    """Folders whose versions are scanned, with all below them."""
    probe_folder: Folder | None = None
    """Watched folder for the files of `probe`; made where it is missing. Without one there are none."""

    @property
    def url(self) -> str:
        """Scheme and authority, without a slash at the end."""
        return self.base_url.rstrip("/") if self.base_url else f"https://{self.host}"

    @field_validator("base_url")
    @classmethod
    def _one_address(cls, base_url: str | None, info: ValidationInfo) -> str | None:
        host_given = info.data.get("host", "a wrong one") is not None
        if host_given == (base_url is not None):
            raise ValueError("give either host or base_url")
        if base_url is not None:
            _check_base_url(base_url)
        return base_url

    @field_validator("oauth")
    @classmethod
    def _one_source(cls, oauth: OAuthSettings | None, info: ValidationInfo) -> OAuthSettings | None:
        if "token_file" in info.data and (info.data["token_file"] is None) is (oauth is None):
            raise ValueError("give either token_file or oauth")
        return oauth

    @field_validator("quarantine_folder")
    @classmethod
    def _can_be_closed(cls, folder: str) -> str:
        if not re.fullmatch(r"/Shared/.+", folder):
            raise ValueError("must lie below /Shared, since permissions cannot be closed elsewhere")
        return folder

    @field_validator("watch")
    @classmethod
    def _is_scanned(cls, watch: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        ignored = [*info.data.get("ignore", ()), info.data.get("quarantine_folder")]
        for folder in watch:
            if any(one is not None and inside(folder, one) for one in ignored):
                raise ValueError(
                    f"{shown(folder)} lies in an ignored folder or in the quarantine, so it is never scanned"
                )
        return watch

    @field_validator("probe_folder")
    @classmethod
    def _is_watched(cls, folder: str | None, info: ValidationInfo) -> str | None:
        if folder is None or "watch" not in info.data:
            return folder
        ignored = [*info.data.get("ignore", ()), info.data.get("quarantine_folder")]
        if any(one is not None and inside(folder, one) for one in ignored):
            raise ValueError(
                f"{shown(folder)} lies in an ignored folder or in the quarantine, so no event is read of it"
            )
        if not any(inside(folder, one) for one in info.data["watch"]):
            raise ValueError(f"{shown(folder)} lies in no watched folder, so no event is read of it")
        return folder


def _check_base_url(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        raise ValueError("is not a URL; write http(s)://host[:port]") from None
    if user is not None or parts.password is not None:
        raise ValueError("must not hold a user or password")
    if (
        parts.scheme not in ("http", "https")
        or not host
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError("must be http(s)://host[:port] and nothing more")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http is allowed to loopback only, since the token would travel in clear; use https")


def authority(written: str) -> tuple[str, int]:
    """Host and port of a `host` or a `base_url`, alike for all ways to write the same place. Raises ValueError."""
    parts = urlsplit(written if "://" in written else f"https://{written}")
    if not parts.hostname:
        raise ValueError("names no host")
    return parts.hostname.rstrip("."), parts.port or (80 if parts.scheme == "http" else 443)


def is_loopback(host: str) -> bool:
    """Is it this machine, whatever a name server says?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
