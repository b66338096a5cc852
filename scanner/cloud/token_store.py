"""The file that holds a domain's tokens: readable by its owner alone, replaced as a whole, one writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scanner.durable import sync_folder
from scanner.errors import ConfigurationError, Problem

_LONGEST = 65_536
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True)
class Stored:
    """Tokens with what is known of them."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    """None where no end is known."""
    obtained_at: datetime


class TokenStore:
    """Nothing is opened until asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def looks_like(path: Path) -> bool:
        """Whether a file is a store rather than a bare token."""
        try:
            with path.open("rb") as file:
                return file.read(64).lstrip()[:1] == b"{"
        except OSError:
            return False

    def read(self) -> Stored:
        """Raises ConfigurationError where nobody has signed in, or the file is not ours."""
        try:
            with self.path.open("rb") as file:
                found = decoded(file.read(_LONGEST))
        except FileNotFoundError as error:
            raise self._problem("is not there: nobody has signed in yet") from error
        except OSError as error:
            raise self._problem(f"cannot be read: {error.strerror}") from error
        if found is None:
            raise self._problem("does not hold tokens as `scanner auth login` writes them")
        return found

    def write(self, stored: Stored) -> None:
        """Atomically, on the disk when this returns, for the owner alone. Raises OSError."""
        descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(encoded(stored))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folder(self.path.parent)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else on this machine renews or replaces the tokens meanwhile; waits for its turn. The lock ends with
        the process. Raises OSError where the folder cannot be written to."""
        lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _problem(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            [Problem(str(self.path), f"the token store {what}", "Run `scanner auth login`; see docs/sign-in.md.")]
        )


def encoded(stored: Stored) -> str:
    """One line of JSON, ASCII."""
    value = {
        "access_token": stored.access_token,
        "refresh_token": stored.refresh_token,
        "expires_at": None if stored.expires_at is None else stored.expires_at.isoformat(),
        "obtained_at": stored.obtained_at.isoformat(),
    }
    return json.dumps(value) + "\n"


def decoded(written: bytes) -> Stored | None:
    """None for anything that `encoded` did not make."""
    try:
        value = json.loads(written)
        access, refresh, expires = value["access_token"], value["refresh_token"], value["expires_at"]
        moments = [None if one is None else datetime.fromisoformat(one) for one in (expires, value["obtained_at"])]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    tokens = [access] if refresh is None else [access, refresh]
    if not all(isinstance(one, str) and _TOKEN.fullmatch(one) for one in tokens):
        return None
    if moments[1] is None or any(one is not None and one.tzinfo is None for one in moments):
        return None
    expires_at, obtained_at = (None if one is None else one.astimezone(UTC) for one in moments)
    assert obtained_at is not None
    return Stored(access, refresh, expires_at, obtained_at)
