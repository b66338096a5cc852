"""What a receiver of notices is to the service: something that takes one, or says why not."""

from __future__ import annotations

import asyncio
import contextlib
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


class NotTrusted(NotTaken):
    """Somebody answers there whose certificate is not one to be trusted."""


class Receiver(Protocol):
    """`name` as in the settings."""

    @property
    def name(self) -> str: ...

    async def take(self, notice: Notice) -> None:
        """Hand one over. Raises NotTaken."""
        ...

    async def contact(self) -> bool:
        """Connect as for handing over, and hand over nothing. False where nobody would answer, so that nothing is known
        by it. Raises NotTaken, and NotTrusted."""
        ...

    async def close(self) -> None: ...


async def connect_and_leave(host: str, port: int, tls: ssl.SSLContext | None) -> None:
    """Not a byte is sent but those of TLS. Raises NotTaken, and NotTrusted."""
    try:
        async with asyncio.timeout(TIMEOUT):
            _, writer = await asyncio.open_connection(host, port, ssl=tls, server_hostname=host if tls else None)
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(f"its certificate is not to be trusted: {error.verify_message}") from error
    except (OSError, TimeoutError, UnicodeError) as error:
        raise NotTaken(f"no connection: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """In words, of which the system's go first."""
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT:g} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def tls_of(name: str, ca_file: Path | None) -> ssl.SSLContext:
    """Raises ConfigurationError where the CA file holds no certificates."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        what = "the CA file cannot be read or holds no certificates"
        raise ConfigurationError([Problem(f"notify, {name}", what, "Give PEM certificates.")]) from error
