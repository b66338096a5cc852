"""Tells the owner of a file, by a comment on it. Never twice: after a crash the comments are read before a repeat.

A missing file and a missing right both answer 403 here, unlike everywhere else (fact sheet 6).
"""

from __future__ import annotations

from scanner.cloud.port import Cloud, Note
from scanner.model import Account, FileVersion, StepKind, StepResult, StepState
from scanner.remediation.order import back_to
from scanner.remediation.step import Needs, Scene, StepType, UndoOrder

_MARK = "[scanner "
_LIMIT = 1_000


async def comment(scene: Scene) -> StepResult:
    """Comment on the file where it is now. On a repeat a comment of ours with the body's marker counts as this one."""
    body, path = _body(scene), scene.info.path
    if scene.record.state is StepState.INTENDED:
        known = await _said_before(scene.cloud, path, body, scene.account)
        if known is not None:
            return StepResult(StepState.ALREADY_DONE, {"note_id": known, "path": path})
    note = await scene.cloud.add_note(path, body)
    return StepResult(StepState.SUCCESS, {"note_id": note.id, "path": path})


def _body(scene: Scene) -> str:
    """The one that fits what was done, with what the steps before it found out, where there is room for that."""
    params = scene.record.step.params
    body = params["body"] if back_to(scene.plan) is None else params.get("reverted", params["body"])
    revoked = scene.earlier(StepKind.REVOKE_LINKS)
    others = len(revoked.detail.get("folder_links", "").split()) if revoked is not None else 0
    if not others:
        return body
    links = "a link to a folder" if others == 1 else f"{others} links to folders"
    marker = marker_of(body)
    told = f"{body[: -len(marker)].rstrip()} It could also be opened through {links} above it. {marker}"
    return told if len(told) <= _LIMIT else body


async def say_once(cloud: Cloud, path: str, body: str, account: Account) -> str:
    """Comment on a file, unless a comment of ours with the body's marker is there; gives its id. Raises CloudRefused
    and RetryLater."""
    return await _said_before(cloud, path, body, account) or (await cloud.add_note(path, body)).id


async def _said_before(cloud: Cloud, path: str, body: str, account: Account) -> str | None:
    marker = marker_of(body)
    notes = await cloud.notes(path)
    return next((note.id for note in notes if _is_ours(note, marker, account)), None)


def marker_of(body: str) -> str:
    """What recognises a comment of ours: the bracket at its end, or all of it where there is none."""
    return body[max(body.rfind(_MARK), 0) :]


def release_body(version: FileVersion, order: UndoOrder) -> str:
    """What the owner reads on a file that came back. The marker names the order: a second release is told again."""
    marker = f" {_MARK}release {order.id} {version.domain}/{version.entry_id}]"
    lost = " Links to it were deleted and have to be made anew." if order.links_lost else ""
    text = " ".join(f"This file was released from quarantine by {order.by}: {order.reason}".split())
    return text[: _LIMIT - len(marker) - len(lost)] + lost + marker


def _is_ours(note: Note, marker: str, account: Account) -> bool:
    return note.username.lower() == account.username.lower() and note.message.rstrip().endswith(marker)


COMMENT = StepType(
    kind=StepKind.COMMENT,
    does="Comments on the file: what was found and done, and whom to ask",
    needs=Needs(),
    act=comment,
    undoing="a comment stays as the file's history; a release adds one of its own",
)
