"""Where the ledger is: a file of SQLite, or a database on PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from scanner.settings.section import Section
from scanner.settings.units import Duration, LocalPath, at_least

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql"
_TLS = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_OPTIONS = ("host", "sslmode", "sslrootcert")


def _url(url: str) -> str:
    if url.startswith(f"{_POSTGRESQL}:"):
        _check_server(url)
    elif not re.fullmatch(r"sqlite:///[^?#\x00-\x1f\x7f-\x9f]+", url) or url == "sqlite:///:memory:":
        raise ValueError(
            "must be sqlite:////absolute/path or sqlite:///relative/path of a file, or postgresql://user@host[:port]/db"
        )
    return url


def _check_server(url: str) -> None:
    parts = _split(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.password is not None:
        raise ValueError("must not hold a password; name the file that holds it in password_file")
    if not (parts.hostname or options.get("host")) or not parts.username or not re.fullmatch(r"/[^/]+", parts.path):
        raise ValueError("must be postgresql://user@host[:port]/db")
    strange = sorted(set(options) - set(_OPTIONS))
    if strange or parts.fragment:
        raise ValueError(f"takes no options but {', '.join(_OPTIONS)}")
    if options.get("sslmode", "prefer") not in _TLS:
        raise ValueError(f"has a sslmode that is none of {', '.join(_TLS)}")


def _split(url: str) -> SplitResult:
    if re.search(r"[\x00-\x20\x7f-\x9f]", url):
        raise ValueError("must not hold spaces or control characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL; write postgresql://user@host[:port]/db") from None
    return parts


class LedgerSettings(Section):
    """The record of everything seen, decided and done."""

    url: Annotated[str, AfterValidator(_url)] = "sqlite:////data/ledger.db"
    """sqlite:////absolute/path or sqlite:///relative/path, never on a network file system; or
    postgresql://user@host[:port]/db, for several replicas, with ?sslmode=verify-full where others can listen."""
    password_file: LocalPath | None = None
    """File that holds the password for PostgreSQL; read at each connection. None where the server asks for none."""
    facts_for: Annotated[Duration, at_least("1h")] = Field(default="90d", validate_default=True)
    """How long what was learnt of a content is kept beside its verdict: so far back `scanner rules replay` can try
    rules without a download. A few hundred bytes for most versions."""
    keep_events: Annotated[Duration, at_least("60d")] = Field(default="400d", validate_default=True)
    """How long an event is kept after it was recorded, and a walk after it ended: so far back `scanner coverage` counts
    events. Verdicts, steps, statements and the audit stay. At least 60d: twice as long as Egnyte keeps events."""

    @field_validator("password_file")
    @classmethod
    def _only_with_a_server(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file is not None and info.data.get("url", _POSTGRESQL).startswith(_SQLITE):
            raise ValueError("is for a ledger on PostgreSQL; a file of SQLite has no password")
        return file

    @property
    def file(self) -> Path | None:
        """Of SQLite; None where the ledger is on PostgreSQL."""
        return Path(self.url.removeprefix(_SQLITE)) if self.url.startswith(_SQLITE) else None

    @property
    def is_to_be_made(self) -> bool:
        """Whether it is a file that is not there yet. A database is made by its administrator."""
        return self.file is not None and not self.file.exists()

    @property
    def path(self) -> Path:
        """The file, where it is one."""
        assert self.file is not None
        return self.file
