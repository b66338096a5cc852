"""A comment on a file or folder. It hangs on the id, not the path, so that it follows a move (fact sheet 5.8)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Note:
    id: str
    resource_id: str  # group_id or folder_id
    is_folder: bool
    body: str
    user_id: int
    created: int
