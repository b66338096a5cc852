"""What rules ask of the platform: from a worker thread, once each; where we may not know, there is no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import FileInfo, Link, Priority
from scanner.errors import Forbidden, Throttled
from scanner.model import GroupId, Person
from scanner.pipeline.inquiry import AskThePlatform

FILE = "/Shared/a.txt"
PETRA = 41


class Counting(MemoryCloud):
    """Counts its calls, and refuses them where told to."""

    def __init__(self, refusal: Exception | None = None) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.refusal = refusal

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.refusal is not None:
            raise self.refusal

    async def person(self, user_id: int) -> Person | None:
        self._called("person")
        return await super().person(user_id)

    async def links(self, path: str) -> tuple[Link, ...]:
        self._called("links")
        return await super().links(path)

    async def file(self, group_id: GroupId, *, priority: Priority) -> FileInfo:
        self._called("file")
        return await super().file(group_id, priority=priority)


@dataclass
class Told:
    """All answers, each asked for twice."""

    person: Person | None
    public_link: bool | None
    versions: int | None


async def told(cloud: Counting, info: FileInfo, actor: int | None = PETRA) -> Told:
    version = replace(info.version_in("acme"), actor=actor)
    inquiry = AskThePlatform(cloud, version, asyncio.get_running_loop())

    def ask() -> Told:
        return Told(inquiry.person(), inquiry.public_link(), inquiry.versions())

    first = await asyncio.to_thread(ask)
    assert await asyncio.to_thread(ask) == first
    return first


async def test_the_platform_is_asked_once_for_each_answer() -> None:
    cloud = Counting()
    cloud.tree.groups[PETRA] = ("Partners",)
    cloud.tree.upload(FILE)
    info = cloud.tree.upload(FILE)

    assert await told(cloud, info) == Told(Person("pnovak", "power", ("Partners",)), False, 2)
    assert cloud.calls == ["person", "links", "file"]


async def test_a_link_that_anybody_can_open_is_public() -> None:
    cloud = Counting()
    info = cloud.tree.upload(FILE)
    cloud.tree.share(FILE)

    assert (await told(cloud, info)).public_link is True


@pytest.mark.parametrize("accessibility", ["domain", "recipients", "password", ""])
async def test_a_link_that_needs_a_login_or_a_password_is_not(accessibility: str) -> None:
    cloud = Counting()
    info = cloud.tree.upload(FILE)
    link = cloud.tree.share(FILE)
    cloud.tree.links[link.id] = replace(link, accessibility=accessibility)

    assert (await told(cloud, info)).public_link is False


async def test_of_a_version_met_in_a_listing_nobody_knows_who_brought_it() -> None:
    cloud = Counting()

    assert (await told(cloud, cloud.tree.upload(FILE), actor=None)).person is None
    assert "person" not in cloud.calls


async def test_without_the_right_to_know_there_is_no_answer() -> None:
    cloud = Counting(Forbidden("links: HTTP 403", 403))
    info = cloud.tree.upload(FILE)

    assert await told(cloud, info, actor=None) == Told(None, None, None)


@pytest.mark.parametrize(
    "ask", [AskThePlatform.person, AskThePlatform.public_link, AskThePlatform.versions], ids=lambda ask: ask.__name__
)
async def test_a_platform_that_cannot_be_asked_now_is_asked_later(ask: Callable[[AskThePlatform], Any]) -> None:
    cloud = Counting(Throttled("slow down", after=1.0, scope="qps"))
    version = replace(cloud.tree.upload(FILE).version_in("acme"), actor=PETRA)
    inquiry = AskThePlatform(cloud, version, asyncio.get_running_loop())

    with pytest.raises(Throttled):
        await asyncio.to_thread(ask, inquiry)
