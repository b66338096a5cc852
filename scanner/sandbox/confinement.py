"""How a process shuts itself in: no network, no new rights, no life beyond the service's. Linux only.

Each part that the kernel refuses (many containers do not let a process make namespaces) is told, never fatal: the
limits, the deadline and the process group hold without it.
"""

from __future__ import annotations

import ctypes
import os
import signal
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CAPABILITIES_V3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Confinement:
    """How well one process is shut in."""

    network: str = ""
    """Why it could still reach the network; empty where it cannot."""

    @property
    def complete(self) -> bool:
        return not self.network


def confine() -> Confinement:
    """Irrevocable. To be called while the process has one thread: the kernel gives no namespace to several."""
    parent = os.getppid()
    network = _leave_network()
    _drop_capabilities()
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    # Last: a change of rights, such as a new namespace, would clear it.
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("the service has gone")
    return Confinement(network)


def _leave_network() -> str:
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        return ""
    return os.strerror(ctypes.get_errno())


def _drop_capabilities() -> None:
    """A new user namespace comes with all capabilities inside it: more of the kernel to attack."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0)
    if _libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")
