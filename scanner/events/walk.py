"""Lists what lies below a folder, for folders that arrived as a whole and for gaps.

A folder that went away meanwhile is fine. One that we may not read, or whose listing never ends, is not passed over in
silence: `unread` is told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from scanner.cloud.port import FolderPage, Priority
from scanner.errors import BadAnswer, CloudRefused, NotFound
from scanner.model import FileVersion

MOST_PAGES = 1_000
"""Pages of one folder: a million items. Totals are unreliable, so every loop has a ceiling (fact sheet 1.6)."""
DEEPEST = 2_500
"""Levels: a path has at most 5,000 bytes (fact sheet 1.4)."""


class Listings(Protocol):
    """The part of the Cloud port that a walk needs."""

    async def list_folder(self, path: str, offset: int, *, priority: Priority) -> FolderPage: ...


async def versions_below(
    cloud: Listings,
    domain: str,
    folder: str,
    wants: Callable[[str], bool],
    unread: Callable[[str, CloudRefused], None],
) -> AsyncIterator[tuple[FileVersion, ...]]:
    """The current versions of all files below `folder`, a page of a listing at a time.

    `wants` is asked for each file by its path, and for each folder by its path with a slash at the end. `unread` is
    told of folders that could not be listed to their end. Raises RetryLater; a walk is then to be begun anew.
    """
    waiting, seen = [folder], {folder.lower()}
    while waiting:
        path = waiting.pop()
        try:
            async for page in _pages(cloud, path):
                new = [child.path for child in page.folders if child.path.lower() not in seen]
                seen.update(child.lower() for child in new)
                waiting += [child for child in new if wants(child + "/")]
                versions = tuple(info.version_in(domain) for info in page.files if wants(info.path))
                if versions:
                    yield versions
        except NotFound:
            continue
        except CloudRefused as error:
            unread(path, error)


async def _pages(cloud: Listings, path: str) -> AsyncIterator[FolderPage]:
    if path.count("/") > DEEPEST:
        raise BadAnswer(f"a folder lies deeper than {DEEPEST} levels", 200)
    offset = 0
    for _ in range(MOST_PAGES):
        page = await cloud.list_folder(path, offset, priority=Priority.RECONCILE)
        yield page
        if page.next_offset is None:
            return
        if page.next_offset <= offset:
            raise BadAnswer("the listing does not go on", 200)
        offset = page.next_offset
    raise BadAnswer(f"the listing has more than {MOST_PAGES} pages", 200)
