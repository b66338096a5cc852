"""The port without a network: a domain in memory, held to the same contract suite as the client.

It knows the platform's rules, not its troubles: throttles, cuts and odd answers belong to the emulator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scanner.cloud.calls import LINKS_PAGE
from scanner.cloud.memory_tree import OWN_ID, OWN_NAME, MemoryTree, StoredFile, utc_now
from scanner.cloud.paths import check_destination, encode_path
from scanner.cloud.port import (
    Download,
    EventPage,
    FeedRange,
    FileInfo,
    FolderInfo,
    FolderPage,
    FolderPermissions,
    FolderStats,
    Link,
    Namespace,
    Note,
    Priority,
    Quota,
    Subscription,
    TrashItem,
    VersionInfo,
    Webhook,
)
from scanner.cloud.wire import ADMINISTRATORS
from scanner.errors import Conflict, CursorExpired, Forbidden, NotFound
from scanner.model import Account, Cursor, EntryId, FolderId, GroupId, Person

_PAGE = 1_000
_CHUNK = 65_536
_LIFETIME = timedelta(days=3_650)


@dataclass(slots=True)
class MemoryDownload:
    """See the port's Download."""

    entry_id: EntryId
    checksum: str
    length: int | None
    content: bytes

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.content), _CHUNK):
            yield self.content[start : start + _CHUNK]


