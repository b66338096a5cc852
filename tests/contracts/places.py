"""A domain with people in it, twice: in memory, and emulated behind the client. What the contract suite acts on."""

from __future__ import annotations

from typing import Protocol

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.memory_tree import StoredFile
from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.model import Cursor, Event, GroupId
from tests.cloud.egnyte import Egnyte
from tests.plain_http import call

PEOPLE = {"pnovak": 41}


class Place(Protocol):
    @property
    def cloud(self) -> Cloud: ...
    async def upload(self, path: str, content: bytes = b"content") -> FileInfo: ...
    def delete(self, path: str) -> None: ...
    def move(self, path: str, destination: str) -> None: ...
    def lock(self, path: str) -> None: ...
    def share(self, path: str, kind: str = "file") -> str: ...
    def forget_events(self, keep: int) -> None: ...
    def user_id(self, name: str) -> int: ...


class Memory:
    """Acts are those of pnovak."""

    def __init__(self) -> None:
        self._cloud = MemoryCloud()
        self._cloud.tree.add_folder("/Shared/Projects", "svc-scanner")

    @property
    def cloud(self) -> Cloud:
        return self._cloud

    async def upload(self, path: str, content: bytes = b"content") -> FileInfo:
        return self._cloud.tree.upload(path, content)

    def delete(self, path: str) -> None:
        self._cloud.tree.delete(path)

    def move(self, path: str, destination: str) -> None:
        self._cloud.tree.move(self._stored(path), destination)

    def lock(self, path: str) -> None:
        self._cloud.tree.lock(path)

    def share(self, path: str, kind: str = "file") -> str:
        return self._cloud.tree.share(path).id

    def forget_events(self, keep: int) -> None:
        self._cloud.tree.forget_events(keep)

    def user_id(self, name: str) -> int:
        return PEOPLE[name]

    def _stored(self, path: str) -> StoredFile:
        return self._cloud.tree.files[path.lower()]


class Emulated:
    """Acts are those of pnovak; links are made by the admin, through the API."""

    def __init__(self, egnyte: Egnyte) -> None:
        self._egnyte = egnyte

    @property
    def cloud(self) -> Cloud:
        return self._egnyte.cloud

    async def upload(self, path: str, content: bytes = b"content") -> FileInfo:
        ids = self._egnyte.put(path, content)
        return await self.cloud.file(GroupId(ids["group_id"]), priority=Priority.LIVE)

    def delete(self, path: str) -> None:
        self._egnyte.act("delete", path=path)

    def move(self, path: str, destination: str) -> None:
        self._egnyte.act("move", path=path, destination=destination)

    def lock(self, path: str) -> None:
        self._egnyte.act("lock", path=path)

    def share(self, path: str, kind: str = "file") -> str:
        emulator = self._egnyte.emulator
        link = {"path": path, "type": kind, "accessibility": "anyone"}
        headers = {"Authorization": f"Bearer {emulator.token}"}
        answer = call("POST", f"{emulator.base_url}/pubapi/v1/links", json=link, headers=headers)
        assert answer.status_code < 300, answer.text
        return str(answer.json()["links"][0]["id"])

    def forget_events(self, keep: int) -> None:
        self._egnyte.control("POST", "events/prune", json={"keep": keep})

    def user_id(self, name: str) -> int:
        def found() -> int:
            user = self._egnyte.emulator.domain.users.named(name)
            assert user is not None
            return user.id

        return self._egnyte.emulator.call(found)


async def events_since(place: Place, cursor: Cursor) -> tuple[Event, ...]:
    return (await place.cloud.events_after(cursor, 100)).events


async def latest(place: Place) -> Cursor:
    return (await place.cloud.feed_range()).latest


def content_of(place: Place, info: FileInfo) -> bytes:
    with place.cloud.open_content(info.group_id, info.entry_id, priority=Priority.LIVE) as download:
        return b"".join(download.chunks())
