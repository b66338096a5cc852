"""Whether a version need be downloaded at all: not where engines have looked at the same content lately.

Asked by what a listing told, which costs no call, and by what a download declares before its first byte. What is
found decides as a look would; some of it, nobody can tell which, is looked at all the same, to compare.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any, TypeVar

from scanner.files.digest import is_checksum
from scanner.inspection.engine import Inquiry
from scanner.inspection.generation import Generation
from scanner.inspection.recall import Recall, Remembered
from scanner.inspection.rule_engine import RuleEngine
from scanner.judge.reuse import Agreement, agreement, as_seen, can_stand_for_others, is_of
from scanner.ledger.reuse.cache import Cache
from scanner.ledger.reuse.caching import Absent, Kept, Key, Raised, Why
from scanner.model import ContentFacts, FileVersion, Gap, Inspection, Unchecked
from scanner.pipeline.folder_listing import FolderListing
from scanner.pipeline.signals import Signals
from scanner.settings import CacheSettings

_T = TypeVar("_T")
Told = Callable[[], Coroutine[Any, Any, tuple[str, int] | None]]
"""Checksum and size by a listing that is asked for now, where that is worth it."""
_DOUBTS = {Agreement.OTHER_CONTENT: Why.CONTENT, Agreement.OTHER_VERDICT: Why.VERDICT}


@dataclass(frozen=True, slots=True)
class Hit:
    """What stands for a look."""

    inspections: tuple[Inspection, ...]
    content: ContentFacts
    reused: int
    """The verdict that was recorded of that look."""


@dataclass(frozen=True, slots=True)
class VerdictCache:
    """For all versions of a service."""

    settings: CacheSettings
    ledger: Cache
    listing: FolderListing
    generation: Generation
    recall: Recall
    expected: frozenset[str]
    """Names of the engines that every verdict rests on."""
    signals: Signals
    clock: Callable[[], datetime]
    draw: Callable[[], float] = field(default_factory=lambda: SystemRandom().random)
    """From 0 up to 1; not to be foreseen by whoever uploads."""

    def attempt(self, version: FileVersion, inquiry: Inquiry, told: Told, loop: asyncio.AbstractEventLoop) -> Attempt:
        """For one version, in a worker thread; the ledger is asked in `loop`, and `told` awaited in it."""
        return Attempt(self, version, inquiry, told, loop)


class Attempt:
    """One version's way to do without a download."""

    def __init__(
        self, cache: VerdictCache, version: FileVersion, inquiry: Inquiry, told: Told, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.hit: Hit | None = None
        """Where there is one, and it is not to be audited."""
        self._cache = cache
        self._version = version
        self._inquiry = inquiry
        self._told = told
        self._loop = loop
        self._generation = ""
        self._tried: set[tuple[str, int]] = set()
        self._result = "no_key"
        self._audited: tuple[Kept, Hit] | None = None

    def by_listing(self) -> Hit | None:
        """By what a listing told of this very entry id."""
        version = self._version
        self._generation = self._cache.generation.now()
        if version.checksum and version.size is not None:
            self.spares(version.checksum, version.size)
        elif version.checksum is None and self._generation:
            told = self._ask(self._told())
            if told is not None:
                self._version = replace(version, checksum=told[0])
                self.spares(*told)
        return self.hit

    def spares(self, checksum: str, size: int) -> bool:
        """Whether the bytes need not be read: what stands for them is in `hit` then."""
        if self._audited is not None or (checksum, size) in self._tried:
            return False
        self._tried.add((checksum, size))
        # Now, since a call may have waited for hours; and before the engines are asked: a reload in between makes what
        # is kept newer than it says, never older.
        self._generation = self._cache.generation.now()
        if self._generation and is_checksum(checksum):
            self._look_up(Key(checksum, size, self._generation))
        if self.hit is not None:
            self._cache.signals.cache_asked(self._result)
        return self.hit is not None

    def learnt(self, inspections: tuple[Inspection, ...], content: ContentFacts) -> str:
        """To be called after a look. The generation under which it may stand for others; empty where it may not."""
        now = self._cache.generation.now(one.version for one in inspections)
        same = self._generation if now == self._generation else ""
        if self._audited is not None:
            self._compare(inspections, content, same)
        elif self._contradicted(content):
            self._result = "contradicted"
        self._cache.signals.cache_asked(self._result)
        return same if can_stand_for_others(content, inspections, self._cache.expected) else ""

    def failed(self, gap: Gap) -> None:
        """The download came to nothing. Bytes that are not what their checksum says are no accident in one that was
        made to compare."""
        if self._audited is not None and gap.reason is Unchecked.CHECKSUM_MISMATCH:
            self._doubt(Why.CONTENT, self._audited[0], gap.detail)
            self._cache.signals.cache_audited(Agreement.OTHER_CONTENT.value)
        elif self._audited is not None:
            self._cache.signals.cache_audited(Agreement.INCONCLUSIVE.value)
        self._cache.signals.cache_asked(self._result)

    def _look_up(self, key: Key) -> None:
        since = self._cache.clock() - timedelta(seconds=self._cache.settings.max_age)
        kept = self._ask(self._cache.ledger.find(self._version.domain, key, since))
        if isinstance(kept, Absent):
            self._result = kept.value
            return
        hit = self._decided(kept, key)
        if hit is None:
            self._result = "insufficient"
        elif self._cache.draw() < self._cache.settings.audit_share:
            self._result, self._audited = "audited", (kept, hit)
        else:
            self._result, self.hit = "hit", hit

    def _decided(self, kept: Kept, key: Key) -> Hit | None:
        content = kept.verdict.content
        if content is None or kept.learnt is None or not is_of(content, key.checksum, key.size):
            return None
        looks = as_seen([one for one in kept.verdict.inspections if one.engine != RuleEngine.name])
        rules = self._cache.recall.said(self._version, self._inquiry, Remembered(content, looks, kept.learnt))
        if rules is None or {one.engine for one in (*looks, rules)} != self._cache.expected:
            return None
        return Hit((*looks, rules), content, kept.verdict_id)

    def _compare(self, inspections: tuple[Inspection, ...], content: ContentFacts, generation: str) -> None:
        assert self._audited is not None
        kept, hit = self._audited
        today = self._cache.clock().astimezone(UTC).date()
        sides = (self._version, hit.inspections, hit.content, inspections, content)
        found = agreement(*sides, self._cache.expected, today)
        if found is Agreement.OTHER_VERDICT and not generation:
            found = Agreement.INCONCLUSIVE
        if found in _DOUBTS:
            detail = f"sha256 {content.sha256}, where version {kept.verdict.version.entry_id} had {hit.content.sha256}"
            self._doubt(_DOUBTS[found], kept, detail)
        self._cache.signals.cache_audited(found.value)

    def _contradicted(self, content: ContentFacts) -> bool:
        """Whether a listing told another plain checksum of this entry id than its bytes have."""
        told = self._version.checksum or ""
        if not is_checksum(told) or told.startswith("2-") or told == content.sha512:
            return False
        self._doubt(Why.CONTENT, None, f"listed as {told[:32]}…, downloaded as {content.sha512[:32]}…")
        return True

    def _doubt(self, why: Why, kept: Kept | None, detail: str) -> None:
        self._ask(self._cache.ledger.doubt(Raised(why, self._version, kept, self._generation, detail)))
        self._cache.signals.cache_doubted(self._version, why.value, detail)

    def _ask(self, call: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()
