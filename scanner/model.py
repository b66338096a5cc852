"""The nouns. Frozen values that every station passes on; no behaviour to speak of, no I/O.

Two ids are easily confused. Egnyte's `group_id` names a file for its whole life (versions, renames and moves keep it);
its `entry_id` names one version of its content. Everything here is about versions (fact sheet 1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from scanner.reasons import OF_THE_MOMENT as OF_THE_MOMENT  # noqa: PLC0414
from scanner.reasons import WAITING_REASONS as WAITING_REASONS  # noqa: PLC0414 -- marks them as part of the model
from scanner.reasons import Unchecked as Unchecked  # noqa: PLC0414
from scanner.reasons import Unscannable as Unscannable  # noqa: PLC0414
from scanner.step_kinds import OPEN_STEPS as OPEN_STEPS  # noqa: PLC0414
from scanner.step_kinds import ORDERED_STEPS as ORDERED_STEPS  # noqa: PLC0414
from scanner.step_kinds import PLANNED_STEPS as PLANNED_STEPS  # noqa: PLC0414
from scanner.step_kinds import TELLING_STEPS as TELLING_STEPS  # noqa: PLC0414
from scanner.step_kinds import Brake as Brake  # noqa: PLC0414
from scanner.step_kinds import StepKind as StepKind  # noqa: PLC0414
from scanner.step_kinds import StepState as StepState  # noqa: PLC0414

GroupId = NewType("GroupId", str)
EntryId = NewType("EntryId", str)
FolderId = NewType("FolderId", str)
Cursor = NewType("Cursor", int)
"""Our place in a domain's feed: everything up to and including this event id is in the ledger."""
RunToken = NewType("RunToken", str)
"""Proof that a worker still holds the work it claimed."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user behind the token: whose acts are our own."""

    id: int
    username: str
    user_type: str | None = None
    """`admin`, `power`, `standard`; older gateways do not say (fact sheet 2.4)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who brings versions, as far as the platform tells (fact sheet 7.4)."""

    username: str
    user_type: str = ""
    """`admin`, `power`, `standard`; empty where it does not say."""
    groups: tuple[str, ...] = ()
    """Their names; empty where it does not say."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something the platform says has happened (fact sheet 3.3 and 3.4). `type` and `action` are open sets."""

    id: int
    occurred_at: datetime
    type: str
    action: str
    action_source: str = ""
    actor: int | None = None
    is_folder: bool = False
    target_path: str | None = None
    source_path: str | None = None
    group_id: GroupId | None = None
    entry_id: EntryId | None = None
    note_id: str | None = None


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One state of one file's content: the unit of everything.

    `path` is where the version was when we learnt of it: for people and for rules, never to address it.
    """

    domain: str
    group_id: GroupId
    entry_id: EntryId
    path: str
    action: str = "create"
    """The event's action that brought it (`create`, `copy`, …), or `listing`."""
    action_source: str = ""
    actor: int | None = None
    uploaded_at: datetime | None = None
    """Platform time of the event, or the listing's `uploaded`."""
    size: int | None = None
    """Bytes, where known before the download (listings say, events do not)."""
    checksum: str | None = field(default=None, compare=False)
    """The platform's, as a listing told it of this very entry id: a hint, and no part of what the version is. Empty
    where one was asked and told none; None where nobody asked."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class Lane(StrEnum):
    """Who goes first: live > reconcile > rescan > backfill."""

    LIVE = "live"
    RECONCILE = "reconcile"
    RESCAN = "rescan"
    BACKFILL = "backfill"


class Skip(StrEnum):
    """Why an event needs no scan. A closed list: these are metric labels."""

    OWN_ACTION = "own_action"
    FOLDER = "folder"
    EXCLUDED = "excluded"
    NO_NEW_CONTENT = "no_new_content"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Queued:
    """Disposition: this version is to be scanned."""

    version: FileVersion


@dataclass(frozen=True, slots=True)
class Skipped:
    """Disposition: nothing to scan, and why."""

    reason: Skip


@dataclass(frozen=True, slots=True)
class WalkFolder:
    """Disposition: a folder arrived as a whole; list it and queue every version not known."""

    path: str


Disposition = Queued | Skipped | WalkFolder


class Outcome(StrEnum):
    """How work on a version ended. Deferred is the only one that is not final."""

    JUDGED = "judged"
    SUPERSEDED = "superseded"
    """The version was replaced before we could read it; the newer one is queued."""
    GONE = "gone"
    """The file no longer exists."""
    DEFERRED = "deferred"
    FAILED = "failed"
    """Given up after the attempts allowed; its verdict is unchecked with the reason."""


class VerdictKind(StrEnum):
    """The closed set, in order of severity. Clean is earned: every engine finished, nothing that counts was found."""

    CLEAN = "clean"
    FLAGGED = "flagged"
    INFECTED = "infected"
    UNSCANNABLE = "unscannable"
    UNCHECKED = "unchecked"


class Severity(StrEnum):
    """How bad a finding is; the words of the rule language."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Gap:
    """Why an engine cannot vouch for a content."""

    reason: Unscannable | Unchecked
    detail: str = ""

    @property
    def transient(self) -> bool:
        return isinstance(self.reason, Unchecked)


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim by one engine about one content. Engine, name and place make it the same finding; the rest is shown."""

    engine: str
    name: str
    """Signature name or rule id."""
    malware: bool = False
    """True where an engine names malware; False where a rule of ours matched."""
    place: str = ""
    """Where in the content: archive member, byte offset; empty for the whole."""
    severity: Severity = Severity.HIGH
    counts: bool = True
    """False where it is recorded, but no ground for a verdict: `standing` says why."""
    message: str = ""
    actions: tuple[StepKind, ...] | None = None
    """What the rule asks for; None leaves it to the policy of the verdict's kind."""
    excerpt: str = ""
    """Of what was found, masked: enough for people to recognise it, and no more."""
    standing: str = ""
    """Why it counts, or does not, where that is not plain: on trial, a canary, an exception, a suppression."""
    suppression: str = ""
    """The name of the suppression for which it does not count."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the rules got to know of a content, packed, for trying other rules on it later."""

    form: int
    """Of the packing: what is of another one is not read."""
    packed: bytes


