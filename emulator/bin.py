"""What lies in the trash: whole files, whole folders, single versions. Acts on it are in acts/removal.py."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from emulator.tree import Node, Version


@dataclass(slots=True, eq=False)
class TrashItem:
    """`node` is set for files and folders; `version` for a version, with the `group_id` of its file."""

    id: str
    kind: str  # file | folder | version
    path: str
    name: str
    size: int
    owner: str  # user name
    deleted_by: int
    deleted: int
    purge: int
    last_modified: int
    node: Node | None = None
    version: Version | None = None
    group_id: str = ""
    retained: bool = False  # a retention policy forbids the purge


def trash_id(unique: str, now: int, kind: str) -> str:
    """Opaque to clients; the official sample decodes to these three parts."""
    return b64encode(f"{unique}|{now}|{kind}".encode()).decode().rstrip("=")
