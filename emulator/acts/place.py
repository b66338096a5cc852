"""Where something may be: the checks on a target path that add_folder, upload, move, copy and restore share."""

from __future__ import annotations

from emulator import names
from emulator.acts.locks import active_lock
from emulator.domain import PRIVATE, SHARED, Domain
from emulator.errors import ApiError
from emulator.tree import File, Folder, Node
from emulator.users import Actor


def existing(domain: Domain, path: str) -> Node:
    """404 where there is nothing."""
    node = domain.tree.find(path)
    if node is None:
        raise ApiError(404, "Item does not exist")
    return node


def check_location(domain: Domain, path: str, *, folder: bool) -> None:
    """409 outside /Shared and /Private (live), for folders directly in /Private, and for files in either root."""
    parts = path.casefold().split("/")[1:]
    depth = len(parts)
    root = f"/{parts[0]}"
    if root not in (SHARED.casefold(), PRIVATE.casefold()) or depth < 2:
        raise ApiError(409, f"The path {path} is invalid")
    in_root = depth == 2
    loose_file = not folder and domain.switches.files_in_shared == "refuse"
    if in_root and (root == PRIVATE.casefold() or loose_file):
        raise ApiError(409, f"The path {path} is invalid")


def parent_of(domain: Domain, path: str) -> Folder:
    """The folder that a path would be in: never made on the way (row 35)."""
    parent = domain.tree.find(names.split(path)[0])
    if not isinstance(parent, Folder):
        raise ApiError(domain.switches.missing_parent_status, "Parent folder does not exist")
    return parent


def free_place(domain: Domain, path: str, *, folder: bool, moving: Node | None = None) -> tuple[Folder, str]:
    """Parent and name for a target of move or copy. Nothing is overwritten (row 20); changing only the case is fine."""
    names.check_path(path)
    check_location(domain, path, folder=folder)
    parent = parent_of(domain, path)
    name = names.split(path)[1]
    names.check_name(name, folder=folder)
    taken = parent.child(name)
    if taken is not None and taken is not moving:
        raise ApiError(domain.switches.conflict_status, f"The destination {path} already exists")
    return parent, name


def check_unlocked(domain: Domain, actor: Actor, node: Node) -> None:
    """Files locked by somebody else can be neither changed, moved nor deleted (row 24)."""
    if not isinstance(node, File):
        return
    lock = active_lock(domain, node)
    if lock is not None and lock.owner_id != actor.user.id:
        raise ApiError(domain.switches.locked_status, f"The file {node.path} is locked by another user")


def check_movable(domain: Domain, actor: Actor, node: Node) -> None:
    """The roots and personal folders stay; a folder fixed with restrict_move_delete is for owners only."""
    if isinstance(node, File):
        return
    roots = (SHARED.casefold(), PRIVATE.casefold())
    path = node.path.casefold()
    if path == "/" or path in roots or names.split(path)[0] == roots[1]:
        raise ApiError(403, f"The folder {node.path} can be neither moved nor deleted")
    if node.options.restrict_move_delete and domain.permission(actor.user, node).name != "OWNER":
        raise ApiError(403, f"Moving and deleting the folder {node.path} is restricted to its owners")
