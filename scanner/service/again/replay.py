"""Rules tried on the past: who would be hit, and how that differs from what was found then.

What was kept of each version judged decides, as far as it goes; for the rest it is said why not, or, where that is
asked for, the version is looked at once more. Then what was learnt is kept with its verdict, and nothing else changes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial

from scanner.errors import LedgerUnavailable, RetryLater
from scanner.inspection.hindsight import Hindsight, Memory, Said
from scanner.inspection.rule_engine import Examined, RuleEngine
from scanner.judge.suppression import suppress
from scanner.ledger.ledger import Ledger
from scanner.ledger.work.facts import Judged, Stretch
from scanner.model import Finding, Gap, Inspection, Severity, Unchecked, VerdictKind
from scanner.rulebook.known import Known
from scanner.rulebook.known_wire import to_wire
from scanner.rulebook.packing import packed_wire, renewed, unpacked
from scanner.rulebook.suppressions import Suppression
from scanner.rulebook.wire_values import NotKnown
from scanner.service.again.second_look import Gone, SecondLook

SHORT_WAIT = 5.0
"""Seconds of a throttle that are waited for; a longer one ends the replay unfinished."""
MOST_WAITS = 20
GONE = "gone"
NO_CONTENT = "no content"


class Change(StrEnum):
    """What a rule says of a version beside what was found then."""

    NEW = "newly hit"
    STILL = "still hit"
    NO_LONGER = "no longer hit"


@dataclass(frozen=True, slots=True)
class Hit:
    """One version that a rule hits, or did then."""

    rule: str
    change: Change
    domain: str
    path: str
    group_id: str
    entry_id: str
    judged_at: datetime
    verdict: VerdictKind
    """Of then."""
    severity: Severity
    counts: bool
    """For a rule no longer hit: whether it did then."""
    standing: str
    """Why it counts, or does not, where that is not plain: on trial, a canary, an exception, a suppression."""
    place: str
    excerpt: str
    """Masked."""
    open: str
    """Whether it counts is not known: an exception asks what nobody asked then."""


@dataclass(slots=True)
class Tally:
    """What became of one rule over all versions."""

    rule: str
    changes: Counter[Change] = field(default_factory=Counter)
    counting: int = 0
    """Of the hits, those that count."""
    missing: Counter[str] = field(default_factory=Counter)
    """Versions for which what is known does not suffice, by the question that is open."""
    nobody: Counter[str] = field(default_factory=Counter)
    """Versions of which nobody could say it then, nor could now, by the reason."""

    @property
    def hits(self) -> int:
        return self.changes[Change.NEW] + self.changes[Change.STILL]


@dataclass(slots=True)
class Report:
    """How far a replay came."""

    rules: dict[str, Tally]
    versions: int = 0
    """Tried so far."""
    fetched: int = 0
    gone: int = 0
    until: datetime | None = None
    """When the last one of them was judged."""
    unfinished: str = ""
    """Why it ended before all were tried."""

    @property
    def hits(self) -> int:
        return sum(one.hits for one in self.rules.values())

    @property
    def missing(self) -> int:
        return sum(one.missing.total() for one in self.rules.values())


class Replay:
    """One replay; `again` looks once more at versions for which what is known does not suffice."""

    def __init__(
        self,
        ledger: Ledger,
        hindsight: Hindsight,
        *,
        suppressions: Sequence[Suppression] = (),
        today: date,
        again: SecondLook | None = None,
    ) -> None:
        self._ledger = ledger
        self._hindsight = hindsight
        self._suppressions = suppressions
        self._today = today
        self._again = again
        self.report = Report({rule.id: Tally(rule.id) for rule in hindsight.rules})

    async def over(self, stretch: Stretch) -> AsyncIterator[tuple[int, list[Hit]]]:
        """How many versions were tried with each page, and the hits among them. What is held does not grow."""
        async for page in self._ledger.judged(stretch):
            said = [self._said(judged) for judged in page]
            looked = await self._looked_again(page, said) if self._again else {}
            hits: list[Hit] = []
            tried = 0
            for position, judged in enumerate(page):
                if self.report.unfinished and position not in looked and _open(said[position]):
                    break
                hits += self._compared(judged, looked.get(position, said[position]))
                self.report.until = judged.judged_at
                tried += 1
            self.report.versions += tried
            yield tried, hits
            if self.report.unfinished:
                return

    def _said(self, judged: Judged) -> tuple[Said, ...]:
        if judged.content is None:
            return _unseen(judged, self._hindsight)
        memory = Memory(judged.version, judged.content, partial(_malware, judged), judged.learnt)
        return self._hindsight.of(memory)

    async def _looked_again(
        self, page: Sequence[Judged], said: Sequence[tuple[Said, ...]]
    ) -> dict[int, tuple[Said, ...]]:
        """What rules say now of those versions of a page for which what was known did not suffice, by position."""
        assert self._again is not None
        found: dict[int, tuple[Said, ...]] = {}
        room = asyncio.Semaphore(self._again.at_once)

        async def one(position: int) -> None:
            async with room:
                if not self.report.unfinished:
                    now = await self._look(page[position], said[position])
                    if now is not None:
                        found[position] = now

        async with asyncio.TaskGroup() as group:
            for position, each in enumerate(said):
                if _open(each):
                    group.create_task(one(position))
        return found

    async def _look(self, judged: Judged, before: tuple[Said, ...]) -> tuple[Said, ...] | None:
        """None where the budget is spent or an engine is away: the replay ends then."""
        try:
            looked = await self._patiently(judged)
        except RetryLater as error:
            self.report.unfinished = self.report.unfinished or str(error)
            return None
        if looked is Gone.GONE:
            self.report.gone += 1
            return tuple(replace(one, missing=GONE if one.missing else "") for one in before)
        self.report.fetched += 1
        if isinstance(looked, Gap):
            return tuple(_with_gap(one, looked) for one in before)
        try:
            await self._renew(judged, looked.known)
        except LedgerUnavailable as error:
            self.report.unfinished = self.report.unfinished or str(error)
        return self._hindsight.given(judged.version, looked.known)

    async def _patiently(self, judged: Judged) -> Examined | Gap | Gone:
        assert self._again is not None
        for _ in range(MOST_WAITS):
            try:
                return await self._again.at(judged.version)
            except RetryLater as error:
                if error.after is None or error.after > SHORT_WAIT:
                    raise
                await asyncio.sleep(error.after)
        return await self._again.at(judged.version)

    async def _renew(self, judged: Judged, known: Known) -> None:
        wire = to_wire(known)
        if judged.learnt is not None:
            try:
                wire = renewed(unpacked(judged.learnt).whole(), wire)
            except NotKnown:
                pass  # of another form, or damaged: what is new takes its place
        learnt = packed_wire(wire)
        if learnt is not None:
            await self._ledger.renew_facts(judged.verdict_id, learnt)

    def _compared(self, judged: Judged, said: tuple[Said, ...]) -> Iterator[Hit]:
        then = _found_then(judged, [one.rule for one in said])
        for one in said:
            tally = self.report.rules[one.rule]
            _count(tally, one)
            if one.finding is not None:
                finding = self._suppressed(judged, one.finding)
                change = Change.STILL if one.rule in then else Change.NEW
            elif one.holds is False and one.rule in then:
                finding, change = then[one.rule], Change.NO_LONGER
            else:
                continue
            tally.changes[change] += 1
            tally.counting += finding.counts and change is not Change.NO_LONGER
            yield _hit(judged, finding, change, one.missing)

    def _suppressed(self, judged: Judged, finding: Finding) -> Finding:
        inspection = Inspection(finding.engine, "", (finding,))
        (marked,) = suppress((inspection,), judged.version, judged.content, self._suppressions, self._today)
        return marked.findings[0]


def _open(said: tuple[Said, ...]) -> bool:
    return any(one.missing for one in said)


def _unseen(judged: Judged, hindsight: Hindsight) -> tuple[Said, ...]:
    """There was no content to look at. Whoever gave up for want of an answer may get one now; what nobody may look
    into stays so."""
    if judged.kind is VerdictKind.UNCHECKED:
        return tuple(Said(rule.id, None, missing=NO_CONTENT) for rule in hindsight.rules)
    gap = next((one.gap for one in judged.inspections if one.gap is not None), None)
    return tuple(Said(rule.id, None, gap=gap) for rule in hindsight.rules)


def _with_gap(said: Said, gap: Gap) -> Said:
    """The version was asked for once more, and this came of it."""
    if not said.missing:
        return said
    return replace(said, missing=gap.reason.value) if gap.transient else replace(said, missing="", gap=gap)


def _malware(judged: Judged) -> tuple[Finding, ...]:
    findings = (finding for one in judged.inspections for finding in one.findings)
    return tuple(finding for finding in findings if finding.malware)


def _found_then(judged: Judged, rules: Sequence[str]) -> dict[str, Finding]:
    if not any(judged.may_name(rule) for rule in rules):
        return {}
    return {
        finding.name: finding for one in judged.inspections if one.engine == RuleEngine.name for finding in one.findings
    }


def _count(tally: Tally, said: Said) -> None:
    if said.missing == GONE:
        tally.nobody[GONE] += 1
    elif said.missing:
        tally.missing[said.missing] += 1
    elif said.holds is None:
        tally.nobody[(said.gap.reason if said.gap is not None else Unchecked.ENGINE_ERROR).value] += 1


def _hit(judged: Judged, finding: Finding, change: Change, missing: str) -> Hit:
    return Hit(
        rule=finding.name,
        change=change,
        domain=judged.version.domain,
        path=judged.version.path,
        group_id=judged.version.group_id,
        entry_id=judged.version.entry_id,
        judged_at=judged.judged_at,
        verdict=judged.kind,
        severity=finding.severity,
        counts=finding.counts,
        standing=finding.standing,
        place=finding.place,
        excerpt=finding.excerpt,
        open="" if missing == GONE else missing,
    )
