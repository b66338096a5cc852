"""What rules may ask of the platform about a version, from the worker thread that inspects it.

Asked only when a rule's cheaper conditions hold; each answer costs a call of the day's quota and is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import cached_property
from typing import Any, TypeVar

from scanner.cloud.port import Cloud, FileInfo, Priority
from scanner.errors import Forbidden, NotFound
from scanner.model import FileVersion, Person

ANYBODY = "anyone"
"""The accessibility of a link that needs no login (fact sheet 7.1)."""
_T = TypeVar("_T")


class AskThePlatform:
    """For one inspection of one version, in one thread; the calls themselves run in `loop`."""

    def __init__(self, cloud: Cloud, version: FileVersion, loop: asyncio.AbstractEventLoop) -> None:
        self._cloud = cloud
        self._version = version
        self._loop = loop

    def person(self) -> Person | None:
        """None also for a version met in a listing, of which no actor is known."""
        return self._person

    def public_link(self) -> bool | None:
        return self._public_link

    def versions(self) -> int | None:
        return None if self._file is None else self._file.num_versions

    @cached_property
    def _person(self) -> Person | None:
        actor = self._version.actor
        return None if actor is None else self._ask(self._cloud.person(actor))

    @cached_property
    def _public_link(self) -> bool | None:
        # By the path it had: one call. A file moved meanwhile brings an event of its own, and is looked at again.
        try:
            links = self._ask(self._cloud.links(self._version.path))
        except (Forbidden, NotFound):
            return None
        own = self._version.group_id
        return any(link.resource_id == own and link.accessibility == ANYBODY for link in links)

    @cached_property
    def _file(self) -> FileInfo | None:
        try:
            return self._ask(self._cloud.file(self._version.group_id, priority=Priority.ENRICHMENT))
        except (Forbidden, NotFound):
            return None

    def _ask(self, call: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()
