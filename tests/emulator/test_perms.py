from __future__ import annotations

import pytest

from emulator.perms import BY_LABEL, FolderPerms, Level, Permissions
from emulator.tree import Folder
from emulator.users import Directory, Group, User


def effective(top: FolderPerms, below: FolderPerms) -> Level:
    """Of user u in group g (and, as a power user, in All Power Users), two folders deep."""
    users = Directory()
    user = users.add(User(1, "u", "u@example.org", "U", "U"))
    users.groups["g"] = Group("1", "g", {1})
    parent = Folder("top", "top", None, 0, 0)
    permissions = Permissions()
    permissions.by_folder = {"top": top, "below": below}
    return permissions.effective(users, user, Folder("below", "below", parent, 0, 0))


@pytest.mark.parametrize(
    ("top", "below", "level"),
    [
        (FolderPerms(), FolderPerms(), Level.NONE),
        (FolderPerms(users={"u": "Editor"}), FolderPerms(), Level.EDITOR),
        (FolderPerms(users={"u": "Editor"}), FolderPerms(users={"u": "None"}), Level.NONE),
        (FolderPerms(users={"u": "Viewer"}), FolderPerms(users={"u": "Owner"}), Level.OWNER),
        (FolderPerms(users={"u": "Editor"}), FolderPerms(inherits=False), Level.NONE),
        (FolderPerms(groups={"g": "Viewer Only"}), FolderPerms(), Level.VIEWER_ONLY),
        (FolderPerms(groups={"g": "Full"}), FolderPerms(users={"u": "Viewer"}), Level.FULL),
        (FolderPerms(groups={"All Power Users": "Full"}), FolderPerms(groups={"All Power Users": "Nav"}), Level.NAV),
        (FolderPerms(groups={"All Administrators": "Owner"}), FolderPerms(), Level.NONE),
    ],
)
def test_nearest_entry_for_each_subject_then_the_highest(top: FolderPerms, below: FolderPerms, level: Level) -> None:
    assert effective(top, below) is level


def test_labels_are_those_of_the_api() -> None:
    assert list(BY_LABEL) == ["None", "Nav", "Viewer Only", "Viewer", "Editor", "Full", "Owner"]


def test_what_is_saved_comes_back() -> None:
    permissions = Permissions()
    permissions.of("f").users["u"] = "Full"
    copy = Permissions()
    copy.load(permissions.dump())
    assert copy.by_folder == permissions.by_folder
