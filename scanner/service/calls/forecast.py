"""What it would take to scan old content, in calls of the API and days of its budget. Pure but for the asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.cloud.budget import kept_back
from scanner.cloud.port import Cloud, FolderInfo, FolderStats, Priority
from scanner.errors import NotFound
from scanner.events.listing import OVERLAP, PAGE

DOCUMENTED_DAY = 1_000
"""Calls a day where the platform has not said another limit (fact sheet 8.1)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """An upper bound: what is ignored, or was scanned meanwhile, is counted with the rest."""

    folders: int
    files: int
    versions: int
    """To be downloaded."""
    size: int
    """Bytes of them, known ones included."""
    calls: int
    listings: int
    """Of these, calls that list folders and ask for older versions: the first token makes them all."""
    calls_a_day: int
    """That the class `backfill` may use, of all tokens."""
    listings_a_day: int
    """The same of the first one."""
    limit_known: bool
    """The platform has said all their limits; else the documented one is taken where it has not."""

    @property
    def days(self) -> float:
        return max(self.calls / self.calls_a_day, self.listings / self.listings_a_day)


def forecast(stats: FolderStats, known: int, day_limits: Sequence[int | None], *, with_versions: bool) -> Forecast:
    """`known`: versions below the folder that the ledger has. `day_limits`: of each token, the first one first; None
    where the platform has not said it."""
    listings = stats.folders + 1 + stats.files // (PAGE - OVERLAP)
    # A file may have one older version or many: at most so many files have to be asked.
    asked = min(stats.files, stats.versions - stats.files) if with_versions else 0
    versions = max(0, (stats.versions if with_versions else stats.files) - known)
    days = [_of_a_day(DOCUMENTED_DAY if limit is None else limit) for limit in day_limits]
    return Forecast(
        folders=stats.folders + 1,
        files=stats.files,
        versions=versions,
        size=stats.size_of_versions if with_versions else stats.size,
        calls=listings + max(0, asked) + versions,
        listings=listings + max(0, asked),
        calls_a_day=sum(days),
        listings_a_day=days[0],
        limit_known=None not in day_limits,
    )


def _of_a_day(limit: int) -> int:
    return max(1, limit - kept_back(limit, Priority.BACKFILL))


async def stats_of(cloud: Cloud, path: str) -> FolderStats:
    """Raises NotFound where no folder is there, Forbidden, RetryLater."""
    there = await cloud.at_path(path, priority=Priority.FEED)
    if not isinstance(there, FolderInfo):
        raise NotFound(f"{path} is a file", 404)
    return await cloud.folder_stats(there.folder_id, priority=Priority.FEED)
