"""What each verdict leads to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from scanner.model import PLANNED_STEPS, WAITING_REASONS, StepKind, Unchecked, Unscannable, VerdictKind
from scanner.settings.section import Section
from scanner.settings.units import shown

REASONS: tuple[Unscannable | Unchecked, ...] = (
    *Unscannable,
    *(one for one in Unchecked if one not in WAITING_REASONS and one is not Unchecked.NOT_FOUND),
)
"""For which a version ends so. For the others it waits, or is not there to be acted on."""
_BY_NAME = {reason.value: reason for reason in REASONS}


def _planned(step: object) -> object:
    if step not in PLANNED_STEPS:
        raise ValueError(f"{shown(step)} is not an action; use {', '.join(PLANNED_STEPS)}")
    return step


def _in_its_place(steps: tuple[StepKind, ...]) -> tuple[StepKind, ...]:
    if StepKind.TOMBSTONE in steps and not {StepKind.QUARANTINE, StepKind.DELETE} & set(steps):
        raise ValueError("tombstone marks the place of what was taken away: it needs quarantine or delete beside it")
    return steps


_STEP = {"enum": [step.value for step in PLANNED_STEPS]}
Actions = Annotated[
    tuple[Annotated[StepKind, BeforeValidator(_planned), WithJsonSchema(_STEP)], ...],
    AfterValidator(_in_its_place),
]


def _reason(name: object) -> object:
    if name not in _BY_NAME:
        known = ", ".join(_BY_NAME)
        raise ValueError(f"{shown(name)} is no reason for which a version ends unscannable or unchecked; use {known}")
    return _BY_NAME[str(name)]


_SCHEMA = {"type": "array", "items": _STEP}
ByReason = Annotated[
    dict[Annotated[Any, BeforeValidator(_reason)], Actions],
    WithJsonSchema(
        {"type": "object", "properties": dict.fromkeys(_BY_NAME, _SCHEMA), "additionalProperties": False, "default": {}}
    ),
]


class PolicySettings(Section):
    """What each verdict leads to, unless a rule says more (docs/remediation.md)."""

    infected: Actions = (StepKind.REVOKE_LINKS, StepKind.QUARANTINE, StepKind.COMMENT)
    """For versions in which an engine names malware."""
    flagged: Actions = ()
    """For versions a rule of ours matched, beside what the rule itself asks for."""
    unscannable: Actions = (StepKind.COMMENT,)
    """For versions nobody can look into."""
    unchecked: Actions = ()
    """For versions given up after all attempts."""
    reasons: ByReason = Field(default_factory=dict)
    """In place of `unscannable` or `unchecked`, for versions that ended so for this reason: `encrypted: [quarantine,
    comment]`, or `format: []`."""

    def actions_for(self, kind: VerdictKind, reasons: Collection[Unscannable | Unchecked] = ()) -> tuple[StepKind, ...]:
        """Of several reasons, what each of them leads to, in any order."""
        if kind is VerdictKind.CLEAN:
            return ()
        whole: tuple[StepKind, ...] = getattr(self, kind.value)
        if kind not in (VerdictKind.UNSCANNABLE, VerdictKind.UNCHECKED) or not reasons:
            return whole
        return tuple(dict.fromkeys(step for reason in reasons for step in self.reasons.get(reason, whole)))

    @property
    def steps(self) -> frozenset[StepKind]:
        """All that it may lead to."""
        lists = [self.actions_for(kind) for kind in VerdictKind]
        return frozenset(step for one in (*lists, *self.reasons.values()) for step in one)
