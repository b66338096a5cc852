"""A domain of which nothing can be changed: for looks at what was done before."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from scanner.cloud.acts import same_text
from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import CloudRefused, NotFound

READS = frozenset(
    {
        "account",
        "feed_range",
        "events_after",
        "file",
        "at_path",
        "list_folder",
        "folder_stats",
        "versions",
        "trash",
        "properties",
        "links",
        "public_links",
        "notes",
        "permissions",
        "own_level",
        "person",
        "webhooks",
        "webhook",
        "open_content",
        "budget",
    }
)
"""All else changes something."""


def only_reading(cloud: Cloud) -> Cloud:
    """The same domain; each call that would change something raises CloudRefused, and nobody is asked. Of a text that
    is to be put somewhere it is looked whether it is there."""
    return cast(Cloud, _Reading(cloud))


class _Reading:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name) if name in READS else _refuse

    async def add_text(self, path: str, text: str) -> FileInfo:
        try:
            return same_text(await self._cloud.at_path(path, priority=Priority.REMEDIATION), text)
        except NotFound:
            return await _refuse()


async def _refuse(*_what: object, **_named: object) -> NoReturn:
    raise CloudRefused("nothing is to be changed now", 0)
