"""From inspections to a verdict. Pure.

Clean is earned: every engine expected reported, none left a gap, and nothing that counts was found. An engine that did
not report is written in as a gap, so that the verdict explains itself and what follows decides on inspections alone.
Suppressions come last, and only take findings out of account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from scanner.judge.suppression import suppress
from scanner.model import (
    ContentFacts,
    FileVersion,
    Finding,
    Gap,
    Inspection,
    Severity,
    Unchecked,
    Verdict,
    VerdictKind,
)
from scanner.rulebook.suppressions import Suppression
from scanner.rulebook.until import utc_today

_FROM_WORST = tuple(reversed(Severity))


def judge(
    version: FileVersion,
    inspections: Sequence[Inspection],
    content: ContentFacts | None,
    expected: frozenset[str],
    *,
    suppressions: Sequence[Suppression] = (),
    today: date | None = None,
) -> Verdict:
    """The decision on one version.

    Malware outweighs everything; what could not be looked at outweighs what a rule of ours matched; a gap that may
    close outweighs one that will not. `expected` names the engines without whose report nothing is clean. Where no
    content was to be had and a gap says why, engines that were not asked are not missing. `today` is the day (UTC) on
    which suppressions may have ended.
    """
    found = suppress(inspections, version, content, suppressions, today or utc_today())
    whole = (*found, *_missing(found, content, expected))
    counting = [finding for one in whole for finding in one.findings if finding.counts]
    gaps = [one.gap for one in whole if one.gap is not None]
    return Verdict(version, _kind(counting, gaps), _reasons(counting, gaps), whole, content)


def _missing(
    inspections: Sequence[Inspection], content: ContentFacts | None, expected: frozenset[str]
) -> tuple[Inspection, ...]:
    if content is None and any(one.gap is not None for one in inspections):
        return ()
    reported = {one.engine for one in inspections}
    missing = sorted(expected - reported)
    if not inspections and not missing:
        missing = ["panel"]
    gap = Gap(Unchecked.ENGINE_ERROR, "did not report")
    return tuple(Inspection(engine, "", gap=gap) for engine in missing)


def _kind(counting: Sequence[Finding], gaps: Sequence[Gap]) -> VerdictKind:
    if any(finding.malware for finding in counting):
        return VerdictKind.INFECTED
    if any(gap.transient for gap in gaps):
        return VerdictKind.UNCHECKED
    if gaps:
        return VerdictKind.UNSCANNABLE
    if counting:
        return VerdictKind.FLAGGED
    return VerdictKind.CLEAN


def _reasons(counting: Sequence[Finding], gaps: Sequence[Gap]) -> tuple[str, ...]:
    """All of them, in the order in which they outweigh each other, each once."""
    names = [
        *_worst_first(finding for finding in counting if finding.malware),
        *(gap.reason.value for gap in gaps if gap.transient),
        *(gap.reason.value for gap in gaps if not gap.transient),
        *_worst_first(finding for finding in counting if not finding.malware),
    ]
    return tuple(dict.fromkeys(names))


def _worst_first(findings: Iterable[Finding]) -> list[str]:
    ordered = sorted(findings, key=lambda finding: _FROM_WORST.index(finding.severity))
    return [finding.name for finding in ordered]
