"""What a receiver of notices is to the service: something that takes one, or says why not."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scanner.errors import ConfigurationError, Problem, ScannerError

TIMEOUT = 10.0
"""Seconds for connecting, and again for handing over."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One event for one receiver."""

    id: int
    receiver: str
    event: dict[str, Any]
    tries: int = 0


class NotTaken(ScannerError):
    """The receiver is away or refuses; the same notice may be taken later."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after
        """Seconds to wait, as the receiver asked."""


class Receiver(Protocol):
    """`name` as in the settings."""

    @property
    def name(self) -> str: ...

    async def take(self, notice: Notice) -> None:
        """Hand one over. Raises NotTaken."""
        ...

    async def close(self) -> None: ...


def tls_of(name: str, ca_file: Path | None) -> ssl.SSLContext:
    """Raises ConfigurationError where the CA file holds no certificates."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        what = "the CA file cannot be read or holds no certificates"
        raise ConfigurationError([Problem(f"notify, {name}", what, "Give PEM certificates.")]) from error
