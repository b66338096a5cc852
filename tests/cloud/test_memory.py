"""What the twin does beside the contract suite (tests/contracts/test_cloud.py): it runs by its clock."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import Quota

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


async def test_times_are_those_of_the_clock() -> None:
    cloud = MemoryCloud(lambda: NOON)
    info = cloud.tree.upload("/Shared/a.txt")

    assert info.uploaded_at == NOON
    assert (await cloud.feed_range()).latest_at == NOON


async def test_there_is_no_budget_to_spend() -> None:
    cloud = MemoryCloud()

    assert cloud.budget() == Quota()
    await cloud.close()