@dataclass(frozen=True, slots=True)
class Inspection:
    """One engine's run over one content. Complete only without a gap."""

    engine: str
    version: str
    """Engine and signature versions, or the rulebook's digest: what a verdict needs to be explained a year later."""
    findings: tuple[Finding, ...] = ()
    gap: Gap | None = None
    seconds: float = 0.0
    learnt: Learnt | None = field(default=None, compare=False, repr=False)
    """Kept beside the verdict, and no ground for it."""

    @property
    def complete(self) -> bool:
        return self.gap is None


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """What one pass over the bytes told."""

    size: int
    sha256: str
    sha512: str
    """Empty for what was taken out of a content."""
    mime: str
    """As libmagic sees the first 64 KiB."""
    checksum: str = field(default="", compare=False)
    """The platform's, letter by letter, where our own hash of these very bytes comes to the same; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one version, with all that it rests on."""

    version: FileVersion
    kind: VerdictKind
    reasons: tuple[str, ...]
    """Signature names, rule ids and gap reasons that made it so; empty for clean."""
    inspections: tuple[Inspection, ...] = ()
    content: ContentFacts | None = None
    reused: int | None = field(default=None, compare=False)
    """The verdict on whose look at the same content it rests; None where engines looked at this version's own bytes."""
    generation: str = field(default="", compare=False)
    """Of the engines that looked, where others may rest on that look; empty where none may."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for inspection in self.inspections for finding in inspection.findings)

    @property
    def missing(self) -> bool:
        """The file was not found, and no deletion of it was told: there is nothing to act on."""
        return any(one.gap is not None and one.gap.reason is Unchecked.NOT_FOUND for one in self.inspections)


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a plan. All a repeat needs is in here, so that it can be recorded as intent and redone."""

    kind: StepKind
    params: Mapping[str, str] = field(default_factory=dict)
    """`quarantine`: `destination`, and `links` where those made meanwhile are to be revoked; `comment`: `body`, and
    `reverted` for a file that was taken back to an earlier version; `lock`: `token`; `tag`: the properties;
    `tombstone`: `body`; `release`: `destination`, `reason`, `by`;
    `purge`: `reason`, `by`; `undo`: `step` (its id), `kind`, `reason`, `by`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order of acting, and what the brake needs to know."""

    steps: tuple[Step, ...] = ()
    rules: tuple[str, ...] = ()
    """Rule ids and signatures on whose account the plan acts."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a plan is held."""

    brake: Brake
    subject: str
    """The rule or signature; empty where it is the domain as a whole."""
    reason: str
    """A sentence with the numbers."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step as the ledger holds it."""

    id: int
    step: Step
    state: StepState
    detail: Mapping[str, str] = field(default_factory=dict)
    """What the act left behind, and what was there before: `origin` and `path` of a move, `entry_id` where that is new
    since, `note_id`, `links`, or `error`; each step's module says what."""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class StepResult:
    """How one attempt at a step ended."""

    state: StepState
    detail: Mapping[str, str] = field(default_factory=dict)
    superseded_by: FileVersion | None = None
    """The newer version found in between; it must be queued."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the ledger holds of a version: its verdict's kind, and of which content."""

    kind: VerdictKind
    sha512: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """A person's word, given with a release, that what was found in a content does not count."""

    id: int
    domain: str
    sha256: str
    names: tuple[str, ...]
    """The reasons for which it lay in quarantine."""
    until: date
    """The last day on which it holds, in UTC."""
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Act:
    """An act of ours as the journal keeps it, for recognising the event it causes."""

    kind: StepKind
    group_id: GroupId
    path: str
    """Where the file is after the act."""
    at: datetime
    note_id: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows about the ids of a page of events when it decides on them."""

    entries: frozenset[EntryId] = frozenset()
    acts: tuple[Act, ...] = ()
    made: frozenset[EntryId] = frozenset()
    """Versions that we made ourselves."""


@dataclass(frozen=True, slots=True)
class Run:
    """A claim on one version: what is to be done, what has been done already, and the token that proves the claim."""

    token: RunToken
    version: FileVersion
    lane: Lane
    starts: int
    """Claims so far, this one included."""
    attempts: int
    """Claims that did not end in order, this one included until it does; at `max_attempts` the version is parked."""
    verdict: Verdict | None = None
    steps: tuple[StepRecord, ...] = ()
