"""What a kind of step is made of: what it needs, how it acts, how that is verified, and how it is undone.

Each kind has a module of its own that declares one StepType; `steps.py` knows them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scanner.cloud.port import Cloud, FileInfo
from scanner.errors import CloudRefused
from scanner.model import (
    Account,
    ContentFacts,
    EntryId,
    FileVersion,
    Judgement,
    StepKind,
    StepRecord,
    StepResult,
    StepState,
)

LEVELS = ("None", "Nav", "Viewer Only", "Viewer", "Editor", "Full", "Owner")
"""Rights on a folder, least first (fact sheet 7.2)."""


DONE_STEPS = frozenset({StepState.SUCCESS, StepState.ALREADY_DONE})


class ApiScope(StrEnum):
    """What a token may be limited to (fact sheet 2.5)."""

    FILESYSTEM = "Egnyte.filesystem"
    LINK = "Egnyte.link"
    PERMISSION = "Egnyte.permission"


@dataclass(frozen=True, slots=True)
class Needs:
    """What the account must have for a step (fact sheet 2.5, 2.7)."""

    scopes: tuple[ApiScope, ...] = (ApiScope.FILESYSTEM,)
    right: str = "Viewer"
    """The least level on the folder of the file."""
    admin: bool = False
    """Only an admin may do all of it: others see and delete only their own links, and no trash."""

    def met_by(self, level: str) -> bool:
        """Whether a level on the folder is enough; one that nobody knows is not."""
        return level in LEVELS and LEVELS.index(level) >= LEVELS.index(self.right)


Judged = Callable[[Sequence[EntryId]], Awaitable[Mapping[EntryId, Judgement]]]
"""What the ledger holds of versions of the domain; those without a verdict are missing."""


async def nothing_judged(_entry_ids: Sequence[EntryId]) -> Mapping[EntryId, Judgement]:
    """Where no ledger is at hand."""
    return {}


Note = Callable[[Mapping[str, str]], Awaitable[None]]
"""Keeps with a step's intent what only the moment before the act knows."""


async def nothing_noted(_detail: Mapping[str, str]) -> None:
    """Where no ledger is at hand."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that an act may look at: the file as the platform has it now, and what was recorded of it."""

    cloud: Cloud
    version: FileVersion
    """As it was judged."""
    info: FileInfo
    """As the platform has it now; for a step that needs no file, as it was judged."""
    record: StepRecord
    quarantine_folder: str
    account: Account
    content: ContentFacts | None = None
    """What was judged; None where nothing could be read."""
    plan: tuple[StepRecord, ...] = ()
    """All steps of the plan as they stand, this one included."""
    judged: Judged = nothing_judged
    note: Note = nothing_noted

    def earlier(self, kind: StepKind) -> StepRecord | None:
        """A step of the same plan that was done."""
        return next((one for one in self.plan if one.step.kind is kind and one.state in DONE_STEPS), None)


def as_judged(version: FileVersion) -> FileInfo:
    """For steps that need no file."""
    return FileInfo(version.group_id, version.entry_id, version.path, version.size or 0)


@dataclass(frozen=True, slots=True)
class UndoOrder:
    """Who wants a step undone and why, and where that happens."""

    quarantine_folder: str
    account: Account
    reason: str
    by: str
    content: ContentFacts | None = None
    id: int = 0
    """Of the order in the journal. What is said to people bears it, so that it is said once."""
    links_lost: bool = False
    """Links were deleted before, and nothing brings these back."""


Act = Callable[[Scene], Awaitable[StepResult]]
Verify = Callable[[Scene, StepResult], Awaitable[StepResult]]
Undo = Callable[[Cloud, FileVersion, StepRecord, UndoOrder], Awaitable[StepResult]]


@dataclass(frozen=True, slots=True)
class StepType:
    """One kind of step. All its functions can be repeated, and may raise RetryLater and CloudRefused."""

    kind: StepKind
    does: str
    """One sentence without an end, for the table in the documentation."""
    needs: Needs
    act: Act
    """Reads the state first where the record is `intended`: nobody knows whether it was done."""
    undoing: str
    """What undoing brings back, or why there is nothing to undo it with."""
    verify: Verify | None = None
    """Looks whether what `act` tells is so, and may correct it; None where the platform's answer is all the proof. One
    that raises CloudRefused leaves that answer as all the proof."""
    when_gone: Callable[[Scene], Awaitable[StepResult | None]] | None = None
    """Whether a file that is not found was taken away by this very step, whose result was lost."""
    when_replaced: Callable[[Scene], Awaitable[StepResult | None]] | None = None
    """Whether another version is current because of this very step, whose result was lost."""
    needs_file: bool = True
    """False for what is done in the place where the file was: it is not looked up before."""
    undo: Undo | None = None
    """Takes the step's record and brings back what was before. What is back already is ALREADY_DONE."""

    async def perform(self, scene: Scene) -> StepResult:
        """Act and verify. A look that is refused leaves what was done on record, which leads back from it, with
        `unverified` in the detail."""
        result = await self.act(scene)
        try:
            return result if self.verify is None else await self.verify(scene, result)
        except CloudRefused as error:
            return unverified(result, error)


def unverified(result: StepResult, error: CloudRefused) -> StepResult:
    """What the platform answered to the act, and why nobody could look at it afterwards."""
    return replace(result, detail={**result.detail, "unverified": str(error)})
