"""A domain that could not be entered at the start is asked again, and taken in once it answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from scanner.service import joining
from scanner.service.assembly import Parts, assembled
from scanner.service.joining import work_until_one_comes
from tests.clamd import free_port
from tests.journeys.world import World
from tests.service.domains import two_domains


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "FIRST_REST", 0.05)


async def turned(parts: Parts, over: asyncio.Event) -> None:
    await asyncio.wait_for(over.wait(), 20)


async def test_it_ends_the_others_work_in_order_once_it_answers(world: World) -> None:
    two_domains(world)
    world.fault(route="/pubapi/v1/userinfo", status=401, count=1)
    async with assembled(world.settings()) as parts:
        assert ([one.name for one in parts.left_out], list(parts.feeds)) == (["other"], ["acme"])
        await work_until_one_comes(parts, asyncio.Event(), turned)
    async with assembled(world.settings()) as parts:
        assert ([one.name for one in parts.left_out], list(parts.feeds)) == ([], ["other", "acme"])


async def test_while_it_is_away_the_others_work_until_they_are_told_to_stop(world: World) -> None:
    two_domains(world)
    world.sections["domains"][0]["base_url"] = f"http://127.0.0.1:{free_port()}"
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.5, stop.set)
    async with assembled(world.settings()) as parts:
        await work_until_one_comes(parts, stop, turned)
        assert stop.is_set()


async def test_where_none_is_left_out_nobody_is_asked(world: World) -> None:
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        asked = len(world.calls("/userinfo"))
        asyncio.get_running_loop().call_later(0.3, stop.set)
        await work_until_one_comes(replace(parts, left_out=()), stop, turned)
    assert len(world.calls("/userinfo")) == asked


async def test_the_order_to_stop_does_not_wait_for_a_call(world: World) -> None:
    two_domains(world)
    world.fault(route="/pubapi/v1/userinfo", status=401, count=1)
    stop = asyncio.Event()
    async with assembled(world.settings()) as parts:
        world.fault(route="/pubapi/v1/userinfo", delay=60, count=1)
        asked = len(world.calls("/userinfo"))
        working = asyncio.create_task(work_until_one_comes(parts, stop, turned))
        while len(world.calls("/userinfo")) == asked:
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(working, 20)
        assert [one.name for one in parts.left_out] == ["other"]
