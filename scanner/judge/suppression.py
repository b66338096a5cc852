"""Which findings a suppression takes out of account, and how suppressions stand. Pure.

A finding is never taken away: it stays in its inspection, marked with the suppression's name. What an engine could not
look at stays a gap whatever is suppressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from scanner.model import ContentFacts, FileVersion, Finding, Gap, Inspection, Unscannable
from scanner.rulebook.globs import folded
from scanner.rulebook.suppressions import Suppression
from scanner.rulebook.until import ended

UNUSED_AFTER = timedelta(days=30)
"""A suppression that has done nothing for so long is reported."""


def suppress(
    inspections: Sequence[Inspection],
    version: FileVersion,
    content: ContentFacts | None,
    suppressions: Sequence[Suppression],
    today: date,
) -> tuple[Inspection, ...]:
    """The same inspections; findings to which a suppression applies do not count in them.

    An engine that names malware stops at the first signature. Where that one is suppressed for a path, and not for this
    very content, nobody knows what else is in it: the inspection gets a gap.
    """
    in_force = [one for one in suppressions if not ended(one.until, today)]
    if not in_force or not any(finding.counts for one in inspections for finding in one.findings):
        return tuple(inspections)
    return tuple(_settled(inspection, version, content, in_force) for inspection in inspections)


def _settled(
    inspection: Inspection, version: FileVersion, content: ContentFacts | None, in_force: Sequence[Suppression]
) -> Inspection:
    findings, gap = [], inspection.gap
    for finding in inspection.findings:
        applied = applying(finding, version, content, in_force)
        findings.append(finding if applied is None else _marked(finding, applied))
        if applied is not None and finding.malware and applied.sha256 is None and gap is None:
            gap = Gap(
                Unscannable.MASKED, f"{finding.name} is suppressed by {applied.name}, and hides what else is there"
            )
    return replace(inspection, findings=tuple(findings), gap=gap)


def _marked(finding: Finding, applied: Suppression) -> Finding:
    standing = f"suppressed by {applied.name} until {applied.until} by {applied.author}: {applied.reason}"
    return replace(finding, counts=False, suppression=applied.name, standing=standing)


def applying(
    finding: Finding, version: FileVersion, content: ContentFacts | None, in_force: Iterable[Suppression]
) -> Suppression | None:
    """Of those that apply, one that knows this very content, otherwise the first. None for what does not count
    anyway."""
    if not finding.counts:
        return None
    those = [one for one in in_force if _speaks_of(one, finding) and _is_for(one, version, content)]
    return min(those, key=lambda one: one.sha256 is None, default=None)


def _speaks_of(one: Suppression, finding: Finding) -> bool:
    if finding.malware:
        return one.signatures is not None and one.signatures.matches(folded(finding.name))
    return finding.name in (one.rule or ())


def _is_for(one: Suppression, version: FileVersion, content: ContentFacts | None) -> bool:
    """Both must hold where both are written."""
    if one.sha256 is not None and (content is None or content.sha256 not in one.sha256):
        return False
    return one.paths is None or one.paths.matches(folded(version.path))


class State(StrEnum):
    """How a suppression stands."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNUSED = "unused"
    """It holds, and has done nothing for UNUSED_AFTER."""


class Use(Protocol):
    """What the ledger knows of a suppression."""

    @property
    def since(self) -> datetime:
        """When a service first had it in force."""

    @property
    def last(self) -> datetime | None:
        """When it last took a finding out of account; None where it never did."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One suppression, and how it stands."""

    suppression: Suppression
    state: State
    use: Use | None
    idle_days: int | None
    """Whole days since it did something, or since it is in force; None where no service has had it in force."""


def standings(suppressions: Iterable[Suppression], uses: Mapping[str, Use], now: datetime) -> tuple[Standing, ...]:
    """All of them in their order. One that has ended is that, whatever it did."""
    return tuple(_standing(one, uses.get(one.name), now) for one in suppressions)


def _standing(one: Suppression, use: Use | None, now: datetime) -> Standing:
    idle = None if use is None else now - (use.last or use.since)
    if ended(one.until, now.date()):
        state = State.EXPIRED
    else:
        state = State.UNUSED if idle is not None and idle >= UNUSED_AFTER else State.ACTIVE
    return Standing(one, state, use, None if idle is None else max(0, idle.days))


def of_no_rule(suppressions: Iterable[Suppression], rules: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Suppressions with a rule that they name and that there is not, each pair once."""
    known = frozenset(rules)
    return tuple((one.name, rule) for one in suppressions for rule in one.rule or () if rule not in known)
