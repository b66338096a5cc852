"""How a process shuts itself in: no network, no files, no new rights, no life beyond the service's. Linux only.

Each part that the kernel refuses (many containers do not let a process make namespaces) is told, never fatal: the
limits, the deadline and the process group hold without it. Without files and calls, whoever takes a parser over cannot
read the token, or the memory of the service, which runs as the same user.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from scanner.sandbox.landlock import close_files
from scanner.sandbox.seccomp import close_calls

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CAPABILITIES_V3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Confinement:
    """How well one process is shut in: for each part why it is not, in the kernel's words; empty where it is."""

    network: str = ""
    """It could still reach the network: neither a namespace of its own nor a filter of calls was granted."""
    files: str = ""
    """It could still open what its user may."""
    calls: str = ""
    """It could still start programs, and signal or read other processes of its user."""

    @property
    def complete(self) -> bool:
        return not (self.network or self.files or self.calls)


def confine(readable: Iterable[str] = ()) -> Confinement:
    """Irrevocable. To be called while the process has one thread: the kernel gives no namespace to several. Files in
    the folders `readable`, and in those that Python imports from, can still be read."""
    parent = os.getppid()
    network = _leave_network()
    _drop_capabilities()
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    # After that: a change of rights, such as a new namespace, would clear it.
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("the service has gone")
    files = close_files((*readable, *_imported_from()))
    calls = close_calls()
    return Confinement(network if calls else "", files, calls)


def _imported_from() -> tuple[str, ...]:
    """Modules and shared libraries; some are imported when they are first needed."""
    libraries = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/misc", os.devnull)
    folders = (*sys.path, f"{sys.base_prefix}/lib", f"{sys.prefix}/lib", *libraries)
    return tuple(folder for folder in folders if folder not in ("", "/"))


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
