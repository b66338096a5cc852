"""Whether a look at a content may stand for others, and whether a later look agrees with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum

from scanner.judge.verdict import judge
from scanner.model import OF_THE_MOMENT, ContentFacts, FileVersion, Finding, Gap, Inspection, Unscannable


class Agreement(StrEnum):
    """What a look says of one that was kept of the same checksum and size."""

    SAME = "same"
    OTHER_CONTENT = "different_content"
    """The bytes are others."""
    OTHER_VERDICT = "different_verdict"
    INCONCLUSIVE = "inconclusive"
    """It came to no end, or under other rules."""


def passes(gap: Gap) -> bool:
    """Whether the same bytes may be without it next time."""
    return gap.transient or gap.reason in OF_THE_MOMENT


def can_stand_for_others(
    content: ContentFacts | None, inspections: Sequence[Inspection], expected: frozenset[str]
) -> bool:
    """Every engine came to an end that the same bytes would bring about again, and the platform's checksum is proved to
    be theirs."""
    reported = {one.engine for one in inspections}
    if content is None or not content.checksum or reported != expected:
        return False
    return not any(one.gap is not None and passes(one.gap) for one in inspections)


def is_of(content: ContentFacts, checksum: str, size: int) -> bool:
    """Whether a content that was kept may have that checksum. Of a composite one nobody could tell later."""
    return content.size == size and (checksum.startswith("2-") or checksum == content.sha512)


def as_seen(inspections: Sequence[Inspection]) -> tuple[Inspection, ...]:
    """Before suppressions, which are for a path and a day, marked anything. Only of engines whose findings all count
    unless they are suppressed: not of the rules."""
    return tuple(_unmarked(one) for one in inspections)


def _unmarked(inspection: Inspection) -> Inspection:
    masked = inspection.gap is not None and inspection.gap.reason is Unscannable.MASKED
    findings = tuple(map(_counting, inspection.findings))
    return replace(inspection, findings=findings, gap=None if masked else inspection.gap, seconds=0.0)


def _counting(finding: Finding) -> Finding:
    return replace(finding, counts=True, suppression="", standing="") if finding.suppression else finding


def agreement(  # noqa: PLR0917 -- two looks, and how they are judged
    version: FileVersion,
    kept: Sequence[Inspection],
    known: ContentFacts,
    found: Sequence[Inspection],
    content: ContentFacts | None,
    expected: frozenset[str],
    today: date,
) -> Agreement:
    """`kept` is what the version would have rested on, `found` what engines see in its own bytes."""
    if content is None:
        return Agreement.INCONCLUSIVE
    if (content.size, content.sha256, content.sha512) != (known.size, known.sha256, known.sha512):
        return Agreement.OTHER_CONTENT
    if any(one.gap is not None and passes(one.gap) for one in found) or _rules(kept) != _rules(found):
        return Agreement.INCONCLUSIVE
    two = [judge(version, look, content, expected, today=today) for look in (kept, found)]
    said = [(one.kind, set(one.reasons)) for one in two]
    return Agreement.SAME if said[0] == said[1] else Agreement.OTHER_VERDICT


def _rules(inspections: Sequence[Inspection]) -> list[str]:
    """Whose version may change between two looks of one generation."""
    return [one.version for one in inspections if one.engine == "rules"]