class MemoryCloud:
    """See the port. `tree` is what is there; other people act on it by its methods."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.tree = MemoryTree(clock)

    async def account(self) -> Account:
        return Account(OWN_ID, OWN_NAME, "admin")

    async def feed_range(self) -> FeedRange:
        events, latest = self.tree.events, Cursor(self.tree.latest)
        oldest = Cursor(events[0].id) if events else latest
        return FeedRange(oldest, latest, events[-1].occurred_at if events else self.tree.clock())

    async def events_after(self, cursor: Cursor, count: int) -> EventPage:
        ends = await self.feed_range()
        if cursor < ends.oldest - 1:
            raise CursorExpired(f"the feed no longer holds event {cursor}")
        page = tuple(event for event in self.tree.events if event.id > cursor)[:count]
        return EventPage(page, Cursor(page[-1].id) if page else cursor, len(page) >= count)

    async def file(self, group_id: GroupId, *, priority: Priority) -> FileInfo:
        return self.tree.by_group(group_id).info

    async def at_path(self, path: str, *, priority: Priority) -> FileInfo | FolderInfo:
        encode_path(path)
        stored = self.tree.files.get(path.lower())
        if stored is not None:
            return stored.info
        return self._folder(path)

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
        folder = self._folder(path)
        children = list(self.tree.children(path))
        page = children[offset : offset + _PAGE]
        end = offset + len(page)
        return FolderPage(
            folder,
            tuple(child for child in page if isinstance(child, FolderInfo)),
            tuple(child for child in page if isinstance(child, FileInfo)),
            end if end < len(children) else None,
        )

    async def folder_stats(self, folder_id: FolderId, *, priority: Priority) -> FolderStats:
        return self.tree.stats(folder_id)

    async def add_folder(self, path: str) -> FolderInfo:
        check_destination(path)
        return self.tree.add_folder(path, OWN_NAME)

    async def move(self, group_id: GroupId, destination: str) -> str:
        check_destination(destination)
        stored = self.tree.by_group(group_id)
        if stored.path.lower() == destination.lower():
            return stored.path
        return self.tree.move(stored, destination, OWN_NAME)

    async def versions(self, group_id: GroupId, *, priority: Priority) -> tuple[VersionInfo, ...]:
        return self.tree.versions(self.tree.by_group(group_id))

    async def delete_version(self, group_id: GroupId, entry_id: EntryId) -> bool:
        try:
            stored = self._unlocked(group_id, "delete_version")
        except NotFound:
            return False
        version = next((each for each in stored.versions if each.entry_id == entry_id), None)
        if version is not None:
            self.tree.delete_version(stored, version)
        return version is not None

    async def delete(self, group_id: GroupId) -> bool:
        try:
            stored = self._unlocked(group_id, "delete")
        except NotFound:
            return False
        self.tree.delete(stored.path, OWN_NAME)
        return True

    async def trash(self, path: str) -> tuple[TrashItem, ...]:
        items = [item for item, _, _ in self.tree.trash.values()]
        return tuple(item for item in reversed(items) if item.path.lower() == path.lower())

    async def restore(self, item_id: str) -> None:
        self.tree.restore(item_id, OWN_NAME)

    async def lock(self, group_id: GroupId, token: str, seconds: int) -> None:
        self._unlocked(group_id, "lock").own_lock = token

    async def unlock(self, group_id: GroupId, token: str) -> bool:
        mine = [each for each in self.tree.files.values() if each.group_id == group_id and each.own_lock == token]
        for stored in mine:
            stored.own_lock = ""
        return bool(mine)

    async def add_text(self, path: str, text: str) -> FileInfo:
        check_destination(path)
        there = self.tree.files.get(path.lower())
        if there is not None and [each.content for each in there.versions] == [text.encode()]:
            return there.info
        if there is not None or path.lower() in self.tree.folders:
            raise Conflict(f"add_text: the name {path} is taken", 409)
        self._folder(path.rpartition("/")[0])
        return self.tree.upload(path, text.encode(), OWN_NAME)

    async def add_namespace(self, namespace: Namespace) -> None:
        self.tree.namespaces.setdefault(namespace.name, namespace)

    async def properties(self, entry_id: EntryId, namespace: str) -> dict[str, str]:
        self._tagged(entry_id, namespace)
        return dict(self.tree.properties.get((entry_id, namespace), {}))

    async def set_properties(self, entry_id: EntryId, namespace: str, values: Mapping[str, str | None]) -> None:
        self._tagged(entry_id, namespace)
        merged = {**self.tree.properties.get((entry_id, namespace), {}), **values}
        kept = {key: value for key, value in merged.items() if value is not None}
        self.tree.properties[entry_id, namespace] = kept

    async def links(self, path: str) -> tuple[Link, ...]:
        stored, folder = self.tree.files.get(path.lower()), self.tree.folders.get(path.lower())
        ids = {stored.group_id if stored else None, folder.folder_id if folder else None}
        return tuple(link for link in self.tree.links.values() if link.resource_id in ids)

    async def public_links(self, offset: int, *, priority: Priority) -> tuple[Link, ...]:
        del priority
        open_ones = [link for link in self.tree.links.values() if link.accessibility == "anyone"]
        return tuple(open_ones[offset : offset + LINKS_PAGE])

    async def delete_link(self, link_id: str) -> bool:
        return self.tree.links.pop(link_id, None) is not None

    async def notes(self, path: str) -> tuple[Note, ...]:
        group_id = self._commented(path)
        return tuple(note for _, note in self.tree.notes if note.group_id == group_id)

    async def add_note(self, path: str, body: str) -> Note:
        note = Note(self.tree.new_id(), body, OWN_NAME, self._commented(path))
        self.tree.notes.append((path, note))
        self.tree.tell_note(note)
        return note

    async def permissions(self, path: str) -> FolderPermissions:
        self._folder(path)
        return self.tree.permissions.get(path.lower(), FolderPermissions({}, {ADMINISTRATORS: "Owner"}, True))

    async def close_folder(self, path: str, owners: dict[str, str]) -> None:
        self._folder(path)
        self.tree.permissions[path.lower()] = FolderPermissions(dict(owners), {ADMINISTRATORS: "Owner"}, False)

    async def own_level(self, path: str) -> str:
        self._folder(path)
        return "Owner"

    async def person(self, user_id: int) -> Person | None:
        name = self.tree.users.get(user_id)
        return None if name is None else Person(name, "power", tuple(self.tree.groups.get(user_id, ())))

    async def webhooks(self) -> tuple[str, ...]:
        return tuple(self.tree.webhooks)

    async def webhook(self, webhook_id: str) -> Webhook:
        if webhook_id not in self.tree.webhooks:
            raise NotFound("webhook: HTTP 404", 404)
        return self.tree.webhooks[webhook_id]

    async def add_webhook(self, wanted: Subscription) -> str:
        webhook_id = self.tree.new_id()
        self.tree.webhooks[webhook_id] = Webhook(webhook_id, wanted.url, True, self.tree.clock() + _LIFETIME)
        return webhook_id

    async def set_webhook(self, webhook_id: str, wanted: Subscription) -> None:
        found = await self.webhook(webhook_id)
        self.tree.webhooks[webhook_id] = replace(found, url=wanted.url, enabled=True)

    async def delete_webhook(self, webhook_id: str) -> bool:
        return self.tree.webhooks.pop(webhook_id, None) is not None

    @contextmanager
    def open_content(self, group_id: GroupId, entry_id: EntryId, *, priority: Priority) -> Iterator[Download]:
        stored = self.tree.by_group(group_id)
        version = next((each for each in stored.versions if each.entry_id == entry_id), None)
        if version is None:
            raise NotFound("open_content: HTTP 404", 404)
        checksum = stored.info.checksum if version is stored.current else ""
        yield MemoryDownload(entry_id, checksum, len(version.content), version.content)

    def budget(self) -> Quota:
        return Quota()

    async def close(self) -> None:
        """Nothing is open."""

    def _unlocked(self, group_id: GroupId, what: str) -> StoredFile:
        stored = self.tree.by_group(group_id)
        if stored.locked:
            raise Conflict(f"{what}: {stored.path} is locked", 403)
        return stored

    def _tagged(self, entry_id: EntryId, namespace: str) -> None:
        self.tree.by_entry(entry_id)
        if namespace not in self.tree.namespaces:
            raise NotFound("properties: HTTP 404", 404)

    def _folder(self, path: str) -> FolderInfo:
        encode_path(path)
        folder = self.tree.folders.get(path.lower())
        if folder is None:
            raise NotFound("at_path: HTTP 404", 404)
        return folder

    def _commented(self, path: str) -> GroupId:
        """A missing file is a 403 here (fact sheet 6)."""
        stored = self.tree.files.get(path.lower())
        if stored is None:
            raise Forbidden("notes: HTTP 403", 403)
        return stored.group_id
