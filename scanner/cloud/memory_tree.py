"""What the in-memory domain holds, and the acts of other people in it. The port to it is memory.py."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scanner.cloud.port import (
    FileInfo,
    FolderInfo,
    FolderPermissions,
    FolderStats,
    Link,
    Namespace,
    Note,
    TrashItem,
    VersionInfo,
    Webhook,
)
from scanner.errors import Conflict, NotFound
from scanner.model import EntryId, Event, FolderId, GroupId

OWN_ID = 77
OWN_NAME = "svc-scanner"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class StoredVersion:
    entry_id: EntryId
    content: bytes
    by: str
    at: datetime


@dataclass(slots=True)
class StoredFile:
    """`versions`: the current one last."""

    group_id: GroupId
    path: str
    versions: list[StoredVersion]
    locked: bool = False
    """By somebody else."""
    own_lock: str = ""
    """The token of ours."""

    @property
    def current(self) -> StoredVersion:
        return self.versions[-1]

    @property
    def info(self) -> FileInfo:
        now = self.current
        checksum = hashlib.sha512(now.content).hexdigest()
        return FileInfo(
            self.group_id, now.entry_id, self.path, len(now.content), checksum, now.by, now.at,
            self.locked or bool(self.own_lock), len(self.versions),
        )  # fmt: skip


@dataclass(slots=True)
class MemoryTree:
    """Names compare without case. Every act makes its event, as the platform's acts do (fact sheet 3.4)."""

    clock: Callable[[], datetime] = utc_now
    folders: dict[str, FolderInfo] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    notes: list[tuple[str, Note]] = field(default_factory=list)
    permissions: dict[str, FolderPermissions] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=lambda: {OWN_ID: OWN_NAME, 41: "pnovak"})
    groups: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Of users, by their ids."""
    trash: dict[str, tuple[TrashItem, StoredFile, StoredVersion | None]] = field(default_factory=dict)
    """Oldest first; with a version where only that was deleted."""
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    properties: dict[tuple[EntryId, str], dict[str, str]] = field(default_factory=dict)
    latest: int = 0
    _ids: int = 0

    def __post_init__(self) -> None:
        for path in ("/", "/Shared"):
            self.folders[path.lower()] = FolderInfo(FolderId(self.new_id()), path)

    def upload(self, path: str, content: bytes = b"", by: str = "pnovak") -> FileInfo:
        """A file with the folders it needs, or the next version of the one that is there."""
        self._make_parents(path, by)
        version = StoredVersion(EntryId(self.new_id()), content, by, self.clock())
        stored = self.files.get(path.lower())
        if stored is None:
            stored = self.files[path.lower()] = StoredFile(GroupId(self.new_id()), path, [])
        stored.versions.append(version)
        self.tell("create", by, stored)
        return stored.info

    def delete(self, path: str, by: str = "pnovak") -> None:
        stored = self.files.pop(path.lower())
        self.tell("delete", by, stored)
        self._bin("file", stored)

    def delete_version(self, stored: StoredFile, version: StoredVersion) -> None:
        """No event tells of it (fact sheet 10, row 7)."""
        stored.versions.remove(version)
        self._bin("version", stored, version)

    def restore(self, item_id: str, by: str) -> None:
        """Raises NotFound, Conflict where the name is taken."""
        if item_id not in self.trash:
            raise NotFound("restore: Item does not exist", 404)
        item, stored, version = self.trash[item_id]
        if version is None:
            if item.path.lower() in self.files:
                raise Conflict(f"restore: the name {item.path} is taken", 409)
            self.files[item.path.lower()] = stored
            self.tell("restore", by, stored)
        else:
            stored.versions.append(version)
            stored.versions.sort(key=lambda each: each.at)
        del self.trash[item_id]

    def _bin(self, kind: str, stored: StoredFile, version: StoredVersion | None = None) -> None:
        size = len((version or stored.current).content)
        item = TrashItem(self.new_id(), stored.path, kind, size, self.clock())
        self.trash[item.id] = (item, stored, version)

    def move(self, stored: StoredFile, destination: str, by: str = "pnovak") -> str:
        """Raises Conflict where the name is taken or the folder missing."""
        parent = self.folders.get(parent_of(destination).lower())
        if stored.locked and by == OWN_NAME:
            raise Conflict(f"move: {stored.path} is locked", 403)
        if parent is None:
            raise Conflict(f"move: the folder of {destination} is missing", 404)
        taken = self.files.get(destination.lower())
        if destination.lower() in self.folders or (taken is not None and taken is not stored):
            raise Conflict(f"move: the name {destination} is taken", 403)
        source = stored.path
        del self.files[source.lower()]
        stored.path = f"{parent.path.rstrip('/')}/{destination.rpartition('/')[2]}"
        self.files[stored.path.lower()] = stored
        renamed = parent_of(source).lower() == parent.path.lower()
        self.tell("rename" if renamed else "move", by, stored, source)
        return stored.path

    def add_folder(self, path: str, by: str = "pnovak") -> FolderInfo:
        """Raises NotFound where the parent is missing, Conflict where a file has the name."""
        known = self.folders.get(path.lower())
        if known is not None:
            return known
        if path.lower() in self.files or parent_of(path) == "/":
            raise Conflict(f"add_folder: no folder can be at {path}", 409)
        if parent_of(path).lower() not in self.folders:
            raise NotFound("add_folder: the folder above is missing", 404)
        folder = self.folders[path.lower()] = FolderInfo(FolderId(self.new_id()), path)
        self._append("create", by, is_folder=True, target_path=path)
        return folder

    def share(self, path: str, by: str = "pnovak") -> Link:
        """A link to a file or folder for anyone."""
        stored = self.files.get(path.lower())
        if stored is not None:
            link = Link(self.new_id(), stored.path, stored.group_id, "file", "anyone", by)
        else:
            folder = self.folders[path.lower()]
            link = Link(self.new_id(), folder.path, folder.folder_id, "folder", "anyone", by)
        self.links[link.id] = link
        return link

    def versions(self, stored: StoredFile) -> tuple[VersionInfo, ...]:
        return tuple(
            VersionInfo(each.entry_id, len(each.content), hashlib.sha512(each.content).hexdigest(), each.at)
            for each in stored.versions
        )

    def by_entry(self, entry_id: EntryId) -> StoredFile:
        """Raises NotFound."""
        for stored in self.files.values():
            if any(each.entry_id == entry_id for each in stored.versions):
                return stored
        raise NotFound("properties: HTTP 404", 404)

    def lock(self, path: str) -> None:
        """By somebody else than us."""
        self.files[path.lower()].locked = True

    def forget_events(self, keep: int) -> None:
        """All but the newest `keep` age out."""
        self.events = self.events[-keep:] if keep else []

    def by_group(self, group_id: GroupId) -> StoredFile:
        """Raises NotFound."""
        for stored in self.files.values():
            if stored.group_id == group_id:
                return stored
        raise NotFound("file: HTTP 404", 404)

    def children(self, path: str) -> Iterator[FolderInfo | FileInfo]:
        """Folders before files, each by name."""
        for known in (self.folders, self.files):
            for key in sorted(known):
                if key != "/" and parent_of(key) == path.lower():
                    yield self.folders[key] if known is self.folders else self.files[key].info

    def stats(self, folder_id: FolderId) -> FolderStats:
        """Raises NotFound."""
        top = next((one.path for one in self.folders.values() if one.folder_id == folder_id), None)
        if top is None:
            raise NotFound("folder_stats: HTTP 404", 404)
        above = top.lower().rstrip("/") + "/"
        files = [stored for key, stored in self.files.items() if key.startswith(above)]
        sizes = [[len(version.content) for version in stored.versions] for stored in files]
        return FolderStats(
            folders=sum(key != "/" and key.startswith(above) for key in self.folders),
            files=len(files),
            versions=sum(map(len, sizes)),
            size=sum(each[-1] for each in sizes),
            size_of_versions=sum(map(sum, sizes)),
        )

    def tell(self, action: str, by: str, stored: StoredFile, source: str | None = None) -> None:
        self._append(
            action, by, target_path=stored.path, source_path=source, group_id=stored.group_id,
            entry_id=stored.current.entry_id,
        )  # fmt: skip

    def tell_note(self, note: Note) -> None:
        self._append("create", note.username, type_="note", note_id=note.id)

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:08x}-memory"

    def _append(self, action: str, by: str, type_: str = "file_system", **what: object) -> None:
        self.latest += 1
        actor = next((number for number, name in self.users.items() if name == by), None)
        source = "PublicAPI" if by == OWN_NAME else "WebUI"
        self.events.append(Event(self.latest, self.clock(), type_, action, source, actor, **what))  # type: ignore[arg-type]

    def _make_parents(self, path: str, by: str) -> None:
        parent = parent_of(path)
        if parent.lower() not in self.folders:
            self._make_parents(parent, by)
            self.add_folder(parent, by)


def parent_of(path: str) -> str:
    return path.rpartition("/")[0] or "/"
