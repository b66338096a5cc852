"""Folders, files and versions. Names compare without case and keep the case they were given (row 34, inferred).

Ids live in indexes that hold only what is in the tree: something in the trash has left them, with all below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from emulator.blobs import Blob


@dataclass(slots=True, eq=False)
class Version:
    """`last_modified` is the client's time, `uploaded` the server's; both epoch ms."""

    entry_id: str
    blob: Blob
    checksum: str
    last_modified: int
    uploaded: int
    uploaded_by: str

    @property
    def size(self) -> int:
        return self.blob.size


@dataclass(slots=True)
class Lock:
    token: str
    owner_id: int
    expires: int
    collaboration: str = ""


@dataclass(slots=True)
class FolderOptions:
    public_links: str = "files_folders"
    allow_links: bool = True
    restrict_move_delete: bool = False
    folder_description: str = ""
    email_preferences: str = ""


@dataclass(slots=True, eq=False)
class File:
    """`versions` is oldest first; the last one is current and there is always one."""

    group_id: str
    name: str
    parent: Folder
    versions: list[Version] = field(default_factory=list)
    lock: Lock | None = None

    @property
    def current(self) -> Version:
        return self.versions[-1]

    @property
    def path(self) -> str:
        return _under(self.parent.path, self.name)

    def version(self, entry_id: str) -> Version | None:
        return next((v for v in self.versions if v.entry_id == entry_id), None)


@dataclass(slots=True, eq=False)
class Folder:
    folder_id: str
    name: str
    parent: Folder | None
    created: int
    last_modified: int
    folders: dict[str, Folder] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    options: FolderOptions = field(default_factory=FolderOptions)

    @property
    def path(self) -> str:
        return "/" if self.parent is None else _under(self.parent.path, self.name)

    def child(self, name: str) -> File | Folder | None:
        key = name.casefold()
        return self.folders.get(key) or self.files.get(key)

    def walk(self) -> Iterator[File | Folder]:
        """Everything below, parents before children; not the folder itself."""
        for folder in list(self.folders.values()):
            yield folder
            yield from folder.walk()
        yield from list(self.files.values())


Node = File | Folder


class Tree:
    def __init__(self, root_id: str, now: int) -> None:
        self.root = Folder(root_id, "", None, now, now)
        self.folders: dict[str, Folder] = {root_id: self.root}
        self.files: dict[str, File] = {}
        self.entries: dict[str, File] = {}

    def find(self, path: str) -> Node | None:
        """By absolute decoded path, in any case."""
        node: Node | None = self.root
        for name in path.split("/"):
            if not name:
                continue
            if not isinstance(node, Folder):
                return None
            node = node.child(name)
        return node

    def attach(self, node: Node, parent: Folder) -> None:
        """Puts a node (with all below it) into a folder and into the indexes."""
        node.parent = parent
        if isinstance(node, File):
            parent.files[node.name.casefold()] = node
            self._index(node)
            return
        parent.folders[node.name.casefold()] = node
        self._index(node)
        for below in node.walk():
            self._index(below)

    def detach(self, node: Node) -> None:
        """Takes a node out; it keeps its `parent`, which says where it was."""
        assert node.parent is not None, "the root stays"
        siblings: dict[str, File] | dict[str, Folder]
        siblings = node.parent.files if isinstance(node, File) else node.parent.folders
        del siblings[node.name.casefold()]
        self._forget(node)
        if isinstance(node, Folder):
            for below in node.walk():
                self._forget(below)

    def add_version(self, file: File, version: Version) -> None:
        file.versions.append(version)
        self.entries[version.entry_id] = file

    def remove_version(self, file: File, version: Version) -> None:
        file.versions.remove(version)
        del self.entries[version.entry_id]

    def _index(self, node: Node) -> None:
        if isinstance(node, Folder):
            self.folders[node.folder_id] = node
            return
        self.files[node.group_id] = node
        for version in node.versions:
            self.entries[version.entry_id] = node

    def _forget(self, node: Node) -> None:
        if isinstance(node, Folder):
            del self.folders[node.folder_id]
            return
        del self.files[node.group_id]
        for version in node.versions:
            del self.entries[version.entry_id]


def _under(parent: str, name: str) -> str:
    return f"/{name}" if parent == "/" else f"{parent}/{name}"
