"""Who may do what in a folder: set as a delta, told as a `permission_change` (fact sheet 3.4, 7.2).

A level of `None` takes away: the folder's own entry goes, and what the parent grants is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.domain import SHARED, Domain
from emulator.errors import ApiError
from emulator.perms import BY_LABEL, FolderPerms, Level
from emulator.tree import Folder, Node
from emulator.users import Actor, Group

_PRIV = {"None": "NONE", "Nav": "NAV", "Viewer Only": "VIEW_ONLY", "Viewer": "READ", "Editor": "WRITE"}
"""The events' words; `READ` and `NONE` are in the samples, the others inferred."""
_BUILT_IN = ("All Administrators", "All Power Users")


@dataclass(frozen=True, slots=True)
class Grants:
    """Labels by user name and by group name."""

    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)

    def __sub__(self, other: Grants) -> Grants:
        """What is not the same in the other."""
        return Grants(_without(self.users, other.users), _without(self.groups, other.groups))


@dataclass(frozen=True, slots=True)
class Change:
    """None leaves inheritance as it is."""

    grants: Grants
    inherits: bool | None = None
    keep_parent: bool = False


def shared_folder(node: Node | None) -> Folder:
    """404 for files and for what is not in /Shared: nothing else has permissions."""
    path = "" if node is None else node.path.casefold()
    in_shared = path == SHARED.casefold() or path.startswith(SHARED.casefold() + "/")
    if not isinstance(node, Folder) or not in_shared:
        raise ApiError(404, "Folder does not exist")
    return node


def grants(domain: Domain, folder: Folder) -> Grants:
    """Own and inherited entries, the nearest of each subject, without those of level None."""
    users: dict[str, str] = {}
    groups: dict[str, str] = {}
    at: Folder | None = folder
    while at is not None:
        perms = domain.permissions.by_folder.get(at.folder_id, FolderPerms())
        users = perms.users | users
        groups = perms.groups | groups
        at = at.parent if perms.inherits else None
    return Grants(_granting(users), _granting(groups))


def change_permissions(domain: Domain, actor: Actor, folder: Folder, change: Change) -> None:
    """403 below Owner and for /Shared itself. Subjects that nobody knows are passed over without a word (live, v1)."""
    domain.require(actor.user, folder, Level.OWNER)
    if folder.path.casefold() == SHARED.casefold():
        raise ApiError(403, "Permissions can only be set on folders below /Shared")
    if change.keep_parent and change.inherits is not False:
        raise ApiError(400, "keepParentPermissions needs inheritsPermissions to be false")
    if unknown := {*change.grants.users.values(), *change.grants.groups.values()} - set(BY_LABEL):
        raise ApiError(400, f"Unknown permission {min(unknown)}. Known: {', '.join(BY_LABEL)}")
    known = _known(domain, change.grants)
    before = grants(domain, folder)
    perms = domain.permissions.of(folder.folder_id)
    _set_inheritance(perms, change, before)
    inherited = grants(domain, folder.parent) if perms.inherits and folder.parent is not None else Grants()
    _apply(perms.users, known.users, inherited.users)
    _apply(perms.groups, known.groups, inherited.groups)
    _tell(domain, actor, folder, before, grants(domain, folder))


def _set_inheritance(perms: FolderPerms, change: Change, before: Grants) -> None:
    if change.inherits is False and perms.inherits and change.keep_parent:
        perms.users, perms.groups = dict(before.users), dict(before.groups)
    if change.inherits is not None:
        perms.inherits = change.inherits


def _apply(own: dict[str, str], wanted: dict[str, str], inherited: dict[str, str]) -> None:
    for subject, label in wanted.items():
        if label != "None" or subject in inherited:
            own[subject] = label
        else:
            own.pop(subject, None)


def _known(domain: Domain, wanted: Grants) -> Grants:
    """With user names as they were created."""
    users = {user.username: label for name, label in wanted.users.items() if (user := domain.users.named(name))}
    names = {*_BUILT_IN, *domain.users.groups}
    return Grants(users, {name: label for name, label in wanted.groups.items() if name in names})


def _granting(entries: Mapping[str, str]) -> dict[str, str]:
    return {subject: label for subject, label in entries.items() if label != "None"}


def _without(entries: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {subject: label for subject, label in entries.items() if other.get(subject) != label}


def _tell(domain: Domain, actor: Actor, folder: Folder, before: Grants, after: Grants) -> None:
    """An event for the folder, a webhook notice for each subject. `is_folder` is false, as in the sample (row 39)."""
    gained, lost = after - before, before - after
    changed = [*_entries(domain, "ADD", gained), *_entries(domain, "DELETE", lost)]
    attributes: dict[str, Any] = {
        "changeGroupEvents": [],
        "changePermissionEvent": {"changedPermissions": changed},
        "changeContext": None,
        "targetFolderId": folder.folder_id,
        "groupChange": False,
    }
    data = {"target_path": folder.path, "is_folder": False}
    domain.record(actor, "permission_change", "permission_change", data, paths=(folder.path,), attributes=attributes)
    for subject in sorted({*gained.users, *lost.users}):
        user = domain.users.named(subject)
        assert user is not None, "unknown names are not kept"
        levels = {"newPrivilege": after.users.get(subject, "None"), "oldPrivilege": before.users.get(subject, "None")}
        _notify(domain, actor, folder, {"assignee": subject, "assigneeId": user.id, **levels})
    for subject in sorted({*gained.groups, *lost.groups}):
        levels = {"newPrivilege": after.groups.get(subject, "None"), "oldPrivilege": before.groups.get(subject, "None")}
        _notify(domain, actor, folder, {"groupName": subject, **levels})


def _notify(domain: Domain, actor: Actor, folder: Folder, data: dict[str, Any]) -> None:
    assigner = {"assigner": actor.user.username, "assignerId": actor.user.id}
    domain.notify("permission:permission_change", actor, folder.path, {**data, **assigner, "folderPath": folder.path})


def _entries(domain: Domain, action: str, changed: Grants) -> list[dict[str, Any]]:
    subjects = {f"/user/{_user_id(domain, name)}": label for name, label in changed.users.items()}
    subjects |= {f"/group/{_group_id(domain, name)}": label for name, label in changed.groups.items()}
    return [
        {"action": action, "entry": {"subject": subject, "priv": _PRIV.get(label, label.upper())}}
        for subject, label in subjects.items()
    ]


def _user_id(domain: Domain, name: str) -> int:
    user = domain.users.named(name)
    assert user is not None, "unknown names are not kept"
    return user.id


def _group_id(domain: Domain, name: str) -> str:
    return domain.users.groups.get(name, Group(name, name)).id
