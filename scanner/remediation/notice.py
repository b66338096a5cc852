"""Tells the owner of a file, by a comment on it. Never twice: after a crash the comments are read before a repeat.

A missing file and a missing right both answer 403 here, unlike everywhere else (fact sheet 6).
"""

from __future__ import annotations

from scanner.cloud.port import Note
from scanner.model import Account, FileVersion, StepKind, StepResult, StepState
from scanner.remediation.step import Needs, Scene, StepType

_MARK = "[scanner "
_LIMIT = 1_000


async def comment(scene: Scene) -> StepResult:
    """Comment on the file where it is now. On a repeat a comment of ours with the body's marker counts as this one."""
    body, path = scene.record.step.params["body"], scene.info.path
    if scene.record.state is StepState.INTENDED:
        marker = marker_of(body)
        for note in await scene.cloud.notes(path):
            if _is_ours(note, marker, scene.account):
                return StepResult(StepState.ALREADY_DONE, {"note_id": note.id, "path": path})
    note = await scene.cloud.add_note(path, body)
    return StepResult(StepState.SUCCESS, {"note_id": note.id, "path": path})


def marker_of(body: str) -> str:
    """What recognises a comment of ours: the bracket at its end, or all of it where there is none."""
    return body[max(body.rfind(_MARK), 0) :]


def release_body(version: FileVersion, reason: str, by: str) -> str:
    """What the owner reads on a file that came back."""
    marker = f" {_MARK}release {version.domain}/{version.entry_id}]"
    text = " ".join(f"This file was released from quarantine by {by}: {reason}".split())
    return text[: _LIMIT - len(marker)] + marker


def _is_ours(note: Note, marker: str, account: Account) -> bool:
    return note.username.lower() == account.username.lower() and note.message.rstrip().endswith(marker)


COMMENT = StepType(
    kind=StepKind.COMMENT,
    does="Comments on the file: what was found and done, and whom to ask",
    needs=Needs(),
    act=comment,
    undoing="a comment stays as the file's history; a release adds one of its own",
)
