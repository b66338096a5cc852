"""Move, rename and copy. A move keeps ids and versions and never overwrites; a copy has new ids and one version."""

from __future__ import annotations

from emulator import names
from emulator.acts import told
from emulator.acts.place import check_movable, check_unlocked, free_place
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.perms import Level
from emulator.tree import File, Folder, Node, Version
from emulator.users import Actor


def move(domain: Domain, actor: Actor, node: Node, destination: str) -> Node:
    """To a full path including the new name. Within its folder it is a rename: on files Editor suffices for that."""
    destination = names.normal(destination)
    check_movable(domain, actor, node)
    parent, name = free_place(domain, destination, folder=isinstance(node, Folder), moving=node)
    renaming = parent is node.parent
    domain.require(actor.user, node, Level.EDITOR if renaming and isinstance(node, File) else Level.FULL)
    domain.require(actor.user, parent, Level.EDITOR)
    check_unlocked(domain, actor, node)
    _check_not_inside(node, parent)
    source_path = node.path
    domain.tree.detach(node)
    node.name = name
    domain.tree.attach(node, parent)
    _after_move(domain, node)
    told.moved(domain, actor, node, source_path, domain.switches.rename_event if renaming else "move")
    return node


def copy(domain: Domain, actor: Actor, node: Node, destination: str) -> Node:
    """Current versions only; comments, links and metadata stay with the original."""
    destination = names.normal(destination)
    domain.require(actor.user, node, Level.VIEWER)
    parent, name = free_place(domain, destination, folder=isinstance(node, Folder))
    domain.require(actor.user, parent, Level.EDITOR)
    _check_not_inside(node, parent)
    pairs = _duplicate(domain, actor, node, parent, name)
    told.copied(domain, actor, pairs)
    return pairs[0][1]


def _after_move(domain: Domain, node: Node) -> None:
    """The two open questions about a move: rows 21 and 22."""
    below: list[Node] = [node] if isinstance(node, File) else [node, *node.walk()]
    files = [each for each in below if isinstance(each, File)]
    if domain.switches.move_entry_id == "new":
        for file in files:
            del domain.tree.entries[file.current.entry_id]
            file.current.entry_id = domain.ids.uuid()
            domain.tree.entries[file.current.entry_id] = file
    if domain.switches.move_links == "die":
        dead = {each.group_id if isinstance(each, File) else each.folder_id for each in below}
        rows = domain.links.rows
        domain.links.rows = {key: link for key, link in rows.items() if link.resource_id not in dead}


def _check_not_inside(node: Node, parent: Folder) -> None:
    at: Folder | None = parent
    while at is not None:
        if at is node:
            raise ApiError(409, f"The folder {node.path} cannot be put into itself")
        at = at.parent


def _duplicate(domain: Domain, actor: Actor, node: Node, parent: Folder, name: str) -> list[tuple[Node, Node]]:
    """Originals with their copies, the topmost first."""
    if isinstance(node, File):
        return [(node, _duplicate_file(domain, actor, node, parent, name))]
    made = domain.new_folder(parent, name)
    pairs: list[tuple[Node, Node]] = [(node, made)]
    children: list[Node] = [*node.folders.values(), *node.files.values()]
    for child in children:
        pairs += _duplicate(domain, actor, child, made, child.name)
    return pairs


def _duplicate_file(domain: Domain, actor: Actor, file: File, parent: Folder, name: str) -> File:
    now = domain.clock.now()
    source = file.current
    version = Version(domain.ids.uuid(), source.blob, source.checksum, source.last_modified, now, actor.user.username)
    copy = File(domain.ids.uuid(), name, parent, [version])
    domain.tree.attach(copy, parent)
    parent.last_modified = now
    return copy
