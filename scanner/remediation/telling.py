"""Tells other systems. It needs nothing of the platform, so it is declared here and done in the pipeline: the notices
are queued in the ledger together with the step's result, and handed over by a loop of their own."""

from __future__ import annotations

from scanner.model import StepKind, StepResult
from scanner.remediation.step import Needs, Scene, StepType


async def refuse(scene: Scene) -> StepResult:
    """Raises ValueError: who performs this on the platform has taken the wrong way."""
    raise ValueError(f"{scene.record.step.kind} is queued in the ledger, not done on the platform")


NOTIFY = StepType(
    kind=StepKind.NOTIFY,
    does="Tells the receivers of `notify` what was found and done ([notify.md](notify.md)); done whatever becomes of "
    "the other steps, and as soon as one of them has to wait",
    needs=Needs(scopes=(), right="None"),
    act=refuse,
    needs_file=False,
    undoing="what was told is told",
)
