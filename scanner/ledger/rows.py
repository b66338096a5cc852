"""Between the model and the tables, both ways; and the rows that commands read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from scanner.model import (
    ContentFacts,
    Cursor,
    Disposition,
    EntryId,
    Event,
    FileVersion,
    Finding,
    GroupId,
    Inspection,
    Queued,
    Skipped,
    Step,
    StepKind,
    StepRecord,
    StepState,
    Verdict,
    VerdictKind,
)

_INSPECTIONS = TypeAdapter(tuple[Inspection, ...])


@dataclass(frozen=True, slots=True)
class FeedState:
    cursor: Cursor
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """Versions by state."""

    queued: int = 0
    running: int = 0
    waiting: int = 0
    done: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, for the gauges."""

    pending: int
    leased: int
    retry_wait: int
    parked: int
    oldest: datetime | None
    steps: int
    oldest_step: datetime | None
    braked: int
    """Plans that wait for a person."""
    gaps: int
    walks: int = 0
    """Folders to be listed."""
    walks_refused: int = 0
    """Folders that may not be listed, and are asked for again."""
    held: Mapping[str, int] = field(default_factory=dict)
    """Of the plans that wait for a person, by brake."""
    oldest_held: datetime | None = None
    lanes: Mapping[str, int] = field(default_factory=dict)
    """Versions without a verdict, by lane."""
    waiting_since: Mapping[str, datetime] = field(default_factory=dict)
    """Of the oldest of each lane: what is live waits since its upload, all else since it was found."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What happened since a moment, for a summary."""

    skipped: Mapping[str, int]
    verdicts: Mapping[str, int]
    outcomes: Mapping[str, int]
    steps: Mapping[str, int]
    suppressed: Mapping[str, int] = field(default_factory=dict)
    """Verdicts in which a suppression took a finding out of account, by its name."""


