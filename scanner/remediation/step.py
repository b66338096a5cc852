"""What a kind of step is made of: what it needs, how it acts, how that is verified, and how it is undone.

Each kind has a module of its own that declares one StepType; `steps.py` knows them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from scanner.cloud.port import Cloud, FileInfo
from scanner.model import Account, ContentFacts, FileVersion, StepKind, StepRecord, StepResult

LEVELS = ("None", "Nav", "Viewer Only", "Viewer", "Editor", "Full", "Owner")
"""Rights on a folder, least first (fact sheet 7.2)."""


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


@dataclass(frozen=True, slots=True)
class Scene:
    """All that an act may look at: the file as the platform has it now, and what was recorded of it."""

    cloud: Cloud
    version: FileVersion
    """As it was judged."""
    info: FileInfo
    record: StepRecord
    quarantine_folder: str
    account: Account
    content: ContentFacts | None = None
    """What was judged; None where nothing could be read."""


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
    """Looks whether what `act` tells is so, and may correct it; None where the platform's answer is all the proof."""
    undo: Undo | None = None
    """Takes the step's record and brings back what was before. What is back already is ALREADY_DONE."""

    async def perform(self, scene: Scene) -> StepResult:
        """Act and verify."""
        result = await self.act(scene)
        return result if self.verify is None else await self.verify(scene, result)
