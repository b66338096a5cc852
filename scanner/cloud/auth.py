"""The access token from its file. Whoever renews it writes the file; we read it at the start and after a refusal.

One object is asked by the event loop and by the worker threads.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Protocol

from scanner.errors import ConfigurationError, Problem

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_LONGEST = 4_200


class Tokens(Protocol):
    """Where the access token comes from."""

    @property
    def current(self) -> str:
        """The token; not to be logged."""

    def renew(self, refused: str) -> bool:
        """After `refused` was not accepted. True where there is another token to try. May block."""


class TokenFile:
    """Raises ConfigurationError at the start where the file holds no token."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._token = self._read()

    @property
    def current(self) -> str:
        """The token; not to be logged."""
        return self._token

    def renew(self, refused: str) -> bool:
        """Read the file again after `refused` was not accepted. True where there is another token to try."""
        with self._lock:
            if self._token == refused:
                try:
                    self._token = self._read()
                except ConfigurationError:
                    return False
            return self._token != refused

    def _read(self) -> str:
        return secret_in(self._path, "token", "access token")


def secret_in(path: Path, what: str, full: str = "") -> str:
    """The one word in a file: a token, a client id, a client secret. Raises ConfigurationError, which never has it."""
    remedy = f"Put the {full or what} alone into the file, and check its rights."
    try:
        with path.open("rb") as file:
            found = file.read(_LONGEST).decode("ascii", "replace").strip()
    except OSError as error:
        raise ConfigurationError(
            [Problem(str(path), f"the {what} file cannot be read: {error.strerror}", remedy)]
        ) from error
    if not _TOKEN.fullmatch(found):
        raise ConfigurationError([Problem(str(path), f"the {what} file does not hold one {what}", remedy)])
    return found
