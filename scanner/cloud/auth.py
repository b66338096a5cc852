"""The access token from its file. Whoever renews it writes the file; we read it at the start and after a refusal.

One object is asked by the event loop and by the worker threads.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path

from scanner.errors import ConfigurationError, Problem

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_LONGEST = 4_200


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
        try:
            with self._path.open("rb") as file:
                token = file.read(_LONGEST).decode("ascii", "replace").strip()
        except OSError as error:
            raise self._problem(f"cannot be read: {error.strerror}") from error
        if not _TOKEN.fullmatch(token):
            raise self._problem("does not hold one token")
        return token

    def _problem(self, what: str) -> ConfigurationError:
        remedy = "Put the access token alone into the file, and check its rights."
        return ConfigurationError([Problem(str(self._path), f"the token file {what}", remedy)])
