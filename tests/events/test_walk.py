"""Walks: every version below a folder that is wanted, and no silence about what could not be listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest

from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, Priority
from scanner.errors import CloudRefused, CloudUnavailable, Forbidden, NotFound
from scanner.events import walk
from scanner.events.intake import Scope, wants_path
from scanner.events.walk import versions_below
from scanner.model import EntryId, FileVersion, FolderId, GroupId
from tests.events.places import NOON

SCOPE = Scope("acme", ("/Shared",), ("/Shared/Quarantine",), 77)
WANTS = partial(wants_path, SCOPE)


def page(path: str, *names: str, next_offset: int | None = None) -> FolderPage:
    """Names with a slash at the end are folders."""
    folders = tuple(FolderInfo(FolderId(name), f"{path}/{name[:-1]}") for name in names if name.endswith("/"))
    files = tuple(
        FileInfo(GroupId(f"g-{name}"), EntryId(f"e-{name}"), f"{path}/{name}", 3, uploaded_at=NOON)
        for name in names
        if not name.endswith("/")
    )
    return FolderPage(FolderInfo(FolderId(path), path), folders, files, next_offset)


@dataclass
class Tree:
    """Pages by folder, the last of them for ever; an error in place of a page is raised."""

    folders: dict[str, list[FolderPage | Exception]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage:
        assert priority is Priority.RECONCILE
        self.asked.append((path, offset))
        pages = self.folders[path]
        answer = pages.pop(0) if len(pages) > 1 else pages[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Unread:
    """What a walk could not list."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def __call__(self, path: str, error: CloudRefused) -> None:
        self.told.append((path, str(error)))


async def names_below(
    tree: Tree,
    folder: str,
    wants: Callable[[str], bool] = WANTS,
    unread: Callable[[str, CloudRefused], None] | None = None,
) -> list[str]:
    unread = unread or Unread()
    return [version.name async for page in versions_below(tree, "acme", folder, wants, unread) for version in page]


async def test_every_version_below_a_folder_is_given_page_by_page() -> None:
    pages = [page("/Shared/Kite", "Old/", "a.txt", next_offset=2), page("/Shared/Kite", "b.txt")]
    tree = Tree({"/Shared/Kite": [*pages], "/Shared/Kite/Old": [page("/Shared/Kite/Old", "c.txt")]})

    found = [
        [version.name for version in page]
        async for page in versions_below(tree, "acme", "/Shared/Kite", WANTS, Unread())
    ]
    assert found == [["a.txt"], ["b.txt"], ["c.txt"]]
    assert tree.asked == [("/Shared/Kite", 0), ("/Shared/Kite", 2), ("/Shared/Kite/Old", 0)]


async def test_a_listed_version_carries_what_the_listing_knows() -> None:
    tree = Tree({"/Shared": [page("/Shared", "a.txt")]})

    found = [version async for page in versions_below(tree, "acme", "/Shared", WANTS, Unread()) for version in page]
    ids = (GroupId("g-a.txt"), EntryId("e-a.txt"))
    assert found == [FileVersion("acme", *ids, "/Shared/a.txt", "listing", uploaded_at=NOON, size=3)]


async def test_what_is_not_wanted_is_neither_listed_nor_given() -> None:
    tree = Tree({"/Shared": [page("/Shared", "Quarantine/", "a.txt")]})

    assert await names_below(tree, "/Shared") == ["a.txt"]
    assert tree.asked == [("/Shared", 0)]


async def test_a_watched_folder_deep_below_is_reached() -> None:
    wants = partial(wants_path, Scope("acme", ("/Shared/A/B/C",), (), 77))
    tree = Tree(
        {
            "/Shared/A": [page("/Shared/A", "B/", "Z/", "no.txt")],
            "/Shared/A/B": [page("/Shared/A/B", "C/", "no.txt")],
            "/Shared/A/B/C": [page("/Shared/A/B/C", "yes.txt")],
        }
    )

    assert await names_below(tree, "/Shared/A", wants) == ["yes.txt"]


async def test_a_folder_that_went_away_is_fine() -> None:
    gone = NotFound("gone", 404)
    tree = Tree({"/Shared": [page("/Shared", "Old/", "a.txt")], "/Shared/Old": [gone]})
    unread = Unread()

    assert await names_below(tree, "/Shared", unread=unread) == ["a.txt"]
    assert await names_below(Tree({"/Shared": [gone]}), "/Shared", unread=unread) == []
    assert unread.told == []


async def test_a_folder_that_we_may_not_read_is_told_and_the_rest_is_walked() -> None:
    tree = Tree(
        {
            "/Shared": [page("/Shared", "Open/", "Closed/")],
            "/Shared/Closed": [Forbidden("no right", 403)],
            "/Shared/Open": [page("/Shared/Open", "a.txt")],
        }
    )
    unread = Unread()

    assert await names_below(tree, "/Shared", unread=unread) == ["a.txt"]
    assert unread.told == [("/Shared/Closed", "no right")]


ENDLESS = [
    (page("/Shared", "a.txt", next_offset=0), 1, "the listing does not go on"),
    (page("/Shared", "Loop/", next_offset=10**9), 0, "the listing does not go on"),
]


@pytest.mark.parametrize(("answer", "given", "reason"), ENDLESS)
async def test_a_listing_that_does_not_go_on_ends_and_is_told(answer: FolderPage, given: int, reason: str) -> None:
    tree = Tree({"/Shared": [answer], "/Shared/Loop": [page("/Shared/Loop")]})
    unread = Unread()

    assert len(await names_below(tree, "/Shared", unread=unread)) == given
    assert unread.told == [("/Shared", reason)]


async def test_pages_have_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST_PAGES", 3)
    pages: list[FolderPage | Exception] = [page("/Shared", f"{at}.txt", next_offset=at) for at in range(1, 9)]
    unread = Unread()

    assert await names_below(Tree({"/Shared": pages}), "/Shared", unread=unread) == ["1.txt", "2.txt", "3.txt"]
    assert unread.told == [("/Shared", "the listing has more than 3 pages")]


async def test_depth_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "DEEPEST", 2)
    tree = Tree({"/Shared": [page("/Shared", "A/")], "/Shared/A": [page("/Shared/A", "B/")]})
    unread = Unread()

    assert await names_below(tree, "/Shared", unread=unread) == []
    assert unread.told == [("/Shared/A/B", "a folder lies deeper than 2 levels")]


async def test_a_listing_that_names_its_own_folder_does_not_go_round_in_circles() -> None:
    tree = Tree({"/Shared": [page("/Shared", "A/")], "/Shared/A": [page("/Shared", "A/", "a.txt")]})

    assert await names_below(tree, "/Shared") == ["a.txt"]
    assert tree.asked == [("/Shared", 0), ("/Shared/A", 0)]


async def test_an_absent_platform_ends_the_walk() -> None:
    tree = Tree({"/Shared": [CloudUnavailable("down")]})

    with pytest.raises(CloudUnavailable):
        await names_below(tree, "/Shared")
