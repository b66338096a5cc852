"""A folder is listed once for all that wait in it, where enough do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, Priority
from scanner.errors import CloudRefused, CloudUnavailable, NotFound, Throttled
from scanner.ledger.ledger import Ledger
from scanner.model import EntryId, FileVersion, FolderId, GroupId, Lane
from scanner.pipeline.folder_listing import FolderListing
from tests.ledger.world import NOON, owner

FOLDER = FolderInfo(FolderId("f"), "/Shared/Owl")


def file(number: int) -> FileInfo:
    path = f"{FOLDER.path}/{number:04}.txt"
    return FileInfo(GroupId(f"g{number}"), EntryId(f"e{number}"), path, number, f"{number:0128x}")


def version(number: int) -> FileVersion:
    """As an event tells of it."""
    return FileVersion("acme", GroupId(f"g{number}"), EntryId(f"e{number}"), file(number).path, "copy")


@dataclass
class Folder:
    """Its listing, in pages of so many files."""

    files: list[FileInfo]
    page: int = 1_000
    trouble: Exception | None = None
    asked: list[int] = field(default_factory=list)

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
        self.asked.append(offset)
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        end = offset + self.page
        return FolderPage(FOLDER, (), tuple(self.files[offset:end]), end if end < len(self.files) else None)


class Clock:
    """A minute later each time."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with owner(tmp_path, Clock()) as ledger:
        yield ledger


async def waiting(ledger: Ledger, *numbers: int) -> FolderListing:
    await ledger.queue_versions("acme", [version(number) for number in numbers], Lane.LIVE)
    return FolderListing(ledger.checksums, 3, ledger._clock)


def told(number: int) -> tuple[str, int]:
    return file(number).checksum, number


async def test_one_listing_tells_all_that_wait_at_once(ledger: Ledger) -> None:
    listing, folder = await waiting(ledger, 0, 1, 2, 3), Folder([file(number) for number in range(4)])
    asking = (listing.told(version(number), folder, Priority.LIVE) for number in range(4))
    assert await asyncio.gather(*asking) == [told(number) for number in range(4)]
    assert folder.asked == [0]


async def test_for_a_few_it_is_not_worth_a_call(ledger: Ledger) -> None:
    listing, folder = await waiting(ledger, 0, 1), Folder([file(0), file(1)])
    assert (await listing.told(version(0), folder, Priority.LIVE), folder.asked) == (None, [])


async def test_what_it_does_not_show_is_not_asked_about_again(ledger: Ledger) -> None:
    listing, folder = await waiting(ledger, 0, 1, 2), Folder([file(0)])
    assert [await listing.told(version(number), folder, Priority.LIVE) for number in (1, 0, 2)] == [None, told(0), None]
    assert folder.asked == [0]
    await ledger.queue_versions("acme", [version(7)], Lane.LIVE)
    assert (await listing.told(version(7), folder, Priority.LIVE), folder.asked) == (None, [0])


async def test_it_has_no_more_pages_than_is_worth_it(ledger: Ledger) -> None:
    numbers = list(range(7))
    listing, folder = await waiting(ledger, *numbers), Folder([file(number) for number in numbers], page=2)
    found = [await listing.told(version(number), folder, Priority.LIVE) for number in numbers]
    assert (found[:2], found[-1], len(folder.asked)) == ([told(0), told(1)], None, 2)


@pytest.mark.parametrize(
    "trouble",
    [NotFound("gone", 404), CloudRefused("no", 403), CloudUnavailable("away"), Throttled("slow down", 7.0, "qps")],
)
async def test_a_listing_that_fails_stands_in_nobodys_way_and_is_not_repeated(
    ledger: Ledger, trouble: Exception
) -> None:
    listing, folder = await waiting(ledger, 0, 1, 2), Folder([file(0)], trouble=trouble)
    assert [await listing.told(version(number), folder, Priority.LIVE) for number in (0, 1)] == [None, None]
    assert folder.asked == [0]


async def test_another_version_of_a_file_in_the_listing_tells_nothing(ledger: Ledger) -> None:
    listing, folder = await waiting(ledger, 0, 1, 2), Folder([file(0)])
    folder.files[0] = FileInfo(GroupId("g0"), EntryId("newer"), file(0).path, 0, "ab" * 64)
    assert await listing.told(version(0), folder, Priority.LIVE) is None


async def test_a_folder_without_a_checksum_tells_none(ledger: Ledger) -> None:
    listing, folder = await waiting(ledger, 0, 1, 2), Folder([])
    folder.files = [FileInfo(GroupId("g0"), EntryId("e0"), file(0).path, 0, "")]
    assert await listing.told(version(0), folder, Priority.LIVE) is None
