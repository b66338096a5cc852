"""Listings: whatever happens between two pages, what stays in the folder is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, Priority
from scanner.errors import BadAnswer, CloudUnavailable
from scanner.events import listing
from scanner.events.listing import START, Mark, Stretch, next_stretch
from scanner.model import EntryId, FolderId, GroupId
from tests.events.places import NOON

FOLDER = FolderInfo(FolderId("f"), "/Shared/Kite")


@dataclass
class Folder:
    """One whose names change between two pages. Names in capitals are folders, which come first."""

    names: set[str]
    size: int = 6
    """Items of a page."""
    changes: list[set[str]] = field(default_factory=list)
    """Names that come, or go where they are there, after each page."""
    mixed: bool = False
    """Folders and files in one order, against what is known (fact sheet 5.3)."""
    promised: int = 0
    """Items that the total tells too many."""
    asked: list[int] = field(default_factory=list)
    always: set[str] = field(default_factory=set)
    """Names that were there from the first page on."""

    def __post_init__(self) -> None:
        self.always = set(self.names)

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
        assert (path, priority) == (FOLDER.path, Priority.RECONCILE)
        self.asked.append(offset)
        names = sorted(self.names, key=lambda name: (not (name.isupper() or self.mixed), name))
        shown = names[offset : offset + self.size]
        folders = tuple(FolderInfo(FolderId(name), f"{path}/{name}") for name in shown if name.isupper())
        files = tuple(_file(f"{path}/{name}") for name in shown if not name.isupper())
        end = offset + len(shown)
        more = end > offset and end < len(names) + self.promised
        if self.changes:
            self.names ^= self.changes.pop(0)
            self.always &= self.names
        return FolderPage(FOLDER, folders, files, end if more else None)


def _file(path: str) -> FileInfo:
    name = path.rpartition("/")[2]
    return FileInfo(GroupId(name), EntryId(f"e-{name}"), path, 3, uploaded_at=NOON)


async def told(folder: Folder, mark: Mark = START) -> list[str]:
    """Names in the order in which they are told."""
    found: list[str] = []
    while True:
        stretch = await after(folder, mark)
        found += [one.folder_id for one in stretch.folders] + [one.group_id for one in stretch.files]
        if stretch.mark is None:
            return found
        mark = stretch.mark


async def after(folder: Folder, mark: Mark) -> Stretch:
    return await next_stretch(folder, FOLDER.path, Priority.RECONCILE, mark)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 6)
    monkeypatch.setattr(listing, "OVERLAP", 2)


NAMES = {f"{number:02}.txt" for number in range(16)}


async def test_a_folder_that_stays_as_it_is_is_told_once_item_by_item() -> None:
    folder = Folder({"A", "B", *NAMES})

    assert await told(folder) == ["A", "B", *sorted(NAMES)]
    assert folder.asked == [0, 4, 8, 12]


async def test_a_folder_of_one_page_costs_one_call() -> None:
    folder = Folder({"a.txt"})

    assert await told(folder) == ["a.txt"]
    assert folder.asked == [0]


async def test_what_moved_up_a_little_is_told_without_a_further_call() -> None:
    folder = Folder(set(NAMES), changes=[{"00.txt"}])

    assert set(await told(folder)) >= NAMES - {"00.txt"}
    assert folder.asked == [0, 4, 8, 12]


async def test_what_moved_up_by_more_than_pages_share_is_found_further_up() -> None:
    gone = {f"{number:02}.txt" for number in range(3)}
    folder = Folder(set(NAMES), changes=[gone])

    assert set(await told(folder)) >= NAMES - gone
    assert folder.asked[:3] == [0, 4, 0]


async def test_a_listing_cut_short_by_deletions_is_read_again() -> None:
    gone = {f"{number:02}.txt" for number in range(12)}
    folder = Folder(set(NAMES), changes=[set(), gone])

    assert set(await told(folder)) >= NAMES - gone


async def test_a_page_that_comes_once_more_as_a_whole_is_not_the_end() -> None:
    folder = Folder(set(NAMES), changes=[{f"{number:02}-0.txt" for number in range(4)}])

    assert set(await told(folder)) >= NAMES


async def test_a_total_that_promises_too_much_ends_where_nothing_new_comes() -> None:
    folder = Folder(set(NAMES), promised=100)

    assert await told(folder) == sorted(NAMES)


async def test_a_listing_goes_on_from_its_mark_in_another_process() -> None:
    folder = Folder(set(NAMES))
    mark = (await after(folder, START)).mark
    assert mark == Mark(4, tuple(f"{number:02}.txt" for number in range(6)))

    assert await told(folder, mark) == sorted(NAMES)[6:]
    folder.names -= {f"{number:02}.txt" for number in range(5)}
    assert set(await told(folder, mark)) >= {f"{number:02}.txt" for number in range(6, 16)}


@given(
    names=st.sets(st.integers(0, 60), max_size=40),
    changes=st.lists(st.sets(st.integers(0, 60), max_size=12), max_size=12),
    mixed=st.booleans(),
)
def test_whatever_comes_and_goes_what_stays_is_told(names: set[int], changes: list[set[int]], mixed: bool) -> None:
    told_of = [{_name(one) for one in change} for change in changes]
    folder = Folder({_name(one) for one in names}, changes=told_of, mixed=mixed)
    found = set(asyncio.run(told(folder)))
    assert folder.always <= found


def _name(number: int) -> str:
    return f"F{number:02}" if number % 5 == 0 else f"{number:02}.txt"


async def test_a_folder_in_which_nothing_keeps_its_place_is_put_off() -> None:
    class Shuffled(Folder):
        async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
            self.asked.append(offset)
            at = len(self.asked)
            files = tuple(_file(f"{path}/{at}-{number}") for number in range(6))
            return FolderPage(FOLDER, (), files, offset + 6)

    folder = Shuffled(set())
    with pytest.raises(CloudUnavailable, match="changes faster than it can be listed"):
        await after(folder, Mark(1_000, ("1.txt",)))
    assert folder.asked == [1_000 - 6 * back for back in range(listing.MOST_RETURNS)]


async def test_a_listing_that_does_not_go_on_is_told() -> None:
    class Stuck(Folder):
        async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
            return FolderPage(FOLDER, (), (_file(f"{path}/{len(self.asked)}"),), 0)

    with pytest.raises(BadAnswer, match="does not go on"):
        await told(Stuck(set()))


async def test_items_have_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_ITEMS", 5)

    with pytest.raises(BadAnswer, match="more than 5 items"):
        await told(Folder(set(NAMES)))


async def test_depth_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "DEEPEST", 1)

    with pytest.raises(BadAnswer, match="deeper than 1 levels"):
        await told(Folder(set(NAMES)))


async def test_an_absent_platform_ends_the_listing() -> None:
    class Away(Folder):
        async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
            raise CloudUnavailable("down")

    with pytest.raises(CloudUnavailable):
        await told(Away(set()))
