"""The port over HTTP: one domain of Egnyte, with one token or, for downloads, several.

What may be repeated and what is read before a repeat is in session.py and acts.py; the wire form in calls.py and
wire.py.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from scanner.cloud import acts, calls, event_wire, history_wire, properties_wire, webhook_wire, wire
from scanner.cloud.bearer import bearers, stores
from scanner.cloud.connection import TIMEOUTS, connection
from scanner.cloud.download import Downloads, VersionDownload
from scanner.cloud.meter import Observe, unobserved
from scanner.cloud.people import People
from scanner.cloud.port import (
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
from scanner.cloud.session import Session
from scanner.errors import BadAnswer, Conflict, CursorExpired, NotFound
from scanner.model import Account, Cursor, EntryId, FolderId, GroupId, Person
from scanner.settings import DomainSettings

MOST_NOTES = 1_000
MOST_LINKS = 10_000
MOST_TRASH = 1_000


def utc_now() -> datetime:
    return datetime.now(UTC)


class EgnyteClient:
    """See the port; `close` it in the end. Raises ConfigurationError where token or CA file are no good."""

    def __init__(
        self,
        settings: DomainSettings,
        *,
        observe: Observe = unobserved,
        clock: Callable[[], datetime] = utc_now,
        timeouts: dict[str, float] = TIMEOUTS,
        suppress: str = "none",
    ) -> None:
        """`suppress`: events that the feed leaves out; see `calls.events_after`."""
        where = connection(settings, timeouts)
        self._bearers = bearers(settings, observe)
        first = self._bearers[0]
        self._clock = clock
        self._suppress = suppress
        self.budgets = tuple(one.budget for one in self._bearers)
        """In the order of the tokens."""
        self.stores = stores(self._bearers)
        """Of the tokens that somebody keeps fresh."""
        self._session = Session(where, first.tokens, first.budget, first.meter)
        self._downloads = Downloads(where, self._bearers)
        self._people = People(self._session)
        self._account: Account | None = None

    @property
    def ahead(self) -> timedelta | None:
        """By how much the domain's clock was ahead of this machine's with the last answer but those to downloads, to a
        second or two. None where it told no time."""
        return self._session.ahead

    async def account(self) -> Account:
        self._account = wire.account((await self._session.ask(calls.account())).value)
        return self._account

    async def feed_range(self) -> FeedRange:
        return event_wire.feed_range((await self._session.ask(calls.feed_range())).value)

    async def events_after(self, cursor: Cursor, count: int) -> EventPage:
        try:
            answer = await self._session.ask(calls.events_after(cursor, count, self._suppress))
        except NotFound as error:
            raise CursorExpired(f"the feed no longer holds event {cursor}") from error
        if answer.status == 204:
            return EventPage((), cursor, full=False)
        return event_wire.event_page(answer.value, cursor, count, self._clock())

    async def file(self, group_id: GroupId, *, priority: Priority) -> FileInfo:
        return wire.file_info((await self._session.ask(calls.file(group_id, priority))).value)

    async def at_path(self, path: str, *, priority: Priority) -> FileInfo | FolderInfo:
        return wire.item((await self._session.ask(calls.at_path(path, priority))).value)

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
        return wire.folder_page((await self._session.ask(calls.list_folder(path, offset, priority))).value, offset)

    async def folder_stats(self, folder_id: FolderId, *, priority: Priority) -> FolderStats:
        return wire.folder_stats((await self._session.ask(calls.folder_stats(folder_id, priority))).value)

    async def add_folder(self, path: str) -> FolderInfo:
        return await acts.add_folder(self, self._session, path)

    async def move(self, group_id: GroupId, destination: str) -> str:
        return await acts.move(self, self._session, group_id, destination)

    async def versions(self, group_id: GroupId, *, priority: Priority) -> tuple[VersionInfo, ...]:
        return history_wire.versions((await self._session.ask(calls.versions(group_id, priority))).value)

    async def delete_version(self, group_id: GroupId, entry_id: EntryId) -> bool:
        return await acts.delete_version(self, self._session, group_id, entry_id)

    async def delete(self, group_id: GroupId) -> bool:
        return await acts.delete(self, self._session, group_id)

    async def trash(self, path: str) -> tuple[TrashItem, ...]:
        found: list[TrashItem] = []
        for offset in range(0, MOST_TRASH, calls.TRASH_PAGE):
            page = history_wire.trash_page((await self._session.ask(calls.trash(offset))).value)
            found += [item for item in page if item.path.lower() == path.lower()]
            if len(page) < calls.TRASH_PAGE:
                break
        return tuple(found)

    async def restore(self, item_id: str) -> None:
        answer = await self._session.ask(calls.restore(item_id))
        history_wire.check_restored(answer.value)

    async def lock(self, group_id: GroupId, token: str, seconds: int) -> None:
        await acts.lock(self, self._session, group_id, token, seconds)

    async def unlock(self, group_id: GroupId, token: str) -> bool:
        try:
            await self._session.ask(calls.unlock(group_id, token))
        except NotFound:
            return False
        return True

    async def add_text(self, path: str, text: str) -> FileInfo:
        return await acts.add_text(self, self._session, path, text)

    async def add_namespace(self, namespace: Namespace) -> None:
        with contextlib.suppress(Conflict):
            await self._session.ask(calls.add_namespace(namespace))

    async def properties(self, entry_id: EntryId, namespace: str) -> dict[str, str]:
        answer = await self._session.ask(calls.properties(entry_id, namespace))
        return properties_wire.values(answer.value, namespace)

    async def set_properties(self, entry_id: EntryId, namespace: str, values: Mapping[str, str | None]) -> None:
        await self._session.ask(calls.set_properties(entry_id, namespace, values))

    async def links(self, path: str) -> tuple[Link, ...]:
        """Raises BadAnswer above MOST_LINKS: a part of them would pass for all."""
        found: list[Link] = []
        while len(found) < MOST_LINKS:
            page = wire.links_page((await self._session.ask(calls.links(path, len(found)))).value)
            found += page
            if len(page) < calls.LINKS_PAGE:
                return tuple(found)
        raise BadAnswer(f"links: more than {MOST_LINKS}", 200)

    async def public_links(self, offset: int, *, priority: Priority) -> tuple[Link, ...]:
        return wire.links_page((await self._session.ask(calls.public_links(offset, priority))).value)

    async def delete_link(self, link_id: str) -> bool:
        try:
            await self._session.ask(calls.delete_link(link_id))
        except NotFound:
            return False
        return True

    async def notes(self, path: str) -> tuple[Note, ...]:
        """Nobody says in which order they come: of more than MOST_NOTES both ends are read."""
        first = await self._notes_page(path, 0)
        end = min(first.total or 0, 1_000_000)
        offsets = list(range(calls.NOTES_PAGE, end, calls.NOTES_PAGE))
        most = MOST_NOTES // calls.NOTES_PAGE
        if len(offsets) >= most:
            offsets = offsets[: most // 2 - 1] + offsets[-most // 2 :]
        found = list(first.notes)
        for offset in offsets:
            found += (await self._notes_page(path, offset)).notes
        return tuple(found)

    async def add_note(self, path: str, body: str) -> Note:
        account = self._account or await self.account()
        return await acts.add_note(self, self._session, account, path, body)

    async def permissions(self, path: str) -> FolderPermissions:
        return wire.permissions((await self._session.ask(calls.permissions(path))).value)

    async def close_folder(self, path: str, owners: dict[str, str]) -> None:
        await self._session.ask(calls.close_folder(path, await self.permissions(path), owners))

    async def own_level(self, path: str) -> str:
        return wire.own_level((await self._session.ask(calls.own_level(path))).value)

    async def person(self, user_id: int) -> Person | None:
        return await self._people.of(user_id)

    async def webhooks(self) -> tuple[str, ...]:
        return webhook_wire.ids((await self._session.ask(calls.webhooks())).value)

    async def webhook(self, webhook_id: str) -> Webhook:
        return webhook_wire.webhook((await self._session.ask(calls.webhook(webhook_id))).value)

    async def add_webhook(self, wanted: Subscription) -> str:
        return webhook_wire.added((await self._session.ask(calls.add_webhook(wanted))).value)

    async def set_webhook(self, webhook_id: str, wanted: Subscription) -> None:
        await self._session.ask(calls.set_webhook(webhook_id, wanted))

    async def delete_webhook(self, webhook_id: str) -> bool:
        try:
            await self._session.ask(calls.delete_webhook(webhook_id))
        except NotFound:
            return False
        return True

    def open_content(
        self, group_id: GroupId, entry_id: EntryId, *, priority: Priority
    ) -> AbstractContextManager[VersionDownload]:
        return self._downloads.open(group_id, entry_id, priority)

    def budget(self) -> Quota:
        return self.budgets[0].quota()

    async def close(self) -> None:
        """Calls that wait for their turn in worker threads end with CloudUnavailable."""
        for one in self.budgets:
            one.close()
        self._downloads.close()
        await self._session.close()

    async def _notes_page(self, path: str, offset: int) -> wire.NotesPage:
        return wire.notes_page((await self._session.ask(calls.notes(path, offset))).value)
