"""One listing for all versions of a folder that wait: it tells their checksums, and by them they may need no download.

Asked for only where enough of them wait, so that it costs little even where each of them turns out to be new; and once
for each of them: what it does not show has none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from weakref import WeakValueDictionary

import structlog

from scanner.cloud.port import Priority
from scanner.errors import CloudRefused, NotFound, RetryLater
from scanner.events.listing import START, Listings, Mark, next_stretch
from scanner.ledger.reuse.checksums import Checksums
from scanner.ledger.rows import folder_of
from scanner.model import FileVersion

log = structlog.get_logger("scanner.pipeline")

MOST_PAGES = 10
"""Of a folder, in one go: ten thousand files."""


class FolderListing:
    """Safe to call from any task of one event loop."""

    def __init__(self, checksums: Checksums, list_from: int, clock: Callable[[], datetime]) -> None:
        """`list_from`: versions that must wait for each page."""
        self._checksums = checksums
        self._list_from = list_from
        self._clock = clock
        self._asking: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def told(self, version: FileVersion, cloud: Listings, priority: Priority) -> tuple[str, int] | None:
        """Checksum and size of a version of which nobody has asked yet; None where it is not worth asking, or was in
        vain. A platform that cannot be asked is no reason not to go on."""
        folder = (version.domain, folder_of(version.path))
        lock = self._asking.setdefault(folder, asyncio.Lock())
        async with lock:
            told, waiting = await self._checksums.before_asking(version, self._list_from * MOST_PAGES)
            if told is not None or waiting < self._list_from:
                return told
            began = self._clock()
            listed = await self._listed(version, cloud, priority, waiting // self._list_from)
            await self._checksums.record(listed, version, began)
        return await self._checksums.told_of(version.domain, version.entry_id)

    async def _listed(self, version: FileVersion, cloud: Listings, priority: Priority, pages: int) -> list[FileVersion]:
        found: list[FileVersion] = []
        mark: Mark | None = START
        try:
            for _ in range(pages):
                if mark is None:
                    break
                stretch = await next_stretch(cloud, folder_of(version.path), priority, mark)
                found += [info.version_in(version.domain) for info in stretch.files]
                mark = stretch.mark
        except (RetryLater, CloudRefused, NotFound) as error:
            log.info("cache.not_listed", domain=version.domain, folder=folder_of(version.path), reason=str(error))
        return found
