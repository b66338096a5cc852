"""Calls of the kernel that a process can no longer make, by a filter (seccomp(2)), which needs no rights and works in
containers, where namespaces mostly are refused: no sockets, programs, processes, signals, and nothing of another's.

Whoever takes a parser over has what the parser needs: to read what is open, to write what it was handed, to answer.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass

PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | errno.EPERM
UNKNOWN = 0x00050000 | errno.ENOSYS
LOAD, IS, AT_LEAST, HAS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Load a word; jump where it is equal, at least, or has any of these bits; end (linux/bpf_common.h)."""
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Where they stand in what the kernel shows of a call (linux/seccomp.h); of the argument the lower half."""
CLONE_THREAD = 0x00010000
X32 = 0x40000000
"""From here on, calls of another convention on x86-64 have their numbers."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One architecture: as the kernel's audit calls it, and its numbers of calls by name."""

    audit: int
    refused: dict[str, int]
    clone: int
    of_own: dict[str, int]
    """Calls whose first argument may name this very process."""


CLONE3 = 435
"""On every architecture. A filter cannot see its flags; the C library goes on with clone where it is unknown."""
EVERYWHERE = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "pidfd_open": 434,
    "pidfd_getfd": 438,
}
X86_64 = Machine(
    0xC000003E,
    EVERYWHERE
    | {
        "socket": 41,
        "connect": 42,
        "accept": 43,
        "bind": 49,
        "listen": 50,
        "socketpair": 53,
        "fork": 57,
        "vfork": 58,
        "execve": 59,
        "ptrace": 101,
        "rt_sigqueueinfo": 129,
        "mknod": 133,
        "pivot_root": 155,
        "chroot": 161,
        "mount": 165,
        "umount2": 166,
        "init_module": 175,
        "kexec_load": 246,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "mknodat": 259,
        "unshare": 272,
        "accept4": 288,
        "rt_tgsigqueueinfo": 297,
        "perf_event_open": 298,
        "name_to_handle_at": 303,
        "open_by_handle_at": 304,
        "setns": 308,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "finit_module": 313,
        "bpf": 321,
        "execveat": 322,
        "userfaultfd": 323,
    },
    clone=56,
    of_own={"kill": 62, "tkill": 200, "tgkill": 234, "prlimit64": 302},
)
AARCH64 = Machine(
    0xC00000B7,
    EVERYWHERE
    | {
        "mknodat": 33,
        "umount2": 39,
        "mount": 40,
        "pivot_root": 41,
        "chroot": 51,
        "unshare": 97,
        "kexec_load": 104,
        "init_module": 105,
        "ptrace": 117,
        "rt_sigqueueinfo": 138,
        "socket": 198,
        "socketpair": 199,
        "bind": 200,
        "listen": 201,
        "accept": 202,
        "connect": 203,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "execve": 221,
        "rt_tgsigqueueinfo": 240,
        "perf_event_open": 241,
        "accept4": 242,
        "name_to_handle_at": 264,
        "open_by_handle_at": 265,
        "setns": 268,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "finit_module": 273,
        "bpf": 280,
        "execveat": 281,
        "userfaultfd": 282,
    },
    clone=220,
    of_own={"kill": 129, "tkill": 130, "tgkill": 131, "prlimit64": 261},
)
MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close_calls() -> str:
    """Irrevocable, for this process and its threads; to be called with no new privileges. Gives why it is not so; empty
    where it is."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return f"not known for {platform.machine()}"
    written = b"".join(filter_for(machine, os.getpid()))
    program = _Program(len(written) // 8, written)
    if _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), ctypes.byref(program), 0, 0) != 0:
        return os.strerror(ctypes.get_errno())
    return ""


def filter_for(machine: Machine, process: int) -> Iterator[bytes]:
    """Its instructions. Refused calls fail as where a right is missing."""
    yield _do(LOAD, ARCHITECTURE)
    yield _do(IS, machine.audit, 1, 0)
    yield _do(RETURN, KILL)
    yield _do(LOAD, NUMBER)
    if machine is X86_64:
        yield from (_do(AT_LEAST, X32, 0, 1), _do(RETURN, UNKNOWN))
    for number in machine.refused.values():
        yield from (_do(IS, number, 0, 1), _do(RETURN, REFUSE))
    yield from (_do(IS, CLONE3, 0, 1), _do(RETURN, UNKNOWN))
    # A thread shares what its process has, and the filter.
    yield from (_do(IS, machine.clone, 0, 4), _do(LOAD, FIRST_ARGUMENT))
    yield from (_do(HAS, CLONE_THREAD, 0, 1), _do(RETURN, ALLOW), _do(RETURN, REFUSE))
    for name, number in machine.of_own.items():
        # To prlimit64, nought is the process itself; to kill, all of its group.
        own = 0 if name == "prlimit64" else process
        yield from (_do(IS, number, 0, 5), _do(LOAD, FIRST_ARGUMENT))
        yield from (_do(IS, process, 1, 0), _do(IS, own, 0, 1), _do(RETURN, ALLOW), _do(RETURN, REFUSE))
    yield _do(RETURN, ALLOW)


def _do(what: int, operand: int, where_true: int = 0, where_false: int = 0) -> bytes:
    """One instruction (struct sock_filter): how many to skip, either way."""
    return struct.pack("=HBBI", what, where_true, where_false, operand)
