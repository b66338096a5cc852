"""Files that a process can no longer open: all but those it is allowed to read, by Landlock (landlock(7)), which needs
no rights and works in containers. What is open already stays open, and so does what is handed over later.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The same on every architecture."""
VERSION = 1
"""The flag that asks for it."""
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many kinds of access to files each version of Landlock knows; the last one holds for all that follow."""
TCP = 0b11
"""To bind and to connect, from version 4 on."""
SCOPES = 0b11
"""Abstract Unix sockets and signals to processes outside, from version 6 on."""

_libc = ctypes.CDLL(None, use_errno=True)


def close_files(readable: Iterable[str]) -> str:
    """Irrevocable, for this thread and all it starts; to be called with no new privileges. Files in the folders
    `readable` can still be read, and nothing be written. Gives why the kernel refuses; empty where it does not."""
    version = _libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(VERSION))
    if version < 1:
        return _why()
    rights = (1 << FILE_RIGHTS.get(version, FILE_RIGHTS[5])) - 1
    attributes = struct.pack("=QQQ", rights, TCP, SCOPES)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = _libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    if rules < 0:
        return _why()
    try:
        for folder in sorted(set(readable)):
            _allow(rules, folder)
        return "" if _libc.syscall(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint(0)) == 0 else _why()
    finally:
        os.close(rules)


def _allow(rules: int, folder: str) -> None:
    """One that is not there cannot be allowed, and need not."""
    try:
        opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = READ_FILE | (READ_DIR if Path(folder).is_dir() else 0)
        beneath = struct.pack("=Qi", rights, opened)
        if _libc.syscall(ADD_RULE, ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), beneath, ctypes.c_uint(0)) != 0:
            raise OSError(ctypes.get_errno(), "landlock_add_rule")
    finally:
        os.close(opened)


def _why() -> str:
    return os.strerror(ctypes.get_errno())
