"""The state folder: a JSON snapshot beside the blobs, so that a restart finds tree, versions, events, notes, links.

The snapshot is replaced as a whole (written aside, then renamed) after the blobs it names are there: a crash leaves
the one before. What happened since, at most a second or so, is lost; chunked uploads under way are too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from emulator.bin import TrashItem
from emulator.blobs import Blob, FileBlob, MemoryBlob, PatternBlob
from emulator.domain import Domain
from emulator.tree import File, Folder, FolderOptions, Lock, Node, Tree, Version

SNAPSHOT = "state.json"
BLOBS = "blobs"
FORMAT = 1


def load(folder: Path, *, qps: int = 2, daily: int = 1_000) -> Domain:
    """A domain whose large content lies in the folder; with what a snapshot there says, if there is one."""
    blobs = folder / BLOBS
    domain = Domain(blob_folder=blobs, qps=qps, daily=daily)
    path = folder / SNAPSHOT
    if path.exists():
        saved = json.loads(path.read_text())
        if saved["format"] != FORMAT:
            raise ValueError(f"{path} has format {saved['format']}, this emulator reads {FORMAT}: use an empty folder")
        _fill(domain, saved)
    return domain


def save(domain: Domain, folder: Path) -> None:
    """Writes blobs and snapshot, and removes blobs that nothing refers to. Blocks."""
    write(snapshot(domain), held_blobs(domain), folder)


def snapshot(domain: Domain) -> dict[str, Any]:
    """Everything but bytes, as JSON values. Quick; must run where the domain lives."""
    return {
        "format": FORMAT,
        "ids": domain.ids.count,
        "clock_offset": domain.clock.offset,
        "root": _dump_folder(domain.tree.root),
        "users": domain.users.dump(),
        "tokens": domain.tokens.dump(),
        "events": domain.events.dump(),
        "permissions": domain.permissions.dump(),
        "notes": domain.notes.dump(),
        "links": domain.links.dump(),
        "webhooks": domain.webhooks.dump(),
        "properties": domain.properties.dump(),
        "switches": domain.switches.dump(),
        "trash": [_dump_trash(item) for item in domain.trash.values()],
    }


def held_blobs(domain: Domain) -> dict[str, Blob]:
    """By SHA-512, what the tree and the trash refer to."""
    return {version.blob.sha512: version.blob for version in _versions(domain)}


def write(state: dict[str, Any], blobs: dict[str, Blob], folder: Path) -> None:
    """May run in a thread: touches no domain."""
    blob_folder = folder / BLOBS
    blob_folder.mkdir(parents=True, exist_ok=True)
    for digest, blob in blobs.items():
        if isinstance(blob, MemoryBlob) and not (blob_folder / digest).exists():
            _replace(blob_folder / digest, blob.data)
    _replace(folder / SNAPSHOT, json.dumps(state, separators=(",", ":")).encode())


def sweep(domain: Domain, folder: Path) -> None:
    """Removes blobs that nothing refers to. Only while nothing is being uploaded: at start and at the end."""
    held = held_blobs(domain)
    for path in (folder / BLOBS).iterdir():
        if path.name not in held:
            path.unlink()


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(path.name + ".new")
    with aside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)


def _versions(domain: Domain) -> Iterator[Version]:
    nodes: list[Node] = list(domain.tree.root.walk())
    for item in domain.trash.values():
        if item.version is not None:
            yield item.version
        if item.node is not None:
            nodes += [item.node] if isinstance(item.node, File) else [item.node, *item.node.walk()]
    for node in nodes:
        if isinstance(node, File):
            yield from node.versions


def _dump_folder(folder: Folder) -> dict[str, Any]:
    return {
        "folder_id": folder.folder_id,
        "name": folder.name,
        "created": folder.created,
        "last_modified": folder.last_modified,
        "options": asdict(folder.options),
        "folders": [_dump_folder(child) for child in folder.folders.values()],
        "files": [_dump_file(child) for child in folder.files.values()],
    }


def _dump_file(file: File) -> dict[str, Any]:
    return {
        "group_id": file.group_id,
        "name": file.name,
        "versions": [_dump_version(version) for version in file.versions],
        "lock": None if file.lock is None else asdict(file.lock),
    }


def _dump_version(version: Version) -> dict[str, Any]:
    blob = version.blob
    row = {
        "entry_id": version.entry_id,
        "checksum": version.checksum,
        "last_modified": version.last_modified,
        "uploaded": version.uploaded,
        "uploaded_by": version.uploaded_by,
        "sha512": blob.sha512,
        "size": blob.size,
    }
    return row | {"pattern": blob.pattern.decode("latin-1")} if isinstance(blob, PatternBlob) else row


def _dump_trash(item: TrashItem) -> dict[str, Any]:
    nodes = ("node", "version")
    row: dict[str, Any] = {each.name: getattr(item, each.name) for each in fields(item) if each.name not in nodes}
    if isinstance(item.node, File):
        row["file_node"] = _dump_file(item.node)
    elif item.node is not None:
        row["folder_node"] = _dump_folder(item.node)
    if item.version is not None:
        row["version_node"] = _dump_version(item.version)
    return row


def _fill(domain: Domain, saved: dict[str, Any]) -> None:
    reader = _Reader(domain.blobs.folder)
    domain.ids.count = saved["ids"]
    domain.clock.offset = saved["clock_offset"]
    domain.tree = _tree(reader, saved["root"])
    domain.switches.update(saved["switches"])
    for part in ("users", "tokens", "events", "permissions", "notes", "links", "webhooks", "properties"):
        getattr(domain, part).load(saved[part])
    for row in saved["trash"]:
        item = reader.trash(row, domain.tree.root)
        domain.trash[item.id] = item


def _tree(reader: _Reader, saved: dict[str, Any]) -> Tree:
    root = reader.folder(saved, None)
    tree = Tree(root.folder_id, root.created)
    children: list[Node] = [*root.folders.values(), *root.files.values()]
    for child in children:
        tree.attach(child, tree.root)
    return tree


class _Reader:
    """The inverse of the _dump functions."""

    def __init__(self, blob_folder: Path) -> None:
        self._blob_folder = blob_folder

    def folder(self, saved: dict[str, Any], parent: Folder | None) -> Folder:
        folder = Folder(
            saved["folder_id"], saved["name"], parent, saved["created"], saved["last_modified"],
            options=FolderOptions(**saved["options"]),
        )  # fmt: skip
        for row in saved["folders"]:
            folder.folders[row["name"].casefold()] = self.folder(row, folder)
        for row in saved["files"]:
            folder.files[row["name"].casefold()] = self.file(row, folder)
        return folder

    def file(self, saved: dict[str, Any], parent: Folder) -> File:
        lock = None if saved["lock"] is None else Lock(**saved["lock"])
        versions = [self.version(row) for row in saved["versions"]]
        return File(saved["group_id"], saved["name"], parent, versions, lock)

    def version(self, saved: dict[str, Any]) -> Version:
        times = (saved["last_modified"], saved["uploaded"])
        return Version(saved["entry_id"], self._blob(saved), saved["checksum"], *times, saved["uploaded_by"])

    def trash(self, saved: dict[str, Any], root: Folder) -> TrashItem:
        file_node, folder_node = saved.pop("file_node", None), saved.pop("folder_node", None)
        version = saved.pop("version_node", None)
        item = TrashItem(**saved)
        if file_node is not None:
            item.node = self.file(file_node, root)
        elif folder_node is not None:
            item.node = self.folder(folder_node, root)
        if version is not None:
            item.version = self.version(version)
        return item

    def _blob(self, saved: dict[str, Any]) -> Blob:
        if "pattern" in saved:
            return PatternBlob(saved["pattern"].encode("latin-1"), saved["size"], saved["sha512"])
        return FileBlob(self._blob_folder / saved["sha512"], saved["size"], saved["sha512"])
