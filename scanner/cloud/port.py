"""What we need of a platform, in our words: the port that the HTTP client and the in-memory twin both fill.

Calls about JSON are asynchronous. Content is read by `open_content` from a worker thread, because the whole content
path (open, hash, spool, inspect) runs there: an asyncio request of httpx costs about 1.3 ms more CPU than a sync one
(clamav.md section 11).

Every method may raise RetryLater (Throttled, CloudUnavailable, TokenRefused) and the CloudRefused classes named at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from scanner.model import Account, Cursor, EntryId, Event, FileVersion, FolderId, GroupId, Person


class Priority(IntEnum):
    """Classes of API calls, first to last (design 4.10)."""

    FEED = 0
    REMEDIATION = 1
    LIVE = 2
    RECONCILE = 3
    RESCAN = 4
    BACKFILL = 5
    ENRICHMENT = 6


@dataclass(frozen=True, slots=True)
class FeedRange:
    """The ends of the event store (fact sheet 3.1)."""

    oldest: Cursor
    latest: Cursor
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events strictly after the cursor asked with, ascending by id."""

    events: tuple[Event, ...]
    cursor: Cursor
    """The highest id this page accounts for; never below the cursor asked with."""
    full: bool
    """There may be more at once."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file as the platform has it now. `entry_id` is the current version, unless one was asked for."""

    group_id: GroupId
    entry_id: EntryId
    path: str
    size: int
    checksum: str = ""
    uploaded_by: str = ""
    uploaded_at: datetime | None = None
    locked: bool = False
    num_versions: int = 1

    def version_in(self, domain: str) -> FileVersion:
        """What is to be scanned, learnt from the platform's present state instead of an event."""
        return FileVersion(
            domain=domain,
            group_id=self.group_id,
            entry_id=self.entry_id,
            path=self.path,
            action="listing",
            uploaded_at=self.uploaded_at,
            size=self.size,
            checksum=self.checksum,
        )


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version of a file, current or not."""

    entry_id: EntryId
    size: int
    checksum: str = ""
    uploaded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrashItem:
    """Something deleted. There is no looking up by group id (fact sheet 5.9)."""

    id: str
    path: str
    kind: str
    """`file`, `folder` or `version`."""
    size: int | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Namespace:
    """A set of custom properties: names of text keys, with what each means."""

    name: str
    title: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FolderInfo:
    folder_id: FolderId
    path: str


@dataclass(frozen=True, slots=True)
class FolderStats:
    """What lies below a folder, at all depths."""

    folders: int
    files: int
    versions: int
    """Current ones included."""
    size: int
    """Bytes of the current versions."""
    size_of_versions: int


@dataclass(frozen=True, slots=True)
class FolderPage:
    """One page of a listing: folders come before files in one paging sequence (fact sheet 5.3)."""

    folder: FolderInfo
    folders: tuple[FolderInfo, ...]
    files: tuple[FileInfo, ...]
    next_offset: int | None
    """Where the next page starts; None at the end."""


@dataclass(frozen=True, slots=True)
class Link:
    id: str
    path: str
    resource_id: str
    """Group id of a file link, folder id of a folder or upload link (fact sheet 7.1)."""
    type: str
    accessibility: str = ""
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A registered webhook of this application (fact sheet 4.1)."""

    id: str
    url: str
    enabled: bool
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a webhook shall be: who is told of what happens to files in `folders`, and by which header he knows the
    platform."""

    url: str
    folders: tuple[str, ...]
    header: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """A comment."""

    id: str
    message: str
    username: str
    group_id: GroupId | None = None


@dataclass(frozen=True, slots=True)
class FolderPermissions:
    """Levels by user and group name, as v2 of the permissions API gives them (fact sheet 7.2)."""

    users: dict[str, str]
    groups: dict[str, str]
    inherits: bool


@dataclass(frozen=True, slots=True)
class Quota:
    """What the platform allows one token, and how much of it is spent; None until its answers have said so."""

    qps_limit: int | None = None
    qps_used: int | None = None
    day_limit: int | None = None
    day_used: int | None = None


class Download(Protocol):
    """An open download of one version. The bytes are those of `entry_id`, whatever happens to the file meanwhile."""

    entry_id: EntryId
    checksum: str
    """`X-Sha512-Checksum` as sent: plain SHA-512 hex or the composite `2-…` form; empty if absent (fact sheet 5.6)."""
    length: int | None
    """Bytes of the whole version, if the platform said."""

    def chunks(self) -> Iterator[bytes]:
        """The bytes in order. A connection cut in mid-download is resumed by Range on the same entry id, a bounded
        number of times; then CloudUnavailable."""
        ...


class Cloud(Protocol):
    """One domain of the platform, seen with one token."""

    async def account(self) -> Account: ...

    async def feed_range(self) -> FeedRange: ...

    async def events_after(self, cursor: Cursor, count: int) -> EventPage:
        """Events with ids above `cursor`. Raises CursorExpired when the feed no longer reaches back that far."""
        ...

    async def file(self, group_id: GroupId, *, priority: Priority) -> FileInfo:
        """The file with its current version. Raises NotFound, Forbidden."""
        ...

    async def at_path(self, path: str, *, priority: Priority) -> FileInfo | FolderInfo:
        """What stands at a path. Raises NotFound, Forbidden."""
        ...

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
        """One page (up to 1,000 items) of a folder. Raises NotFound, Forbidden."""
        ...

    async def folder_stats(self, folder_id: FolderId, *, priority: Priority) -> FolderStats:
        """Raises NotFound, Forbidden."""
        ...

    async def add_folder(self, path: str) -> FolderInfo:
        """Create a folder whose parent exists; a folder already there is success.

        Raises Forbidden, Conflict, NotFound.
        """
        ...

    async def move(self, group_id: GroupId, destination: str) -> str:
        """Move a file to a full path with its new name; never overwrites. Gives the path where it is now; being there
        already is success. Raises NotFound (file), Conflict (name taken, locked, folder missing), Forbidden."""
        ...

    async def versions(self, group_id: GroupId, *, priority: Priority) -> tuple[VersionInfo, ...]:
        """All versions of a file, the current one last. Raises NotFound, Forbidden."""
        ...

    async def delete_version(self, group_id: GroupId, entry_id: EntryId) -> bool:
        """Put one version into the trash: the one before it becomes current. False where it was gone already. Not to be
        asked for the only one: what becomes of the file then is not documented. Raises Conflict (locked), Forbidden."""
        ...

    async def delete(self, group_id: GroupId) -> bool:
        """Put a file with all its versions into the trash. False where it was gone already. Raises Conflict (locked),
        Forbidden."""
        ...

    async def trash(self, path: str) -> tuple[TrashItem, ...]:
        """What was deleted at a path, newest first; of the newest 1,000 things in the trash. Raises Forbidden."""
        ...

    async def restore(self, item_id: str) -> None:
        """Take something out of the trash, back to its path. Raises NotFound (it, or its folder), Conflict (name
        taken), Forbidden."""
        ...

    async def lock(self, group_id: GroupId, token: str, seconds: int) -> None:
        """Lock a file in our name, or renew that. Raises NotFound, Conflict (locked by somebody else), Forbidden."""
        ...

    async def unlock(self, group_id: GroupId, token: str) -> bool:
        """False where no lock has the token. Raises Forbidden."""
        ...

    async def add_text(self, path: str, text: str) -> FileInfo:
        """A new text file, in a folder that exists; one of the same content there is success. Never a new version of
        another file: raises Conflict (name taken), NotFound (folder), Forbidden."""
        ...

    async def add_namespace(self, namespace: Namespace) -> None:
        """One of that name already there is success. Raises Forbidden."""
        ...

    async def properties(self, entry_id: EntryId, namespace: str) -> dict[str, str]:
        """The values that one version has in a namespace. Raises NotFound (either), Forbidden."""
        ...

    async def set_properties(self, entry_id: EntryId, namespace: str, values: Mapping[str, str | None]) -> None:
        """Of one version; None takes a value away, other keys stay. Raises NotFound (either), Forbidden."""
        ...

    async def links(self, path: str) -> tuple[Link, ...]:
        """All links of a file or folder path that the account may see; filter by `resource_id`."""
        ...

    async def public_links(self, offset: int, *, priority: Priority) -> tuple[Link, ...]:
        """One page (up to 500) of the domain's links that open without a login, as many as the account may see; none at
        the end. Raises Forbidden."""
        ...

    async def delete_link(self, link_id: str) -> bool:
        """False when the link was gone already."""
        ...

    async def notes(self, path: str) -> tuple[Note, ...]:
        """The comments on a file, newest pages included, at most 1,000. Raises Forbidden (also for a missing file)."""
        ...

    async def add_note(self, path: str, body: str) -> Note:
        """Comment on a file. After an answer that never came, the notes are read before the call is repeated: a note
        with the same body by our account counts as added. Raises Forbidden (also for a missing file)."""
        ...

    async def permissions(self, path: str) -> FolderPermissions: ...

    async def close_folder(self, path: str, owners: dict[str, str]) -> None:
        """Take a folder out of inheritance and leave only `owners` (user name to level). Raises Forbidden."""
        ...

    async def own_level(self, path: str) -> str:
        """The account's effective level on a folder: `None`, `Viewer`, …, `Owner`. Raises Forbidden when it cannot see
        it."""
        ...

    async def person(self, user_id: int) -> Person | None:
        """A user, remembered for a day; None where nobody of that id is known or we may not ask."""
        ...

    async def webhooks(self) -> tuple[str, ...]:
        """The ids of those that this application registered. Raises Forbidden."""
        ...

    async def webhook(self, webhook_id: str) -> Webhook:
        """Raises NotFound, Forbidden."""
        ...

    async def add_webhook(self, wanted: Subscription) -> str:
        """Its id. Never repeated: after an answer that never came it may be registered. Raises Conflict (as many as
        may be), Forbidden."""
        ...

    async def set_webhook(self, webhook_id: str, wanted: Subscription) -> None:
        """As wanted and enabled, whatever it was. Raises NotFound, Forbidden."""
        ...

    async def delete_webhook(self, webhook_id: str) -> bool:
        """False when it was gone already. Raises Forbidden."""
        ...

    def open_content(
        self, group_id: GroupId, entry_id: EntryId, *, priority: Priority
    ) -> AbstractContextManager[Download]:
        """Open one version's content; to be called and read in a worker thread. Entering raises NotFound when that
        version is not there (the file itself may be), Forbidden (no download right), and RetryLater."""
        ...

    def budget(self) -> Quota:
        """The state of the token's call budget; asks nobody."""
        ...

    async def close(self) -> None: ...
