"""Every fault of the table at every call, over real HTTP with a real clamd: in the end all is as if it had not been."""

from __future__ import annotations

import asyncio

import pytest

from scanner.cloud.connection import TIMEOUTS
from tests.journeys.faults import CALLS, ENDS, PASSING, Call, Story, Trouble, refusals_at
from tests.journeys.stories import as_told, begin, end_of, finish, settled
from tests.journeys.world import World

pytestmark = pytest.mark.long

ROWS = [
    pytest.param(call, trouble, id=f"{call.doing}: {trouble.name}")
    for call in CALLS
    for trouble in PASSING
    if trouble.is_tried_at(call)
]
REFUSED = [
    pytest.param(call, status, id=f"{call.doing}: HTTP {status}") for call in CALLS for status in refusals_at(call)
]


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute of silence is too long for a test."""
    monkeypatch.setitem(TIMEOUTS, "read", 1.5)


@pytest.mark.parametrize("story", ENDS)
def test_without_a_fault_a_story_ends_so(world: World, story: Story) -> None:
    group = begin(world, story)
    assert set(finish(world, story)) <= {0}
    assert end_of(world, group) == ENDS[story]


@pytest.mark.parametrize(("call", "trouble"), ROWS)
def test_a_fault_that_passes_leaves_all_as_if_it_had_not_been(world: World, call: Call, trouble: Trouble) -> None:
    group = begin(world, call.story)
    for rule in trouble.rules:
        world.fault(**call.rule, **rule)
    finish(world, call.story)
    assert _used_up(world)
    assert end_of(world, group) == ENDS[call.story]
    assert "work.failed" not in world.log()


@pytest.mark.parametrize(("call", "status"), REFUSED)
def test_a_refusal_is_told_as_it_is_and_when_it_is_over_all_goes_on(world: World, call: Call, status: int) -> None:
    world.sections["workers"] = {"max_attempts": 2}  # more of them are minutes of waiting
    group = begin(world, call.story)
    world.fault(**call.rule, status=status, body={"errorMessage": "No"})
    for _ in range(3):
        asyncio.run(world.once())
        world.wait_over()
        world.rows("UPDATE walks SET due_at = NULL")
    world.control("DELETE", "faults")
    settled(world)
    assert end_of(world, group) == as_told(world, group)
    assert "work.failed" not in world.log()


def _used_up(world: World) -> bool:
    return {rule["count"] for rule in world.control("GET", "faults")} == {0}
