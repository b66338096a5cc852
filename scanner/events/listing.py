"""Lists one folder page by page, so that nothing that stays in it is passed over.

A listing is counted by items: what is deleted from its front between two pages moves the rest up, and an item from the
next page into the one already read. So each page begins within the last one, and has to show something of it again. One
that does not has moved too far: an earlier one is asked for, in the worst case the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scanner.cloud.port import FileInfo, FolderInfo, FolderPage, Priority
from scanner.errors import BadAnswer, CloudUnavailable

PAGE = 1_000
"""How far to go back for an earlier page: the most that a page has (fact sheet 5.3)."""
OVERLAP = 50
"""Items of a page that are asked for once more with the next: so many may be deleted in between without a further call,
and a folder of more than one page costs a twentieth more."""
MOST_RETURNS = 20
"""Pages asked for until one follows on: a folder in whose listing nothing keeps its place is put off."""
MOST_ITEMS = 20_000_000
"""Of one folder. Totals are unreliable, so every loop has a ceiling (1.6)."""
DEEPEST = 2_500
"""Levels: a path has at most 5,000 bytes (fact sheet 1.4)."""


class Listings(Protocol):
    """The part of the Cloud port that a listing needs."""

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder is listed: all it takes to go on later."""

    offset: int = 0
    """Where the next page begins: among what was listed."""
    page: tuple[str, ...] = ()
    """Ids of the page that ended there, of which the next one must have one."""


START = Mark()


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one page adds. After something was deleted it may tell once more what was told before."""

    folders: tuple[FolderInfo, ...]
    files: tuple[FileInfo, ...]
    mark: Mark | None
    """Where to go on; None at the end. Not beyond the one asked with, where an earlier page had to be read again."""


async def next_stretch(cloud: Listings, path: str, priority: Priority, mark: Mark = START) -> Stretch:
    """The items of a folder that follow a mark. From the start to the end, each that is there all the while is told.

    Raises CloudRefused, BadAnswer where the listing has no end, and RetryLater.
    """
    _check(path, mark)
    asked = mark.offset
    for _ in range(MOST_RETURNS):
        page = await cloud.list_folder(path, asked, priority=priority)
        if _follows_on(page, asked, mark):
            if page.next_offset is not None and page.next_offset <= asked:
                raise BadAnswer("the listing does not go on", 200)
            return _beyond(page, mark)
        asked = max(0, asked - PAGE)
    raise CloudUnavailable("the folder changes faster than it can be listed")


def _check(path: str, mark: Mark) -> None:
    if path.count("/") > DEEPEST:
        raise BadAnswer(f"a folder lies deeper than {DEEPEST} levels", 200)
    if mark.offset > MOST_ITEMS:
        raise BadAnswer(f"the listing has more than {MOST_ITEMS} items", 200)


def _follows_on(page: FolderPage, asked: int, mark: Mark) -> bool:
    return asked == 0 or not mark.page or not set(mark.page).isdisjoint(_ids(page))


def _beyond(page: FolderPage, mark: Mark) -> Stretch:
    known = set(mark.page)
    folders = tuple(folder for folder in page.folders if folder.folder_id not in known)
    files = tuple(file for file in page.files if file.group_id not in known)
    ids = _ids(page)
    if page.next_offset is None or (not (folders or files) and len(ids) < len(mark.page)):
        # A total that promises too much has the last items come once more, and nothing with them. A whole page
        # of known ones is another matter: as many were put before them.
        return Stretch(folders, files, None)
    overlap = min(OVERLAP, len(ids) // 2)
    return Stretch(folders, files, Mark(page.next_offset - overlap, ids if overlap else ()))


def _ids(page: FolderPage) -> tuple[str, ...]:
    return (*(folder.folder_id for folder in page.folders), *(file.group_id for file in page.files))
