"""What can be done about a version, how a step stands, and what may hold it: closed lists, most of them metric labels.

They stand apart from the model, which has them as its own, since they need nothing of it.
"""

from __future__ import annotations

from enum import StrEnum


class StepKind(StrEnum):
    """What can be done about a version. The order here is the order of acting."""

    REVOKE_LINKS = "revoke_links"
    REVERT = "revert"
    QUARANTINE = "quarantine"
    LOCK = "lock"
    COMMENT = "comment"
    TAG = "tag"
    DELETE = "delete"
    TOMBSTONE = "tombstone"
    NOTIFY = "notify"
    RELEASE = "release"
    """Back out of quarantine."""
    PURGE = "purge"
    """Deleted from quarantine."""
    UNDO = "undo"
    """What another step did, but for moves into quarantine, is taken back."""


ORDERED_STEPS = frozenset({StepKind.RELEASE, StepKind.PURGE, StepKind.UNDO})
"""Never part of a plan, only on a person's order."""
PLANNED_STEPS = tuple(kind for kind in StepKind if kind not in ORDERED_STEPS)
"""What policy and rules may ask for, in the order it is done."""
TELLING_STEPS = frozenset({StepKind.COMMENT, StepKind.TAG, StepKind.NOTIFY})
"""What tells people and takes nothing away from them: no brake holds a plan that does nothing else."""


class StepState(StrEnum):
    """Where a step stands. `planned` and `intended` are open, the rest final."""

    PLANNED = "planned"
    INTENDED = "intended"
    """Written before the act: after a crash nobody knows whether it happened, so state is read before a repeat."""
    SUCCESS = "success"
    ALREADY_DONE = "already_done"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    DRY_RUN = "dry_run"
    BRAKED = "braked"
    """Held by the brake until a person decides."""
    DROPPED = "dropped"
    """A person decided that what was held is not done."""


OPEN_STEPS = frozenset({StepState.PLANNED, StepState.INTENDED, StepState.BRAKED})


class Brake(StrEnum):
    """Which limit holds a plan. A closed list: these are metric labels."""

    HOUR = "hour"
    """Too many files of a domain within an hour."""
    RULE = "rule"
    """The same for one rule, or for one reason why a version cannot be looked at."""
    SIGNATURE = "signature"
    SHARE = "share"
    """One rule or signature flags far more of the traffic than it used to."""
