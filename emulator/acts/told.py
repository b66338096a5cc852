"""The events and webhook notices of acts on files and folders: their `data` differs by action (fact sheet 3.4)."""

from __future__ import annotations

from typing import Any

from emulator import names
from emulator.domain import Domain
from emulator.tree import File, Node
from emulator.users import Actor

_WEBHOOK = {"create": "add", "move": "move", "rename": "move", "copy": "copy", "delete": "delete"}


def appeared(domain: Domain, actor: Actor, node: Node, action: str = "create") -> None:
    """A first upload, a new version, a new folder, or something restored."""
    _record(domain, actor, action, target(node, node.path))
    if action == "create":
        _notify(domain, actor, "create", node)


def restored(domain: Domain, actor: Actor, node: Node) -> None:
    for each in _affected(domain, node):
        appeared(domain, actor, each, domain.switches.restore_event)
    domain.notify("fs:restore_from_trash", actor, node.path, _notice_data(node, node.path))


def deleted(domain: Domain, actor: Actor, node: Node) -> None:
    """Told before the node leaves the tree. No object_detail: there is nothing to look at any more."""
    for each in _affected(domain, node):
        data = target(each, each.path)
        if not domain.switches.delete_target_id:
            data.pop("target_id", None)
        _record(domain, actor, "delete", data)
    _notify(domain, actor, "delete", node)


def moved(domain: Domain, actor: Actor, node: Node, source_path: str, action: str) -> None:
    """`move` or `rename`: one set of ids, and where it came from."""
    for each in _affected(domain, node):
        path = each.path
        old = source_path + path[len(node.path) :]
        _record(domain, actor, action, {"source_path": old, **_moved_ids(domain, each, path)}, old)
    _notify(domain, actor, action, node, source_path)


def copied(domain: Domain, actor: Actor, pairs: list[tuple[Node, Node]]) -> None:
    """Pairs of original and copy, the topmost first; ids differ on both sides."""
    told = pairs if domain.switches.folder_events == "per_child" else pairs[:1]
    for original, copy in told:
        source = original.path
        _record(domain, actor, "copy", {"source_path": source, **_copied_ids(original, copy)}, source)
    top, made = pairs[0]
    _notify(domain, actor, "copy", made, top.path)


def target(node: Node, path: str) -> dict[str, Any]:
    if isinstance(node, File):
        ids = {"target_id": node.current.entry_id, "target_group_id": node.group_id}
        return {"target_path": path, **ids, "is_folder": False}
    return {"target_path": path, "folder_id": node.folder_id, "is_folder": True}


def _moved_ids(domain: Domain, node: Node, path: str) -> dict[str, Any]:
    if not isinstance(node, File):
        ids = {"source_id": node.folder_id, "target_id": node.folder_id}
        return {"target_path": path, **ids, "is_folder": True}
    data = target(node, path)
    if domain.switches.move_source_ids:
        data |= {"source_id": node.current.entry_id, "source_group_id": node.group_id}
    return data


def _copied_ids(original: Node, copy: Node) -> dict[str, Any]:
    if isinstance(original, File):
        ids = {"source_id": original.current.entry_id, "source_group_id": original.group_id}
        return {**ids, **target(copy, copy.path)}
    assert not isinstance(copy, File)
    ids = {"source_id": original.folder_id, "target_id": copy.folder_id}
    return {"target_path": copy.path, **ids, "is_folder": True}


def _affected(domain: Domain, node: Node) -> list[Node]:
    """The node; with the switch `folder_events` also all below it (row 4)."""
    if isinstance(node, File) or domain.switches.folder_events == "one":
        return [node]
    return [node, *node.walk()]


def _record(domain: Domain, actor: Actor, action: str, data: dict[str, Any], source_path: str = "") -> None:
    path = data["target_path"]
    detail = None if action == "delete" else f"/pubapi/v1/fs{names.encode(path)}"
    paths = (source_path, path) if source_path else (path,)
    domain.record(actor, "file_system", action, data, paths=paths, object_path=detail)


def _notify(domain: Domain, actor: Actor, action: str, node: Node, source_path: str = "") -> None:
    kind = "file" if isinstance(node, File) else "folder"
    path = node.path
    data = _notice_data(node, path)
    if source_path:
        data["sourcePath"] = source_path
    domain.notify(f"fs:{_WEBHOOK[action]}_{kind}", actor, path, data)


def _notice_data(node: Node, path: str) -> dict[str, Any]:
    if isinstance(node, File):
        return {"targetPath": path, "targetGroupId": node.group_id, "targetEntryId": node.current.entry_id}
    return {"targetPath": path, "targetFolderId": node.folder_id}
