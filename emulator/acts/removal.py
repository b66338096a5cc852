"""Delete, restore, purge, prune. What is deleted lies in the trash with all its versions.

Some of it shows in no event (row 7): neither deleting one version, nor a purge, nor pruning is known to be an event.
"""

from __future__ import annotations

from emulator import names
from emulator.acts import told
from emulator.acts.place import check_movable, check_unlocked
from emulator.bin import TrashItem, trash_id
from emulator.clock import DAY_MS
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.perms import Level
from emulator.tree import File, Folder, Node, Version
from emulator.users import Actor


def delete(domain: Domain, actor: Actor, node: Node) -> TrashItem:
    """403 below Full, 403/409 where somebody else holds a lock. Folders go with all that is in them."""
    domain.require(actor.user, node, Level.FULL)
    check_movable(domain, actor, node)
    check_unlocked(domain, actor, node)
    item = _item(domain, actor, node.path, node.name)
    if isinstance(node, File):
        item.kind, item.size, item.last_modified = "file", node.current.size, node.current.last_modified
        item.owner = node.current.uploaded_by
    else:
        item.kind, item.last_modified = "folder", node.last_modified
        item.size = sum(file.current.size for file in node.walk() if isinstance(file, File))
    item.node = node
    told.deleted(domain, actor, node)
    domain.tree.detach(node)
    return _keep(domain, item)


def delete_version(domain: Domain, actor: Actor, file: File, entry_id: str) -> TrashItem:
    """The previous version becomes current; with the last version goes the file."""
    version = file.version(entry_id)
    if version is None:
        raise ApiError(404, "Item does not exist")
    if len(file.versions) == 1:
        return delete(domain, actor, file)
    domain.require(actor.user, file, Level.FULL)
    check_unlocked(domain, actor, file)
    return _drop_version(domain, actor, file, version)


def trim_versions(domain: Domain, actor: Actor, file: File) -> None:
    """Applies the switch `version_limit`: the oldest beyond it go to the trash (fact sheet 5.10)."""
    limit = domain.switches.version_limit
    while limit and len(file.versions) > limit:
        _drop_version(domain, actor, file, file.versions[0])


def prune_versions(domain: Domain, file: File, keep: int = 1) -> list[str]:
    """Version pruning: all but the newest `keep` go, *without* trash; returns their entry ids."""
    gone = file.versions[: max(0, len(file.versions) - max(1, keep))]
    for version in gone:
        domain.tree.remove_version(file, version)
    domain.changes += 1
    return [version.entry_id for version in gone]


def restore(domain: Domain, actor: Actor, item_id: str) -> None:
    """Back to its path: 409 where that is taken (row 29), 404 where the item or its folder is gone."""
    item = trashed(domain, item_id)
    if item.version is not None:
        _restore_version(domain, item)
        return
    assert item.node is not None
    parent = domain.tree.find(names.split(item.path)[0])
    if not isinstance(parent, Folder):
        raise ApiError(404, f"The folder of {item.path} does not exist")
    if parent.child(item.name) is not None:
        raise ApiError(409, f"An item with this name already exists at {item.path}")
    if domain.switches.restore_ids == "new":
        _renumber(domain, item.node)
    del domain.trash[item_id]
    domain.tree.attach(item.node, parent)
    told.restored(domain, actor, item.node)


def purge(domain: Domain, actor: Actor, item_id: str) -> None:
    """For good; 403 while a retention policy holds it."""
    item = trashed(domain, item_id)
    if item.retained:
        raise ApiError(403, "The item is held by a retention policy")
    del domain.trash[item_id]
    domain.notify("fs:delete_from_trash", actor, item.path, {"targetPath": item.path})


def trashed(domain: Domain, item_id: str) -> TrashItem:
    """404 also for what the trash has let go by its purge date."""
    item = domain.trash.get(item_id)
    if item is None or (domain.clock.now() >= item.purge and not item.retained):
        raise ApiError(404, "Item does not exist")
    return item


def _drop_version(domain: Domain, actor: Actor, file: File, version: Version) -> TrashItem:
    item = _item(domain, actor, file.path, file.name)
    item.size, item.last_modified, item.owner = version.size, version.last_modified, version.uploaded_by
    item.version, item.group_id = version, file.group_id
    domain.tree.remove_version(file, version)
    return _keep(domain, item)


def _restore_version(domain: Domain, item: TrashItem) -> None:
    assert item.version is not None
    file = domain.tree.files.get(item.group_id)
    if file is None:
        raise ApiError(404, f"The file {item.path} does not exist")
    del domain.trash[item.id]
    domain.tree.add_version(file, item.version)
    file.versions.sort(key=lambda version: version.uploaded)
    domain.changes += 1


def _renumber(domain: Domain, node: Node) -> None:
    """New ids for something outside the tree."""
    for each in [node] if isinstance(node, File) else [node, *node.walk()]:
        if isinstance(each, Folder):
            each.folder_id = domain.ids.uuid()
            continue
        each.group_id = domain.ids.uuid()
        for version in each.versions:
            version.entry_id = domain.ids.uuid()


def _item(domain: Domain, actor: Actor, path: str, name: str) -> TrashItem:
    now = domain.clock.now()
    purge_at = now + domain.switches.trash_days * DAY_MS
    return TrashItem("", "version", path, name, 0, actor.user.username, actor.user.id, now, purge_at, now)


def _keep(domain: Domain, item: TrashItem) -> TrashItem:
    item.id = trash_id(domain.ids.uuid(), item.deleted, item.kind)
    domain.trash[item.id] = item
    domain.changes += 1
    return item
