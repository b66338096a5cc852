"""Folder permissions and what they add up to. Files have those of their folder (fact sheet 7.2).

Per subject (the user, each of its groups) the nearest folder with an entry decides; over subjects the highest counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any

from emulator.tree import Folder
from emulator.users import Directory, User


class Level(IntEnum):
    NONE = 0
    NAV = 1
    VIEWER_ONLY = 2
    VIEWER = 3
    EDITOR = 4
    FULL = 5
    OWNER = 6

    @property
    def label(self) -> str:
        """As the API spells it: `Viewer Only`."""
        return self.name.replace("_", " ").title()


BY_LABEL = {level.label: level for level in Level}


@dataclass(slots=True)
class FolderPerms:
    """Labels by user name and by group name. `None` is an entry too: it hides what the parent grants."""

    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    inherits: bool = True


class Permissions:
    def __init__(self) -> None:
        self.by_folder: dict[str, FolderPerms] = {}

    def of(self, folder_id: str) -> FolderPerms:
        return self.by_folder.setdefault(folder_id, FolderPerms())

    def effective(self, users: Directory, user: User, folder: Folder) -> Level:
        """Without the rule for admins and /Private: see Domain.permission."""
        names = [group.name for group in users.groups_of(user)]
        best = self._nearest(folder, user.username, group=False)
        return max([best, *(self._nearest(folder, name, group=True) for name in names)])

    def _nearest(self, folder: Folder, subject: str, *, group: bool) -> Level:
        at: Folder | None = folder
        while at is not None:
            perms = self.by_folder.get(at.folder_id)
            if perms is not None:
                entries = perms.groups if group else perms.users
                if subject in entries:
                    return BY_LABEL[entries[subject]]
                if not perms.inherits:
                    return Level.NONE
            at = at.parent
        return Level.NONE

    def dump(self) -> dict[str, Any]:
        return {folder_id: asdict(perms) for folder_id, perms in self.by_folder.items()}

    def load(self, saved: dict[str, Any]) -> None:
        self.by_folder = {folder_id: FolderPerms(**row) for folder_id, row in saved.items()}