@dataclass(frozen=True, slots=True)
class SuppressionUse:
    """What became of one suppression."""

    since: datetime
    """When a service first had it in force."""
    last: datetime | None = None
    """When it last took a finding out of account; None where it never did."""
    count: int = 0
    """Verdicts in which it did."""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One version as `verdicts list` shows it. Open work is unchecked, with what it waits for."""

    domain: str
    path: str
    group_id: str
    entry_id: str
    kind: VerdictKind
    reasons: tuple[str, ...]
    state: str
    judged_at: datetime | None = None
    size: int | None = None
    sha256: str | None = None
    mime: str | None = None
    suppressed: tuple[str, ...] = ()
    """Names of suppressions for which findings do not count."""
    reused: bool = False
    """It rests on a look at the same content for another version's sake."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything recorded about one version."""

    domain: str
    path: str
    group_id: str
    entry_id: str
    kind: VerdictKind
    reasons: tuple[str, ...]
    state: str
    outcome: str | None
    starts: int
    first_seen_at: datetime
    done_at: datetime | None
    waits_for: str | None
    events: tuple[dict[str, Any], ...]
    verdicts: tuple[dict[str, Any], ...]
    steps: tuple[dict[str, Any], ...]
    listed_at: datetime | None = None
    """When a walk last met it as the current version."""
    listed_path: str | None = None
    """Where that was."""
    missed_at: datetime | None = None
    """When a complete walk first met it no more; None where it was met since."""
    unheld_until: datetime | None = None
    """Events recorded up to then were dropped as old; None where all that concern it are held."""


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One file in quarantine."""

    id: int
    domain: str
    group_id: str
    entry_id: str
    origin: str
    path: str
    reasons: tuple[str, ...]
    quarantined_at: datetime
    current_entry_id: str
    """What the platform calls the version since it was moved; mostly the same."""
    content: ContentFacts | None = None
    """What was judged; None where nobody could look."""


def event_values(domain: str, epoch: int, event: Event, disposition: Disposition, now: datetime) -> dict[str, Any]:
    kind = "queued" if isinstance(disposition, Queued) else "skipped" if isinstance(disposition, Skipped) else "walk"
    return {
        "domain": domain,
        "epoch": epoch,
        "event_id": event.id,
        "occurred_at": event.occurred_at,
        "type": event.type,
        "action": event.action,
        "action_source": event.action_source,
        "actor": event.actor,
        "is_folder": event.is_folder,
        "group_id": event.group_id,
        "entry_id": event.entry_id,
        "target_path": event.target_path,
        "source_path": event.source_path,
        "disposition": kind,
        "reason": disposition.reason.value if isinstance(disposition, Skipped) else None,
        "recorded_at": now,
    }


def version_values(version: FileVersion) -> dict[str, Any]:
    return {
        "domain": version.domain,
        "entry_id": version.entry_id,
        "group_id": version.group_id,
        "path": version.path,
        "action": version.action,
        "action_source": version.action_source,
        "actor": version.actor,
        "uploaded_at": version.uploaded_at,
        "size": version.size,
        "folder": folder_of(version.path),
        "checksum": version.checksum,
    }


def folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def version_of(row: Row[Any]) -> FileVersion:
    return FileVersion(
        domain=row.domain,
        group_id=GroupId(row.group_id),
        entry_id=EntryId(row.entry_id),
        path=row.path,
        action=row.action,
        action_source=row.action_source,
        actor=row.actor,
        uploaded_at=row.uploaded_at,
        size=row.size,
        checksum=row.checksum,
    )


def verdict_values(verdict: Verdict, now: datetime) -> dict[str, Any]:
    content = verdict.content
    return {
        "domain": verdict.version.domain,
        "entry_id": verdict.version.entry_id,
        "kind": verdict.kind.value,
        "reasons": list(verdict.reasons),
        "size": content.size if content else None,
        "sha256": content.sha256 if content else None,
        "sha512": content.sha512 if content else None,
        "mime": content.mime if content else None,
        "inspections": [_inspection_json(one) for one in verdict.inspections],
        "suppressed": list(suppressed_by(verdict)) or None,
        "reused": verdict.reused,
        "judged_at": now,
    }


def suppressed_by(verdict: Verdict) -> tuple[str, ...]:
    """Names of the suppressions that took a finding out of account, each once."""
    return tuple(dict.fromkeys(finding.suppression for finding in verdict.findings if finding.suppression))


def _inspection_json(inspection: Inspection) -> dict[str, Any]:
    """Written out by hand: this runs for every version, and pydantic would cost more than the insert."""
    gap = inspection.gap
    return {
        "engine": inspection.engine,
        "version": inspection.version,
        "findings": [_finding_json(one) for one in inspection.findings],
        "gap": None if gap is None else {"reason": gap.reason.value, "detail": gap.detail},
        "seconds": round(inspection.seconds, 6),
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "engine": finding.engine,
        "name": finding.name,
        "malware": finding.malware,
        "place": finding.place,
        "severity": finding.severity.value,
        "counts": finding.counts,
        "message": finding.message,
        "actions": None if finding.actions is None else [action.value for action in finding.actions],
        "excerpt": finding.excerpt,
        "standing": finding.standing,
        "suppression": finding.suppression,
    }


def verdict_of(row: Row[Any], version: FileVersion) -> Verdict:
    inspections = _INSPECTIONS.validate_python(row.inspections)
    return Verdict(version, VerdictKind(row.kind), tuple(row.reasons), inspections, content_of(row))


def content_of(row: Row[*tuple[Any, ...]]) -> ContentFacts | None:
    """Of a row with the columns of a verdict."""
    return None if row.sha256 is None else ContentFacts(row.size, row.sha256, row.sha512, row.mime)


def step_of(row: Row[Any]) -> StepRecord:
    return StepRecord(row.id, Step(StepKind(row.kind), row.params), StepState(row.state), row.detail, row.tries)
