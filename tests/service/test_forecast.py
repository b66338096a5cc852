"""What old content will cost: calls and days, never too few."""

from __future__ import annotations

import pytest

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import FolderStats
from scanner.errors import NotFound
from scanner.service.forecast import Forecast, forecast, stats_of

STATS = FolderStats(folders=9, files=1_900, versions=2_500, size=10, size_of_versions=30)

CASES = [
    ("current versions", False, 0, None, Forecast(10, 1_900, 1_900, 10, 10 + 2 + 1_900, 500, False)),
    ("what is known costs nothing", False, 1_000, None, Forecast(10, 1_900, 900, 10, 10 + 2 + 900, 500, False)),
    (
        "older ones have to be asked for",
        True,
        0,
        None,
        Forecast(10, 1_900, 2_500, 30, 10 + 2 + 600 + 2_500, 500, False),
    ),
    ("a raised quota", False, 0, 20_000, Forecast(10, 1_900, 1_900, 10, 1_912, 10_000, True)),
    ("more is known than is there", False, 5_000, None, Forecast(10, 1_900, 0, 10, 12, 500, False)),
]


@pytest.mark.parametrize(("case", "versions", "known", "limit", "expected"), CASES, ids=[row[0] for row in CASES])
def test_calls_and_days_are_told(case: str, versions: bool, known: int, limit: int | None, expected: Forecast) -> None:
    assert forecast(STATS, known, limit, with_versions=versions) == expected


def test_days_are_those_of_the_part_of_the_budget_that_is_left() -> None:
    assert forecast(STATS, 0, None, with_versions=False).days == pytest.approx(1_912 / 500)


async def test_a_folder_is_counted_and_a_file_is_none() -> None:
    cloud = MemoryCloud()
    cloud.tree.upload("/Shared/Old/a.txt", b"abc")
    assert await stats_of(cloud, "/Shared/Old") == FolderStats(0, 1, 1, 3, 3)
    with pytest.raises(NotFound):
        await stats_of(cloud, "/Shared/Old/a.txt")
