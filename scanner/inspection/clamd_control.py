"""clamd's control commands by pyClamd: is it there, what has it loaded, how long is its queue.

pyClamd must not scan: it answers None both for clean and for a clamd that was killed in mid-scan (clamav.md section 7).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import pyclamd

from scanner.errors import EngineUnavailable

CONTROL_TIMEOUT = 0.5
"""Seconds. pyClamd swallows four time-outs before it gives up, so a frozen clamd costs five of these."""
OLDEST = (1, 0)
"""Of an older one nobody here knows what it says of encrypted files and of limits, and nobody mends it any more: its OK
would be believed for what it did not look into."""
CLAMAV = "ClamAV "
"""What each version begins with."""
_VERSION = re.compile(CLAMAV + r"(\d{1,3})\.(\d{1,3})[ -~]{0,200}")
QUEUE = re.compile(r"^QUEUE: (\d{1,9}) items", re.MULTILINE)

LONGEST_TOLD = 100
"""Characters of an odd answer."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClamdStatus:
    """A snapshot for gauges."""

    up: bool
    version: str = ""
    queue: int | None = None
    """Commands waiting for a thread of clamd's, by STATS; None where none was free to answer in time."""
    signatures_at: datetime | None = None
    """Build time of the loaded signatures; None where clamd does not say (local files only)."""


class _Control(pyclamd.ClamdNetworkSocket):  # type: ignore[misc]  # pyClamd has no types
    """pyClamd over a connection made by us: its own knows no IPv6."""

    def __init__(self, connect: Callable[[float], socket.socket]) -> None:
        self._connect = connect
        self.clamd_socket: socket.socket | None = None

    def _init_socket(self) -> None:
        self.clamd_socket = self._connect(CONTROL_TIMEOUT)


def loaded_version(connect: Callable[[float], socket.socket]) -> str:
    """What VERSION says, after PING was answered. Raises EngineUnavailable, also where it is none to be believed."""
    _ask(connect, lambda control: control.ping())
    version = _ask(connect, lambda control: control.version())
    return version_in(str(version))


def version_in(text: str) -> str:
    """Of an answer to VERSION. Raises EngineUnavailable where it is none, or none to be believed."""
    match = _VERSION.fullmatch(text)
    if match is None:
        raise EngineUnavailable(f"clamd's answer to VERSION is not one: {text[:LONGEST_TOLD]!r}")
    if (int(match[1]), int(match[2])) < OLDEST:
        raise EngineUnavailable(
            f"{match[0]} is too old: its OK may hide what it did not look into; install 1.0 or newer"
        )
    return match[0]


def queue_length(connect: Callable[[float], socket.socket]) -> int | None:
    """Commands waiting in clamd; None where STATS does not say. Raises EngineUnavailable."""
    match = QUEUE.search(str(_ask(connect, lambda control: control.stats())))
    return int(match[1]) if match else None


def ask_reload(connect: Callable[[float], socket.socket]) -> None:
    """RELOAD; the answer says no more than that it was heard. Raises EngineUnavailable."""
    answer = _ask(connect, lambda control: control.reload())
    if answer != "RELOADING":
        raise EngineUnavailable(f"clamd's answer to RELOAD is not one: {answer!r}")


def signature_time(version: str) -> datetime | None:
    """The build time in `ClamAV 1.4.6/27500/Tue Nov 18 09:26:22 2025`. clamd writes it in its own zone without saying
    which; UTC is assumed, as in its image."""
    parts = version.split("/", 2)
    if len(parts) != 3:
        return None
    try:
        return datetime.strptime(parts[2], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _ask(connect: Callable[[float], socket.socket], command: Callable[[_Control], T]) -> T:
    """One command on a connection of its own, closed whatever happens: pyClamd leaves it open on errors."""
    control = _Control(connect)
    try:
        return command(control)
    except (OSError, ValueError, LookupError) as error:
        raise EngineUnavailable(f"clamd does not answer: {error}") from error
    finally:
        if control.clamd_socket is not None:
            control.clamd_socket.close()
