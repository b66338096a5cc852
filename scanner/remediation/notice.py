"""Tells the owner of a file, by a comment on it. Never twice: after a crash the comments are read before a repeat.

A missing file and a missing right both answer 403 here, unlike everywhere else (fact sheet 6).
"""

from __future__ import annotations

from scanner.cloud.port import Cloud, Note
from scanner.model import Account, FileVersion, StepResult, StepState

_MARK = "[scanner "
_LIMIT = 1_000


async def comment(cloud: Cloud, path: str, body: str, account: Account, *, repeated: bool) -> StepResult:
    """Comment on the file at `path`. Where `repeated`, a comment of ours with the body's marker counts as this one."""
    if repeated:
        marker = marker_of(body)
        for note in await cloud.notes(path):
            if _is_ours(note, marker, account):
                return StepResult(StepState.ALREADY_DONE, {"note_id": note.id, "path": path})
    note = await cloud.add_note(path, body)
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
