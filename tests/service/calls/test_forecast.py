"""What old content will cost: calls and days, never too few."""

from __future__ import annotations

import pytest

from scanner.cloud.memory import MemoryCloud
from scanner.cloud.port import FolderStats
from scanner.errors import NotFound
from scanner.service.calls.forecast import Forecast, forecast, stats_of

STATS = FolderStats(folders=9, files=1_900, versions=2_500, size=10, size_of_versions=30)

Limits = tuple[int | None, ...]
CASES: list[tuple[str, bool, int, Limits, Forecast]] = [
    ("current versions", False, 0, (None,), Forecast(10, 1_900, 1_900, 10, 1_912, 12, 500, 500, False)),
    ("what is known costs nothing", False, 1_000, (None,), Forecast(10, 1_900, 900, 10, 912, 12, 500, 500, False)),
    (
        "older ones have to be asked for",
        True,
        0,
        (None,),
        Forecast(10, 1_900, 2_500, 30, 12 + 600 + 2_500, 612, 500, 500, False),
    ),
    ("a raised quota", False, 0, (20_000,), Forecast(10, 1_900, 1_900, 10, 1_912, 12, 10_000, 10_000, True)),
    ("more is known than is there", False, 5_000, (None,), Forecast(10, 1_900, 0, 10, 12, 12, 500, 500, False)),
    (
        "further tokens download",
        False,
        0,
        (2_000, 20_000, None),
        Forecast(10, 1_900, 1_900, 10, 1_912, 12, 1_000 + 10_000 + 500, 1_000, False),
    ),
]


@pytest.mark.parametrize(("case", "versions", "known", "limits", "expected"), CASES, ids=[row[0] for row in CASES])
def test_calls_and_days_are_told(case: str, versions: bool, known: int, limits: Limits, expected: Forecast) -> None:
    assert forecast(STATS, known, limits, with_versions=versions) == expected


@pytest.mark.parametrize(
    ("known", "limits", "days"),
    [
        (0, [None], 1_912 / 500),
        (0, [None, None], 1_912 / 1_000),
        (1_900, [20, 20_000], 12 / 10),  # little is to be downloaded: the first token's listings take the time
    ],
)
def test_days_are_those_of_the_part_of_the_budget_that_is_left(
    known: int, limits: list[int | None], days: float
) -> None:
    assert forecast(STATS, known, limits, with_versions=False).days == pytest.approx(days)


async def test_a_folder_is_counted_and_a_file_is_none() -> None:
    cloud = MemoryCloud()
    cloud.tree.upload("/Shared/Old/a.txt", b"abc")
    assert await stats_of(cloud, "/Shared/Old") == FolderStats(0, 1, 1, 3, 3)
    with pytest.raises(NotFound):
        await stats_of(cloud, "/Shared/Old/a.txt")
