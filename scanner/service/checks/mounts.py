"""What kind of file system a folder lies on. Linux's own table, which needs no rights."""

from __future__ import annotations

import re
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
OVER_A_NETWORK = re.compile(r"nfs\d?|cifs|smb\d?|9p|ceph|glusterfs|lustre|fuse\..*")
OF_THE_CONTAINER = frozenset({"overlay", "aufs"})
"""A container's own layer, which ends with it."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def mounted() -> str:
    """The table; empty where there is none."""
    return TABLE.read_text(errors="replace") if TABLE.exists() else ""


def kind_of(folder: Path, table: str) -> str:
    """The type of the file system, like `ext4`, by the text of TABLE (proc_pid_mountinfo(5)); empty where it does not
    say."""
    found, longest = "", -1
    for line in table.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:
            continue
        place = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[4])
        # A later mount at the same place hides the one before.
        if folder.is_relative_to(place) and len(place) >= longest:
            found, longest = after.split(" ")[0], len(place)
    return found
